"""Settings 配信設定: how and when it is sent."""

from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.checklist.settings import elsewhere

RULES: Final[tuple[Rule, ...]] = (*elsewhere.RULES,)
