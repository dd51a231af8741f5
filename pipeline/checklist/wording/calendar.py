"""Days that do not exist, holidays that are none, and days that are over."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.holidays import holiday_on
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.authored import quoted
from pipeline.checklist.wording.dates import Mention, mentions
from pipeline.checklist.wording.ranges import ranges
from pipeline.models.campaign import Kind
from pipeline.models.finding import Severity

#: Before and after these a year is a number of something else: 0120-13-45.
_YEARS: Final = range(1868, 2200)
_LONGEST_MONTH: Final = 31
_LEAP = (2, 29)
_HOLIDAY = re.compile("祝|振")
_NEAR: Final = range(1, 4)
#: What makes a day the last one on which a reader can do something.
_DEADLINE: Final = re.compile(
    r"\s{0,3}(?:[(（][^)）\n]{0,10}[)）])?\s{0,3}(?:(?:午前|午後)?\d{1,2}[:時]\d{0,2}分?|正午|いっぱい)?\s{0,3}"
    r"(?:まで|迄|締切|締め切り|〆切|必着|期限)"
)
_DEADLINE_EN: Final = re.compile(
    r"(?:until|till|through|before|by|ends?(?: on)?|expires?(?: on)?|no later than)\s+(?:on\s+)?$",
    re.IGNORECASE,
)


@rule("wording/impossible-date", "Every date exists", "存在しない日付がない", Need.RENDERED)
def impossible_date(draft: Draft) -> Iterator[Verdict]:
    """A date that no calendar has (2月30日, June 31) leaves every reader guessing.

    Remedy: correct the day or the month.

    Misses: version numbers and the like are told from dates by their dots (2026.13.1 is passed over), and an
    English number over 31 is taken for a number ("In May 50 people came").
    """
    for part in draft.copies:
        for mention in mentions(part.text):
            written = quoted(part.text[mention.start : mention.end])
            if mention.on(draft.day) is None and _means_a_day(mention, written):
                yield Objection(
                    part.at(mention.start, mention.end),
                    f"“{written}” is no day of the calendar.",
                    f"「{written}」という日付はありません。",
                    "Correct the day or the month.",
                    "日付を直してください。",
                )
            elif _leap_day_without_a_year(mention, draft.day):
                yield Objection(
                    part.at(mention.start, mention.end),
                    f"“{written}”: the coming February has no 29th.",
                    f"「{written}」：今度の2月は29日がありません。",
                    "Correct the day, or write the year that is meant.",
                    "日付を直すか、年を書いてください。",
                    Severity.WARNING,
                )


def _means_a_day(mention: Mention, written: str) -> bool:
    if mention.weekday is not None:
        return True
    if mention.year is not None:
        return mention.year in _YEARS and "." not in written
    english = re.search("[A-Za-z]{3}", written)
    return not english or mention.day <= _LONGEST_MONTH


def _leap_day_without_a_year(mention: Mention, near: date) -> bool:
    """29 February, where the year that a reader thinks of has none; of a birthday it is right."""
    if mention.year is not None or (mention.month, mention.day) != _LEAP or mention.weekday is None:
        return False
    years = (near.year - 1, near.year, near.year + 1)
    nearest = min((date(year, 2, 28) for year in years), key=lambda day: abs(day - near))
    meant = mention.on(near)
    return meant is not None and meant.year != nearest.year


@rule("wording/holiday-mark", "Days marked 祝 are holidays", "「祝」の日が祝日である", Need.RENDERED)
def holiday_mark(draft: Draft) -> Iterator[Verdict]:
    """A day with 祝 behind it that is no holiday is a slip of the calendar, often last year's.

    Asked of the calendar of Japan's holidays, substitute days included.

    Remedy: take the mark away, or correct the date.

    Misses: a holiday without the mark, and 休, which also says that a shop is closed.
    """
    for part in draft.copies:
        for mention in mentions(part.text):
            day = mention.on(draft.day) if _HOLIDAY.search(mention.mark) else None
            if day is None or holiday_on(day, "jp"):
                continue
            written = quoted(part.text[mention.start : mention.end])
            near = _holiday_near(day)
            yield Objection(
                part.at(mention.start, mention.end),
                f"“{written}”: {day.isoformat()} is no holiday in Japan.",
                f"「{written}」：{day.year}年{day.month}月{day.day}日は祝日ではありません。",
                f"Correct the date or the mark.{f' {near.isoformat()} is one.' if near else ''}",
                f"日付か「{mention.mark}」を直してください。"
                + (f"{near.month}月{near.day}日は{holiday_on(near, 'jp')}です。" if near else ""),
            )


def _holiday_near(day: date) -> date | None:
    around = (day + timedelta(days=way * days) for days in _NEAR for way in (-1, 1))
    return next((each for each in around if holiday_on(each, "jp")), None)


@rule("wording/past-date", "No date is over", "過ぎた日付がない", Need.RENDERED)
def past_date(draft: Draft) -> Iterator[Verdict]:
    """A date that is over when the mail arrives is left from another mail, or an offer that nobody can take.

    A deadline that is over blocks; any other date is pointed out, and left alone in an apology, which speaks
    of what has happened. The beginning of a time that still runs is right.

    Remedy: correct the date, or list it under `facts.past_dates` when the copy means a day that is over.

    Misses: dates in words ("last Friday"), and a time on the day of sending that is already over.
    """
    for part in draft.copies:
        running = {begin for begin, end in ranges(part.text) if _day(end, draft) >= draft.day}
        for mention in mentions(part.text):
            day = mention.on(draft.day)
            if day is None or day >= draft.day or day in draft.facts.past_dates or mention in running:
                continue
            ends = _is_deadline(part, mention)
            if ends or draft.kind is not Kind.APOLOGY:
                yield _over(part, mention, day, draft, ends=ends)


def _day(mention: Mention, draft: Draft) -> date:
    return mention.on(draft.day) or date.min


def _is_deadline(part: Part, mention: Mention) -> bool:
    before = part.text[max(0, mention.start - 30) : mention.start]
    return bool(_DEADLINE.match(part.text, mention.end) or _DEADLINE_EN.search(before))


def _over(part: Part, mention: Mention, day: date, draft: Draft, *, ends: bool) -> Objection:
    written = quoted(part.text[mention.start : mention.end])
    assumed = "" if mention.year else " (the year nearest to the sending)"
    assumed_ja = "" if mention.year else "（年の記載がないため、配信日に最も近い年で確認）"
    return Objection(
        part.at(mention.start, mention.end),
        f"“{written}”: {day.isoformat()} is over when the mail leaves on {draft.day.isoformat()}{assumed}.",
        f"「{written}」：{day.year}年{day.month}月{day.day}日は、配信日（{draft.day.isoformat()}）には過ぎています"
        f"{assumed_ja}。",
        "Correct the date; if a past day is meant, list it under facts.past_dates.",
        "日付を直してください。過去の日付で正しい場合は、facts.past_dates に書いてください。",
        None if ends else Severity.WARNING,
    )
