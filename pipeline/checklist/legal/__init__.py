"""Law 法令: what must be said and offered."""

from typing import Final

from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = ()
