"""Whether there is time enough: for everybody at the rate, beside other campaigns, and for a late start."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from pipeline.checklist.draft import Draft, Other
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.clock import shown
from pipeline.models.campaign import Campaign, State
from pipeline.models.finding import Severity
from pipeline.plan.calendar import finished_at
from pipeline.plan.delivery_plan import Send, plan_for, starts_at, steps

#: A late start of more than a day is another day's mail.
_DAY: Final = timedelta(days=1)
#: Runs that deliver are started every quarter of an hour; a shorter allowance asks after any hiccup.
_SHORT: Final = timedelta(minutes=30)
#: Names of dates in the `facts` after which the copy is no longer true.
_ENDS: Final = ("end", "deadline", "until", "close", "last", "limit", "expire")
_ENDS_JA: Final = ("終了", "締切", "期限", "まで")


@dataclass(frozen=True, slots=True)
class _Window:
    """From the first message to the last, at the earliest; in UTC."""

    start: datetime
    end: datetime


def _window(draft: Draft, name: str, campaign: Campaign, size: int) -> _Window:
    plan = plan_for(name, campaign, draft.policy, digest="", rule="")
    seen_at = draft.now if plan.send_at is None else min(draft.now, plan.send_at) - plan.undo_window
    sends = [step for step in steps(plan, size, seen_at) if isinstance(step, Send)]
    start = starts_at(plan, seen_at)
    return _Window(start, sends[-1].until if sends else start)


def _other_window(draft: Draft, other: Other) -> _Window:
    return _window(draft, other.id, other.campaign, other.campaign.audience.expect.max)


def _size(draft: Draft) -> int:
    """How many get it: counted where the contacts are at hand, and else as many as are expected at most."""
    counted = draft.seen_audience.size if draft.seen_audience else 0
    return counted or draft.campaign.audience.expect.max


@rule(
    "settings/fits-rate",
    "There is time for everybody",
    "全員に配信し終わる時間がある",
    uses=(Need.CONTACTS, Need.RECORD),
)
def fits_rate(draft: Draft) -> Iterator[Verdict]:
    """A hundred thousand people at 14 a second take two hours, and the soaks and the night come on top.

    The last ones must get it while it is still true: before the last day that the `facts` name as an end.
    A delivery that goes on into another day is said, too.

    Remedy: start earlier, send in fewer or shorter waves, or ask for a higher rate.

    Misses: slow domains (`pace`), the day's quota of SES, and ends that no fact names.
    """
    if draft.at_delivery or draft.has_begun:
        yield NotApplicable("the delivery has begun", "配信が始まっています")
        return
    size = _size(draft)
    window = _window(draft, draft.id, draft.campaign, size)
    last = shown(window.end, draft.zone.key)
    over = _end_of_truth(draft)
    if over is not None and window.end.astimezone(draft.zone).date() > over[1]:
        name, day = over
        yield Objection(
            draft.at("facts", "dates", name),
            f"{size:,} people take until {last}: the last ones get it after {day} ({name}).",
            f"{size:,}件の配信が終わるのは{last}です。{day}({name})を過ぎてから届く人がいます。",
            "Start earlier, use fewer waves or a shorter soak, or correct the date.",
            "配信を早めるか、段階や待ち時間を減らすか、日付を確認してください。",
        )
    elif window.end.astimezone(draft.zone).date() > window.start.astimezone(draft.zone).date():
        yield Objection(
            draft.at("schedule", "send_at"),
            f"{size:,} people take until {last}: not everybody gets it on the same day.",
            f"{size:,}件の配信が終わるのは{last}です。同じ日に届かない人がいます。",
            "Start earlier in the day, if that matters.",
            "同じ日に届ける必要があれば、配信を早めてください。",
            Severity.WARNING,
        )


def _end_of_truth(draft: Draft) -> tuple[str, date] | None:
    """The first day after which a fact says that it is over, behind the fact's name."""
    ends = [(name, day) for name, day in draft.facts.dates.items() if _is_end(name)]
    return min(ends, key=lambda end: end[1], default=None)


def _is_end(name: str) -> bool:
    parts = name.casefold().replace("-", "_").split("_")
    return any(part.startswith(_ENDS) for part in parts) or any(word in name for word in _ENDS_JA)


@rule(
    "settings/collision",
    "No other campaign leaves at the same time",
    "ほかのキャンペーンと配信時間が重ならない",
    severity=Severity.WARNING,
    uses=(Need.CONTACTS, Need.RECORD),
)
def collision(draft: Draft) -> Iterator[Verdict]:
    """Campaigns share one rate and leave one after the other: the second one waits for the first.

    Where it would have to wait longer than its `latest_start` allows, it would hold and ask.

    Remedy: move one of them.

    Misses: campaigns that leave on their merge, and other senders of the same SES account.
    """
    if draft.send_at is None:
        yield NotApplicable("it leaves when it is merged", "マージ後すぐに配信します")
        return
    if draft.at_delivery or draft.has_begun:
        yield NotApplicable("the delivery has begun", "配信が始まっています")
        return
    mine = _window(draft, draft.id, draft.campaign, _size(draft))
    latest = draft.campaign.schedule.latest_start or draft.policy.schedule.latest_start
    for other in _still_to_come(draft):
        theirs = other.once(_window, lambda other=other: _other_window(draft, other))  # type: ignore[misc]
        if theirs.start < mine.end and mine.start < theirs.end:
            late = theirs.start <= mine.start and theirs.end - mine.start > latest
            yield _beside(draft, other, theirs, late=late)


def _still_to_come(draft: Draft) -> Iterator[Other]:
    for other in draft.others:
        if other.campaign.state is State.READY and other.send_at is not None and other.send_at > draft.now:
            yield other


def _beside(draft: Draft, other: Other, theirs: _Window, *, late: bool) -> Objection:
    start, end = shown(theirs.start, draft.zone.key), shown(theirs.end, draft.zone.key)
    wait = " It would have to wait longer than latest_start allows." if late else ""
    wait_ja = "latest_startより長く待つことになります。" if late else ""
    return Objection(
        draft.at("schedule", "send_at"),
        f"{other.id} leaves at the same time, from {start} to {end}.{wait}",
        f"{other.id}の配信({start}〜{end})と重なります。{wait_ja}",
        "Move one of them.",
        "どちらかの配信日時をずらしてください。",
        Severity.ERROR if late else None,
    )


@rule("settings/latest-start", "A late start is still a right one", "遅れて始まっても内容が正しい")
def latest_start(draft: Draft) -> Iterator[Verdict]:
    """`latest_start` says how late it may begin without anybody being asked; the copy must be true then.

    Remedy: shorten `schedule.latest_start`, so that a person is asked before it leaves too late.
    """
    late = draft.campaign.schedule.latest_start or draft.policy.schedule.latest_start
    place = draft.at("schedule", "latest_start")
    start = (draft.send_at or draft.now).astimezone(UTC)
    last = finished_at(start, late, draft.policy.schedule.quiet_hours, draft.zone.key)
    over = _end_of_truth(draft)
    if over is not None and last.astimezone(draft.zone).date() > over[1]:
        name, day = over
        yield Objection(
            place,
            f"It may begin as late as {shown(last, draft.zone.key)}, after {day} ({name}), without asking.",
            f"確認なしで{shown(last, draft.zone.key)}まで配信を開始できます。{day}({name})を過ぎています。",
            "Shorten latest_start.",
            "latest_startを短くしてください。",
        )
    elif late > _DAY or late < _SHORT:
        long = late > _DAY
        yield Objection(
            place,
            "It may begin more than a day late without asking."
            if long
            else "It asks when it begins half an hour late, and runs start every quarter of an hour.",
            "確認なしで1日以上遅れて配信を開始できます。"
            if long
            else "開始が少し遅れただけで保留になります(配信処理は15分ごとに起動します)。",
            "Shorten latest_start." if long else "Allow at least half an hour.",
            "latest_startを短くしてください。" if long else "30分以上にしてください。",
            Severity.WARNING,
        )
