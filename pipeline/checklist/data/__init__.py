"""Merge data 差し込み: what is filled in, in every row."""

from typing import Final

from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = ()
