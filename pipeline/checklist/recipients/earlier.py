"""What else the same people get: within a few days, and on the same day."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from pipeline.checklist.draft import Draft, Earlier, Other, ids_of
from pipeline.checklist.masking import Tally
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind, State
from pipeline.models.quantity import format_duration

#: Campaigns that are named.
_NAMED: Final = 3
_NOT_MARKETING: Final = NotApplicable("it is no marketing", "広告以外のメールです")


@rule(
    "recipients/frequency-cap",
    "Nobody gets too many mails",
    "同じ人に短期間で送りすぎていない",
    Need.CONTACTS,
    Need.RECORD,
)
def frequency_cap(draft: Draft) -> Iterator[Verdict]:
    """Who gets mail after mail unsubscribes, or complains, which costs the delivery of everything else.

    `audience.frequency_cap` of the policy says how many campaigns one person may get in how long. What went
    out before is looked up person by person in the ledger; mail about a purchase and apologies count, and
    are not held back themselves.

    Remedy: send later, or leave those people out of the segment.

    Misses: campaigns that are planned and have not left, and people who have another id in another source.
    """
    cap = draft.policy.audience.frequency_cap
    if draft.kind is not Kind.MARKETING:
        yield _NOT_MARKETING
        return
    if cap is None:
        yield NotApplicable("the policy sets no audience.frequency_cap", "ポリシーに上限の設定がありません")
        return
    recent = [
        each for each in draft.record.since((draft.send_at or draft.now) - cap.per) if _same(draft, each)
    ]
    if len(recent) < cap.messages:
        return
    ours = draft.audience.once(ids_of)
    counts = Counter(id_ for each in recent for id_ in each.reached() if id_ in ours)
    over = Tally()
    for id_, count in sorted(counts.items()):
        if count >= cap.messages:
            over.add([id_])
    if over.rows:
        per = format_duration(cap.per)
        yield Objection(
            draft.policy_at("audience", "frequency_cap"),
            f"{over.said} had {cap.messages} campaigns within {per} before it: {_listed(recent)}.",
            f"配信前の{per}に{cap.messages}通以上受け取った人がいます: {over.said_ja}。"
            f"配信: {_listed(recent)}",
            "Send it later, or leave these people out of the segment.",
            "配信日を遅らせるか、該当する人をセグメントから除いてください。",
        )


@rule(
    "recipients/overlap",
    "No other campaign reaches the same people the same day",
    "同じ日に同じ人へ別の配信がない",
    Need.CONTACTS,
    Need.RECORD,
)
def overlap(draft: Draft) -> Iterator[Verdict]:
    """Two teams that do not know of each other write to the same customers on the same day.

    `audience.overlap_max` of the policy says which share of the audience may get another advertisement that
    day: one that is ready to be sent, or has begun.

    Remedy: move one of the two to another day, or exclude the segment of one from the other.

    Misses: people who have another id in another contact source, and days of campaigns that leave on merge.
    """
    most = draft.policy.audience.overlap_max
    if draft.kind is not Kind.MARKETING:
        yield _NOT_MARKETING
        return
    if most is None:
        yield NotApplicable("the policy sets no audience.overlap_max", "ポリシーに上限の設定がありません")
        return
    for name, get in _that_day(draft).items():
        ours = draft.audience.once(ids_of)
        both = len(ours & get())
        if both > most * len(ours):
            yield _overlapping(draft, name, both, len(ours), most)


def _overlapping(draft: Draft, other: str, both: int, size: int, most: float) -> Objection:
    return Objection(
        draft.at("schedule", "send_at"),
        f"{both:,} of {size:,} people get {other} on the same day: {both / size:.0%}, where {most:.0%} may.",
        f"{size:,}件のうち{both:,}件({both / size:.0%})に、同じ日に{other}も届きます(上限{most:.0%})。",
        f"Move one of them to another day, or exclude the segment of {other}.",
        f"どちらかの配信日を変えるか、{other}のセグメントを除外してください。",
    )


def _that_day(draft: Draft) -> dict[str, Callable[[], frozenset[str]]]:
    """Other advertisements of the day by name, with whom they reach. What the ledger knows is the truth."""
    planned = {
        other.id: other.ids
        for other in draft.others
        if other.campaign.state is State.READY and _on_the_day(draft, other)
    }
    kinds = {other.id: other.campaign.kind for other in draft.others}
    begun = {
        each.campaign: each.reached
        for each in draft.record.earlier
        if each.at.astimezone(draft.zone).date() == draft.day
        and kinds.get(each.campaign, Kind.MARKETING) is Kind.MARKETING
        and _same(draft, each)
    }
    return planned | begun


def _on_the_day(draft: Draft, other: Other) -> bool:
    segment = draft.segments.get(other.campaign.audience.segment or "")
    return (
        other.campaign.kind is Kind.MARKETING
        and other.send_at is not None
        and other.send_at.astimezone(draft.zone).date() == draft.day
        and segment is not None
        and draft.segment is not None
        and segment.source == draft.segment.source
    )


def _same(draft: Draft, earlier: Earlier) -> bool:
    """Whether ids of the earlier campaign mean the same people; of a segment that is gone they may."""
    segment = draft.segments.get(earlier.segment)
    return segment is None or draft.segment is None or segment.source == draft.segment.source


def _listed(recent: list[Earlier]) -> str:
    names = list(dict.fromkeys(each.campaign for each in recent))
    return ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
