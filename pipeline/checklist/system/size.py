"""How large the finished mail is."""

from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.models.finding import Severity
from pipeline.render.message import Message

#: Gmail takes 25 MB and Exchange Online 36 MB by default; company servers take 10 to 20 MB.
_REFUSED: Final = 20_000_000
#: What a telephone on the train gets done with.
_SLOW: Final = 3_000_000
#: Headers, boundaries, names of attachments.
_AROUND: Final = 200_000


def _at_most(message: Message) -> int:
    """No less than the bytes on the wire: quoted-printable makes three of one, and lines need their ends."""
    words = len(message.text.encode()) + len((message.html or "").encode())
    return 4 * words + 2 * sum(len(file.data) for file in message.letterhead.attachments) + _AROUND


@rule("system/size-total", "The mail is not too large", "メール全体の大きさ", Need.RENDERED)
def size_total(draft: Draft) -> Iterator[Verdict]:
    """A mail that is too large is refused by the servers of half the readers, and slow for the others.

    Counted is the mail as it goes over the wire, of the person whose mail is the longest: attachments grow by
    a third on the way.

    Remedy: put files on the web site and link to them.

    Misses: the limits of the servers that readers really have.
    """
    longest = max(
        (each.message for each in draft.mails), key=lambda each: len(each.text) + len(each.html or "")
    )
    if _at_most(longest) <= _SLOW:
        return
    size = len(longest.as_email(draft.now))
    if size <= _SLOW:
        return
    refused = size > _REFUSED
    yield Objection(
        draft.at("attachments" if draft.campaign.attachments else "body"),
        f"The mail has {size / 1e6:.1f} MB; "
        + ("many servers refuse it." if refused else "that is slow on telephones."),
        f"メールの大きさが{size / 1e6:.1f} MBあります。"
        + ("多くのサーバーで受け取れません。" if refused else "スマートフォンでは時間がかかります。"),
        "Put files on the web site and link to them.",
        "ファイルはWebサイトに置いて、リンクしてください。",
        None if refused else Severity.WARNING,
    )
