"""From and subject do not pretend."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.checklist.domains import aligned, host_of
from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind

_ANSWER: Final = re.compile(
    r"\s*(?:re|fwd?|aw|wg)\s*(?:\[\d+\])?\s*[:：]|\s*(?:返信|転送)\s*[:：]", re.IGNORECASE
)
#: The full-width forms of ASCII.
_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ADDRESS: Final = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")


@rule("legal/honest-sender", "From is who it says", "差出人の表示が正しい")
def honest_sender(draft: Draft) -> Iterator[Verdict]:
    """A name that looks like another address tells a reader that somebody else writes.

    特定電子メール法 article 5 forbids false sender information; CAN-SPAM, 15 U.S.C. § 7704(a)(1), too.

    Remedy: give the sender a name that readers know your organisation by.

    Misses: names of other companies.
    """
    sender = draft.policy.senders.get(draft.campaign.from_)
    if sender is None:
        yield NotApplicable("the policy does not know the sender", "policy.yaml に差出人がありません")
        return
    shown = _ADDRESS.search(sender.name)
    if shown and not aligned(shown[1], host_of(sender.address)):
        yield Objection(
            draft.policy_at("senders", draft.campaign.from_, "name"),
            f"The name “{sender.name}” shows another address than the one that the mail comes from.",
            f"差出人名「{sender.name}」に、実際の差出人と異なるアドレスが書かれています。",
            "Write a name.",
            "名称を書いてください。",
        )


@rule("legal/honest-subject", "The subject does not pretend", "件名が返信を装っていない", Need.RENDERED)
def honest_subject(draft: Draft) -> Iterator[Verdict]:
    """An advertisement that looks like an answer is opened by mistake, and remembered.

    CAN-SPAM, 15 U.S.C. § 7704(a)(2), forbids subjects that mislead.

    Remedy: write what the mail is about.

    Misses: every other way to mislead.
    """
    if draft.kind is not Kind.MARKETING:
        yield NotApplicable("it is no marketing", "販促のメールではありません")
        return
    for part in draft.parts_of("subject"):
        match = _ANSWER.match(part.text.translate(_WIDTH))
        if match:
            yield Objection(
                part.at(match.start(), match.end()),
                f"“{part.text[: match.end()].strip()}” makes it look like an answer, which it is not.",
                f"件名の「{part.text[: match.end()].strip()}」は、返信や転送に見えます。",
                "Leave it out.",
                "削除してください。",
            )
