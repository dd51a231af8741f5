"""A date and the weekday beside it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.dates import WEEKDAYS, WEEKDAYS_JA, Mention, mentions

#: How far another year is looked for in which the weekday is right: copy is taken over from last year.
_YEARS: Final = (-1, 1, -2, 2)


@rule("wording/weekday", "Dates and weekdays agree", "日付と曜日が合っている", Need.RENDERED)
def weekday(draft: Draft) -> Iterator[Verdict]:
    """A date with the wrong weekday sends people to the door on the wrong day.

    It is the surest sign of copy taken over from last year. Where the copy leaves out the year, the one
    nearest to the day of sending is meant.

    Remedy: correct the date or the weekday; write the year where another one is meant.

    Misses: dates in pictures, weekdays in another sentence than their date, 12/1 without a bracketed weekday
    behind it, and days of a list that share one month ("December 1, 2 and 3").
    """
    for part in draft.copies:
        for mention in mentions(part.text):
            meant = mention.on(draft.day)
            if meant is None or mention.weekday is None or meant.weekday() == mention.weekday:
                continue
            written = part.text[mention.start : mention.end].strip()
            yield Objection(
                part.at(mention.start, mention.end),
                f"“{written}”: {meant:%Y-%m-%d} is a {WEEKDAYS[meant.weekday()]}{_assumed(mention, draft)}.",
                f"「{written}」：{meant.year}年{meant.month}月{meant.day}日は{WEEKDAYS_JA[meant.weekday()]}曜日です"
                f"{_assumed_ja(mention, draft)}。",
                _remedy(mention, meant),
                _remedy_ja(mention, meant),
            )


def _assumed(mention: Mention, draft: Draft) -> str:
    if mention.year is not None:
        return ""
    return f" (the copy names no year; nearest to the sending on {draft.day:%Y-%m-%d})"


def _assumed_ja(mention: Mention, draft: Draft) -> str:
    if mention.year is not None:
        return ""
    return f"（年の記載がないため、配信日{draft.day.isoformat()}に最も近い年で確認）"


def _remedy(mention: Mention, meant: date) -> str:
    year = _other_year(mention, meant)
    if year is None:
        return "Correct the date or the weekday."
    asked = "is this copy from then?" if year < meant.year else "write the year if that is meant."
    return f"Correct the date or the weekday. It would be right in {year}: {asked}"


def _remedy_ja(mention: Mention, meant: date) -> str:
    year = _other_year(mention, meant)
    if year is None:
        return "日付か曜日を直してください。"
    asked = (
        "その年の原稿が残っていませんか。"
        if year < meant.year
        else "その年のことであれば、年を書いてください。"
    )
    return f"日付か曜日を直してください。{year}年なら正しい曜日です。{asked}"


def _other_year(mention: Mention, meant: date) -> int | None:
    """The nearest year in which the weekday would be right."""
    for years in _YEARS:
        try:
            other = meant.replace(year=meant.year + years)
        except ValueError:
            continue
        if other.weekday() == mention.weekday:
            return other.year
    return None
