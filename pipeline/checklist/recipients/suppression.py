"""Who said no gets nothing: the lists that are asked when the audience is frozen and when a batch is sent."""

from collections.abc import Iterator

from pipeline.audience.rule import UNSUBSCRIBED
from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind


@rule(
    "recipients/suppression",
    "Who unsubscribed is left out",
    "配信停止の人が除外される",
    mandatory=True,
)
def suppression(draft: Draft) -> Iterator[Verdict]:
    """Mail to somebody who has said no is the first accident in the textbook.

    特定電子メールの送信の適正化等に関する法律 (the Act on specified electronic mail), article 3, paragraph 3,
    forbids it, whatever consent there was before. The lists of the policy are asked when the audience is
    frozen, and once more when a batch is sent.

    Remedy: name the list of those who unsubscribed as `unsubscribed` under `suppression` in policy.yaml.

    Misses: whether the list is complete and of today.
    """
    if draft.kind is not Kind.MARKETING:
        yield NotApplicable("it is no marketing", "販促のメールではありません")
        return
    if UNSUBSCRIBED not in draft.policy.suppression:
        yield Objection(
            draft.policy_at("suppression"),
            "policy.yaml names no list of those who unsubscribed: they would get the mail.",
            "policy.yaml に配信停止の一覧がありません。停止した人にも届いてしまいます。",
            "Name it as `unsubscribed` under `suppression`.",
            "suppression に unsubscribed として一覧を指定してください。",
        )
