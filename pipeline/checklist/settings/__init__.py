"""Settings 配信設定: how and when it is sent."""

from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.checklist.settings import elsewhere, moment, room

RULES: Final[tuple[Rule, ...]] = (
    *elsewhere.RULES,
    moment.in_future,
    moment.zone_explicit,
    moment.quiet_hours,
    moment.holiday,
    moment.on_the_hour,
    room.fits_rate,
    room.collision,
    room.latest_start,
)
