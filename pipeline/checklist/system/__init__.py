"""System システム: what machines make of it."""

from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.checklist.system import ses_limits, unsubscribe

RULES: Final[tuple[Rule, ...]] = (unsubscribe.unsubscribe, ses_limits.ses_limits)
