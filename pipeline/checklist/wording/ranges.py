"""From one day to another, and the order that they stand in."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.authored import quoted
from pipeline.checklist.wording.dates import Mention, fold, mentions

#: What stands between the two days of a range is short.
_BETWEEN_MAX: Final = 40
_BETWEEN: Final = re.compile(
    r"\s*(?:午前|午後)?\s*(?:\d{1,2}[:時]\d{0,2}分?|正午)?頃?\s*(?:[ap]\.?m\.?)?,?\s*"
    r"(?:から|より|[〜~–—-]|to|until|till|through)\s*(?:(?:the|on)\s+)?",
    re.IGNORECASE,
)
#: より also compares two days: only with まで behind it does it begin a range.
_TILL: Final = re.compile(r"[^。\n]{0,12}まで")
#: 12月14日から12月1日に変更: what moved from one day to another.
_MOVED: Final = re.compile(r"\s*(?:\d{1,2}[:時]\d{0,2}分?)?\s*(?:に|へ)")
_MOVED_EN: Final = re.compile(
    r"\b(?:mov|chang|reschedul|postpon|brought|bring|shift|push|switch)\w*[^.\n]{0,60}$", re.IGNORECASE
)
#: Without a year the end is the next such day. Nearly a year later it is a slip; a whole year is a year.
_TOO_LONG: Final = range(301, 363)


@lru_cache(maxsize=32)
def ranges(text: str) -> tuple[tuple[Mention, Mention], ...]:
    """Every pair of days that a text joins to a time from one to the other."""
    return tuple(_pairs(fold(text), mentions(text)))


def _pairs(text: str, found: tuple[Mention, ...]) -> Iterator[tuple[Mention, Mention]]:
    for begin, end in pairwise(found):
        between = text[begin.end : end.start]
        # The end of "12月1日から7日" begins where its day does, behind the word between.
        if len(between) > _BETWEEN_MAX or not _BETWEEN.fullmatch(between):
            continue
        compares = "より" in between and not _TILL.match(text, end.end)
        moved = _MOVED.match(text, end.end) or _MOVED_EN.search(text, max(0, begin.start - 80), begin.start)
        if not compares and not moved:
            yield begin, end


@rule(
    "wording/range-order",
    "Every range begins before it ends",
    "期間の終わりが始まりより後である",
    Need.RENDERED,
)
def range_order(draft: Draft) -> Iterator[Verdict]:
    """An end before the start is two dates mixed up, or half of last year's.

    Where the end has no year it is the next such day after the beginning.

    Remedy: correct one of the two days, or write the year of the end.

    Misses: times of day on one day, and ranges whose two days stand apart in a table.
    """
    for part in draft.copies:
        for begin, end in ranges(part.text):
            first, last = begin.on(draft.day), _last(begin, end, draft.day)
            if first is None or last is None or not _wrong(first, last, end):
                continue
            written = quoted(part.text[begin.start : end.end])
            yield Objection(
                part.at(begin.start, end.end),
                f"“{written}” ends before it begins.",
                f"「{written}」：終わりが始まりより前です。",
                "Correct one of the two days, or write the year of the end.",
                "どちらかの日付を直すか、終わりの年を書いてください。",
            )


def _last(begin: Mention, end: Mention, near: date) -> date | None:
    first = begin.on(near)
    if end.year is not None or first is None:
        return end.on(near)
    this, following = (_in_year(end, first.year + years) for years in (0, 1))
    return this if this is not None and this >= first else following


def _in_year(mention: Mention, year: int) -> date | None:
    try:
        return date(year, mention.month, mention.day)
    except ValueError:
        return None


def _wrong(first: date, last: date, end: Mention) -> bool:
    if end.year is not None:
        return last < first
    return (last - first).days in _TOO_LONG
