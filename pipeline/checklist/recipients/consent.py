"""Whether the people said yes, and when."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from pipeline.checklist.draft import Audience, Draft
from pipeline.checklist.masking import Tally
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind

_DAY: Final = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[ T].{1,40})?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
#: Clocks of different zones: a consent of this hour may carry tomorrow's date.
_SLACK: Final = timedelta(days=1)


@rule("recipients/consent", "Everybody gave consent, on a known day", "同意の日付がある", Need.CONTACTS)
def consent(draft: Draft) -> Iterator[Verdict]:
    """Marketing needs consent given before, and proof of when (特定電子メール法 3条).

    Whoever has no entry in the consent column is left out anyway. What stands there must be a day: `yes`
    proves nothing, and a day to come is a mistake in the data. `audience.consent_max_age` of the policy says
    how old it may be.

    Remedy: correct the rows, or take the column that holds when consent was given.

    Misses: whether the day is true, and what was consented to.
    """
    if draft.kind is not Kind.MARKETING:
        yield NotApplicable("only marketing needs consent", "広告以外のメールです")
        return
    today = draft.now.astimezone(draft.zone).date()
    yield from _said(draft, *draft.audience.once(_judged, today, _oldest(draft)))


def _judged(audience: Audience, today: date, oldest: date | None) -> tuple[Tally, Tally, Tally]:
    """The rows without a day, those with one to come, and those with too old a one."""
    none, ahead, old = Tally(), Tally(), Tally()
    for value in audience.consents():
        day = day_of(value.text)
        if day is None:
            none.count(value)
        elif day > today + _SLACK:
            ahead.count(value)
        elif oldest is not None and day < oldest:
            old.count(value)
    return none, ahead, old


def day_of(text: str) -> date | None:
    """The day at the beginning of an entry; None where there is none, or none of the calendar."""
    bare = text.strip()
    match = _DAY.fullmatch(bare) or _COMPACT.fullmatch(bare)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _oldest(draft: Draft) -> date | None:
    limit = draft.policy.audience.consent_max_age
    return None if limit is None else draft.day - limit


def _said(draft: Draft, none: Tally, ahead: Tally, old: Tally) -> Iterator[Objection]:
    source = draft.segment.source if draft.segment else ""
    place = draft.policy_at("sources", source, "consent")
    if none.rows:
        yield Objection(
            place,
            f"The consent column does not say when consent was given in {none.said}.",
            f"同意の項目に日付がありません: {none.said_ja}",
            "Marketing needs the day of the consent: take the column that holds it, or correct these rows.",
            "広告メールには同意の日付が必要です。日付の項目を指定するか、該当行を直してください。",
        )
    if ahead.rows:
        yield Objection(
            place,
            f"Consent is dated in the future in {ahead.said}.",
            f"同意の日付が未来です: {ahead.said_ja}",
            "Correct these rows in the contacts.",
            "名簿の該当行を直してください。",
        )
    if old.rows:
        limit = draft.policy.audience.consent_max_age
        days = limit.days if isinstance(limit, timedelta) else 0
        yield Objection(
            draft.policy_at("audience", "consent_max_age"),
            f"Consent is older than {days:,} days in {old.said}.",
            f"同意から{days:,}日を超えています: {old.said_ja}",
            "Leave these people out of the segment, or ask them again.",
            "セグメントから除くか、改めて同意を得てください。",
        )
