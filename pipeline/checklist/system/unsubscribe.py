"""Whoever no longer wants the mail can say so: in the mail itself, and with the mail program's button."""

from collections.abc import Iterator

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind


@rule(
    "system/unsubscribe",
    "The mail can be unsubscribed from",
    "配信停止の手続きができる",
    Need.RENDERED,
    mandatory=True,
)
def unsubscribe(draft: Draft) -> Iterator[Verdict]:
    """Whoever cannot find the way out presses "spam", which costs the sender everybody's inbox.

    Marketing mail needs the recipient's own link in both parts, where it is seen, and the headers
    of one-click unsubscribing (RFC 8058) that Gmail and Yahoo ask of bulk senders.

    Remedy: put `{{ unsubscribe_url }}` into each part, as a link in the HTML, best through the shared footer.
    """
    if draft.kind is not Kind.MARKETING:
        yield NotApplicable("it is no marketing", "販促のメールではありません")
        return
    for mail in draft.mails:
        url = mail.unsubscribe_url
        if url is None:
            yield Objection(
                draft.at("kind"),
                "The mail has no List-Unsubscribe headers for one-click unsubscribing.",
                "ワンクリック配信停止のヘッダー(List-Unsubscribe)がありません。",
                "Look at `unsubscribe_base` in policy.yaml.",
                "policy.yaml の unsubscribe_base を確認してください。",
            )
            continue
        for part in mail.parts:
            if part.name in {"html", "text"} and not _leads_there(part, url):
                yield _missing(part)


def _leads_there(part: Part, url: str) -> bool:
    """Whether the link can be seen and followed."""
    return any(link.href == url and link.words for link in part.links)


def _missing(part: Part) -> Objection:
    where, where_ja = ("HTML", "HTML") if part.name == "html" else ("text", "テキスト")
    return Objection(
        part.at(max(0, len(part.text.rstrip()) - 1)),
        f"The {where} part has no visible link to unsubscribe.",
        f"{where_ja}パートに、見える配信停止リンクがありません。",
        "Add {{ unsubscribe_url }} as a link, best through the shared footer.",
        "{{ unsubscribe_url }} をリンクとして入れてください(共有フッターを使うのが確実です)。",
    )
