"""Wording 文言: what it says."""

from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.checklist.wording import placeholder, weekday

RULES: Final[tuple[Rule, ...]] = (
    weekday.weekday,
    placeholder.placeholder,
)
