"""Merge data 差し込み: what is filled in, in every row."""

from typing import Final

from pipeline.checklist.data import names, swapped, values, whole_column
from pipeline.checklist.rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    swapped.swapped_names,
    names.phone_in_name,
    names.address_in_name,
    names.name_empty,
    names.name_has_honorific,
    whole_column.column_shift,
    values.mojibake,
    values.html_in_value,
    whole_column.constant_column,
    values.kana_has_kanji,
    values.half_width_value,
)
