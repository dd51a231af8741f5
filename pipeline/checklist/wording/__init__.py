"""Wording 文言: what it says."""

from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.checklist.wording import (
    brackets,
    calendar,
    charset,
    facts,
    honorific,
    invisible,
    parts_agree,
    placeholder,
    ranges,
    repetition,
    style,
    subject,
    terms,
    weekday,
    widths,
)

RULES: Final[tuple[Rule, ...]] = (
    style.style_mix,
    weekday.weekday,
    calendar.impossible_date,
    calendar.holiday_mark,
    calendar.past_date,
    ranges.range_order,
    facts.facts,
    parts_agree.parts_agree,
    placeholder.placeholder,
    style.dropped_ra,
    widths.half_width_kana,
    widths.mixed_width,
    brackets.brackets,
    repetition.repeated_word,
    repetition.long_kanji,
    honorific.doubled_honorific,
    terms.terms,
    subject.subject_length,
    subject.subject_emoji,
    invisible.invisible_characters,
    charset.encodable,
    charset.encodable_values,
)
