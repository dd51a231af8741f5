"""Dates as people write them in copy, in Japanese and in English (pure).

Own patterns, because no library reads a weekday beside a date, and some read 13月5日 as the year 2027.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Final

#: As `date.weekday` counts.
WEEKDAYS_JA: Final = "月火水木金土日"
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
#: The year before the first of an era.
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925}
#: ㈪ to ㈰ and ㊊ to ㊐: a weekday, brackets and all, in one character.
_PARENTHESISED, _CIRCLED = "㈪㈫㈬㈭㈮㈯㈰", "㊊㊋㊌㊍㊎㊏㊐"

_DAY_EN = "Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?|Sun"
_MARK = r"(?:国民の)?(?:祝日?|振替?休日?|休日?)"
_TAIL = (
    rf"(?:\s*(?:\(\s*(?:(?P<w>[{WEEKDAYS_JA}])(?:曜日?)?(?:\s*[・/,、]?\s*(?P<mark>{_MARK}))?"
    rf"|(?P<mark2>{_MARK})\s*[・/,、]?\s*(?P<w2>[{WEEKDAYS_JA}])?(?:曜日?)?"
    rf"|(?P<w3>{_DAY_EN})(?:day)?\.?)\s*\)"
    rf"|(?P<w4>[{_PARENTHESISED}{_CIRCLED}])"
    rf"|(?P<w5>[{WEEKDAYS_JA}])曜日?))"
)
_MONTH_EN = "|".join(f"{month[:3]}(?:{month[3:]})?" if month[3:] else month for month in _MONTHS)
_BEFORE_EN = rf"(?:\b(?P<w6>{_DAY_EN})(?:day)?\.?,?\s+(?:the\s+)?)?"
_YEAR_EN = r"(?:,?\s+(?P<y>\d{4})(?!\d))?"
#: 2026年12月1日(火), 令和8年12月1日, 12月1日
_KANJI = (
    r"(?:(?P<era>令和|平成|昭和)\s*(?P<ey>元|\d{1,2})年\s*|(?<!\d)(?P<y>\d{4})年\s*)?"
    rf"(?<!\d)(?P<m>\d{{1,2}})月\s*(?P<d>\d{{1,2}})日{_TAIL}?"
)
#: 2026/12/1, 2026-12-01, 2026.12.1
_YEAR_FIRST = (
    r"(?<![\d/.\-])(?P<y>\d{4})(?P<s>[/.\-])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?![\d/\-])" rf"{_TAIL}?"
)
#: 12/1(火): without the weekday it may be a fraction
_SLASH = rf"(?<![\d/.\-])(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})(?![\d/]){_TAIL}"
#: Tuesday, December 1, 2026
_MONTH_FIRST = (
    rf"{_BEFORE_EN}\b(?P<month>{_MONTH_EN})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d%]|[:.,]\d)"
    rf"{_YEAR_EN}{_TAIL}?"
)
#: Tuesday, 1 December 2026
_DAY_FIRST = (
    rf"{_BEFORE_EN}(?<![\d:.,])(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH_EN})\b\.?"
    rf"{_YEAR_EN}{_TAIL}?"
)
_FORMS: Final = tuple(map(re.compile, (_KANJI, _YEAR_FIRST, _SLASH, _MONTH_FIRST, _DAY_FIRST)))
_TAIL_AGAIN = _TAIL.replace("(?P<", "(?P<x")
#: 12月1日(火)から7日(月), 12/1(火)~7(月)
_RANGE_END: Final = re.compile(
    r"\s{0,3}(?:\d{1,2}[:時]\d{0,2}分?)?\s{0,3}(?:から|より|[〜~\-–—・、])\s{0,3}(?P<d>\d{1,2})"
    # 12月20日から3日間 is a duration
    rf"(?:日(?![間以後前目])(?!\(?営業日){_TAIL}?|{_TAIL_AGAIN})"
)


#: No mail names so many days; a text of nothing else would keep everybody waiting.
MENTIONS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Mention:
    """A date in a text, from `start` to `end`. `year` is None where the text leaves it out.

    `weekday` counts as `date.weekday`; `mark` is what the text says of a holiday, such as 祝.
    """

    start: int
    end: int
    year: int | None
    month: int
    day: int
    weekday: int | None = None
    mark: str = ""

    def on(self, near: date) -> date | None:
        """The day that is meant, by default in the year nearest to `near`; None for no such day."""
        if self.year is not None:
            return _day(self.year, self.month, self.day)
        years = range(near.year - 4, near.year + 5)
        days = [day for year in years if (day := _day(year, self.month, self.day))]
        return min(days, key=lambda day: abs(day - near), default=None)


@lru_cache(maxsize=256)
def mentions(text: str) -> tuple[Mention, ...]:
    """Every date in a text, in order; of each form at most MENTIONS_MAX. Full-width characters count, too.

    Remembered, because half a dozen rules ask it of the same few parts.
    """
    folded = fold(text)
    found: dict[int, Mention] = {}
    for form in _FORMS:
        for match in islice(form.finditer(folded), MENTIONS_MAX):
            mention = _mention(match)
            for each in (mention, *_range_end(folded, mention)):
                found.setdefault(each.start, each)
    return tuple(_apart(sorted(found.values(), key=lambda each: (each.start, -each.end))))


@lru_cache(maxsize=128)
def fold(text: str) -> str:
    """`text` with full-width characters as plain ones; every character stays at its place."""
    if text.isascii():
        return text
    return text.translate(_FOLDING)


class _Folding(dict[int, int]):
    """Code point to code point, each worked out when it is first seen."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        keeps = character in _PARENTHESISED or character in _CIRCLED or len(plain) != 1
        self[code] = code if keeps else ord(plain)
        return self[code]


_FOLDING: Final = _Folding()


def _apart(ordered: list[Mention]) -> Iterator[Mention]:
    """Those that do not lie in one before."""
    end = 0
    for each in ordered:
        if each.start >= end:
            yield each
            end = each.end


def _mention(match: re.Match[str]) -> Mention:
    said = match.groupdict()
    year = int(said["y"]) if said.get("y") else None
    if said.get("era"):
        year = _ERAS[said["era"]] + (1 if said["ey"] == "元" else int(said["ey"]))
    month = _month(said["month"]) if said.get("month") else int(said["m"])
    return Mention(match.start(), match.end(), year, month, int(said["d"]), _weekday(said), _mark(said))


def _range_end(text: str, begin: Mention) -> Iterator[Mention]:
    match = _RANGE_END.match(text, begin.end)
    if match is None:
        return
    said = {name.removeprefix("x"): value for name, value in match.groupdict().items() if value}
    end = replace(begin, start=match.start("d"), end=match.end(), day=int(match["d"]))
    yield replace(end, weekday=_weekday(said), mark=_mark(said))


def _weekday(said: dict[str, str | None]) -> int | None:
    for key in ("w", "w2", "w5"):
        if value := said.get(key):
            return WEEKDAYS_JA.index(value)
    if value := said.get("w4"):
        return (_PARENTHESISED.index(value) if value in _PARENTHESISED else _CIRCLED.index(value)) % 7
    english = said.get("w3") or said.get("w6")
    if english:
        return next(n for n, name in enumerate(WEEKDAYS) if name.startswith(english[:3]))
    return None


def _mark(said: dict[str, str | None]) -> str:
    return said.get("mark") or said.get("mark2") or ""


def _month(name: str) -> int:
    return next(n for n, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
