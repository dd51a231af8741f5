"""The same mail to the same people a second time, under another name."""

from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft, Other
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import State

SAME_MAIL: Final = "recipients/same-mail"


@rule(
    SAME_MAIL,
    "No other campaign is the same mail to the same segment",
    "同じメールを同じセグメントに送る別のキャンペーンがない",
    uses=(Need.RECORD,),
)
def same_mail(draft: Draft) -> Iterator[Verdict]:
    """A folder that was copied is another campaign, so the ledger lets everybody have its mail again.

    The same mail is the same subject, preheader, facts, text and files, whatever the title, the sender and
    the moment. A draft is none of the two, nor is a delivery that has begun held because of what came later.

    Remedy: write what is new, remove one of the two, or, where the repetition is meant, waive the rule with
    the reason.

    Misses: copies in which a single letter differs, copies of a campaign whose folder is gone, and other
    segments with the same people.
    """
    if draft.campaign.state is State.DRAFT or draft.has_begun:
        yield NotApplicable("it is a draft, or has begun", "下書きか、配信が始まっています")
        return
    if draft.at_delivery and draft.seen_record is None:
        yield NotApplicable("asked when the audience is frozen", "配信先の確定時に確認します")
        return
    for other in draft.others:
        if other.campaign.state is not State.DRAFT and _for_whom(other) == _for_whom(draft):
            yield Objection(
                draft.at("audience", "segment"),
                f"{other.id} is the same mail to the same segment: everybody would get it twice.",
                f"{other.id}と同じメールを同じセグメントに送ろうとしています。全員に2通届きます。",
                "Write what is new, or remove one of the two.",
                "内容を変えるか、どちらかを削除してください。",
            )


def _for_whom(one: Draft | Other) -> tuple[str, str | None, str | None]:
    """What is read, and by whom."""
    audience = one.campaign.audience
    return one.mail, audience.segment, audience.incident
