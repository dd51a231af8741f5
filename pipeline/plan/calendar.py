"""Wall-clock times, quiet hours, and how long a wave takes between them (pure)."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

Quiet = tuple[time, time]


def in_utc(local: datetime, zone: str) -> datetime:
    """A wall-clock time of a zone as a moment.

    Where the clock jumps ahead, a time that does not exist means the moment the jump reaches; where it goes
    back, the first of the two.
    """
    assert local.tzinfo is None, "a wall-clock time has no zone of its own"
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def quiet_until(moment: datetime, quiet: Quiet | None, zone: str) -> datetime | None:
    """When the quiet hours that `moment` falls into are over, in UTC; None outside of them."""
    if quiet is None:
        return None
    start, end = quiet
    local = moment.astimezone(ZoneInfo(zone))
    clock = local.time().replace(tzinfo=None)
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if not inside:
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    return in_utc(datetime.combine(day, end), zone)


def _quiet_from(moment: datetime, quiet: Quiet, zone: str) -> datetime:
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() if local.time().replace(tzinfo=None) < quiet[0] else local.date() + timedelta(days=1)
    return in_utc(datetime.combine(day, quiet[0]), zone)


def after_quiet(moment: datetime, quiet: Quiet | None, zone: str) -> datetime:
    """`moment`, or the end of the quiet hours it falls into."""
    return quiet_until(moment, quiet, zone) or moment


def finished_at(start: datetime, work: timedelta, quiet: Quiet | None, zone: str) -> datetime:
    """When `work` that begins at `start` is done, pausing in every quiet hour on the way."""
    moment = after_quiet(start, quiet, zone)
    if quiet is None:
        return moment + work
    while True:
        pause = _quiet_from(moment, quiet, zone)
        if moment + work <= pause:
            return moment + work
        work -= pause - moment
        moment = after_quiet(pause, quiet, zone)
