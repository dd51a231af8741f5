"""Display 表示: what it looks like."""

from typing import Final

from pipeline.checklist.display import elsewhere, preview
from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = (*elsewhere.RULES, *preview.RULES)
