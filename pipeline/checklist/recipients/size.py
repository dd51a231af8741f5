"""How many get it: nobody, fewer or more than expected, far from the last time."""

from collections.abc import Iterator

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule


@rule("recipients/not-empty", "Somebody gets it", "配信先が0件ではない", Need.CONTACTS)
def not_empty(draft: Draft) -> Iterator[Verdict]:
    """A campaign for nobody is a mistake in the segment, or in the lists that it is compared with.

    Remedy: look at the condition of the segment, at the consent column and at the exclusions.
    """
    audience = draft.audience
    if audience.size > 0:
        return
    excluded = sum(audience.excluded.values())
    yield Objection(
        draft.at("audience"),
        f"Nobody would get it: the segment finds {excluded:,} people, and all of them are excluded."
        if excluded
        else "Nobody would get it: the segment finds nobody.",
        f"配信先が0件です。セグメントの{excluded:,}人は全員除外されます。"
        if excluded
        else "配信先が0件です。セグメントに該当する人がいません。",
        "Look at the condition of the segment, the consent column and the exclusions.",
        "セグメントの条件、同意の項目、除外の設定を確認してください。",
    )


@rule("recipients/size-in-bounds", "The size is what is expected", "件数が想定の範囲内", Need.CONTACTS)
def size_in_bounds(draft: Draft) -> Iterator[Verdict]:
    """The author says how many people are meant, and a wrong list is the commonest accident there is.

    Another number means that the segment, the contacts or the expectation is wrong.

    Remedy: find out which of them is wrong; change `expect` only when the number is right.
    """
    size, expect = draft.audience.size, draft.campaign.audience.expect
    if size == 0 or expect.min <= size <= expect.max:
        return
    yield Objection(
        draft.at("audience", "expect"),
        f"{size:,} people would get it; expected are {expect.min:,} to {expect.max:,}.",
        f"配信先は{size:,}件です。想定は{expect.min:,}件から{expect.max:,}件です。",
        "Look at the segment and the contacts. Change the bounds only if this number is right.",
        "セグメントと名簿を確認してください。件数が正しい場合だけ、expectを変更してください。",
    )


@rule(
    "recipients/growth",
    "The size is like the last time's",
    "前回の配信と件数が大きく違わない",
    Need.CONTACTS,
    Need.RECORD,
)
def growth(draft: Draft) -> Iterator[Verdict]:
    """A segment that suddenly finds half as many people again, or a third fewer, has changed its meaning.

    A column was filled anew, a list was not loaded. `audience.growth_max` of the policy says how far is too
    far, in either direction.

    Remedy: compare the segment and the contact source with the last time; raise `audience.growth_max` only
    for a reason.
    """
    last = draft.record.last_of(draft.campaign.audience.segment or "")
    if last is None or last.recipients == 0:
        yield NotApplicable(
            "the ledger that can be read here knows of no other campaign of its segment",
            "ここで参照できる配信台帳に、このセグメントへの配信の記録がありません",
        )
        return
    size, most = draft.audience.size, draft.policy.audience.growth_max
    if size == 0 or last.recipients / most <= size <= last.recipients * most:
        return
    yield Objection(
        draft.at("audience", "segment"),
        f"{size:,} people would get it; {last.campaign} went to {last.recipients:,} of the same segment. "
        f"That is further apart than {most:.0%}.",
        f"配信先は{size:,}件です。同じセグメントへの前回の配信({last.campaign})は{last.recipients:,}件でした。"
        f"差が{most:.0%}を超えています。",
        "Compare the segment and the contact source with the last time.",
        "前回からのセグメントと名簿の変更を確認してください。",
    )
