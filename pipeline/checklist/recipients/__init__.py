"""Recipients 配信先: who gets it."""

from typing import Final

from pipeline.checklist.recipients import elsewhere, size
from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *elsewhere.RULES,
    size.not_empty,
    size.size_in_bounds,
    size.growth,
)
