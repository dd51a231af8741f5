"""One click is enough to refuse (RFC 8058)."""

import base64
import ipaddress
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Mail
from pipeline.checklist.places import Place
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind

_NOTICE: Final = NotApplicable("it is no marketing", "販促のメールではありません")
_POST: Final = "List-Unsubscribe=One-Click"
_URI: Final = re.compile(r"<(https://[!-;=?-~]+)>")
#: Names that no mail provider can reach (RFC 6761 and usage in offices).
_INSIDE: Final = ("localhost", ".local", ".localhost", ".internal", ".lan", ".intra", ".corp")


@rule(
    "legal/one-click", "One click unsubscribes", "ワンクリックで配信停止できる", Need.RENDERED, mandatory=True
)
def one_click(draft: Draft) -> Iterator[Verdict]:
    """Gmail and Yahoo ask bulk senders for the button beside the sender's name, and RFC 8058 says how.

    The List-Unsubscribe header holds exactly one address, an https one that the provider's servers can reach;
    List-Unsubscribe-Post says List-Unsubscribe=One-Click; and the address tells strangers nothing about the
    recipient.

    Remedy: give `organisation.unsubscribe_base` of policy.yaml as a plain public https address.

    Misses: whether a POST to it unsubscribes, and whether DKIM covers the headers; the operator tries that.
    """
    if draft.kind is not Kind.MARKETING:
        yield _NOTICE
        return
    place = draft.policy_at("organisation", "unsubscribe_base")
    for mail in draft.mails:
        yield from _headers(mail, place)


def _headers(mail: Mail, place: Place) -> Iterator[Objection]:
    headers = dict(mail.message.headers)
    found = _URI.fullmatch(headers.get("List-Unsubscribe", ""))
    if headers.get("List-Unsubscribe-Post") != _POST or found is None:
        yield _wrong(
            place,
            "The headers for one-click unsubscribing do not hold exactly one https address (RFC 8058).",
            "ワンクリック配信停止のヘッダーが、RFC 8058の形式(httpsのURL 1つ)になっていません。",
        )
        return
    url = found[1]
    if not _is_public(url):
        yield _wrong(
            place,
            "Mail providers cannot reach the address to unsubscribe at: it is not a public one.",
            "配信停止のURLが社内向けのため、外部から接続できません。",
        )
    if "@" in urlsplit(url).netloc:
        yield _wrong(
            place,
            "The address to unsubscribe at holds a user name or password.",
            "配信停止のURLに、ユーザー名やパスワードが含まれています。",
        )
    if _tells(mail, url):
        yield _wrong(
            place,
            "The address to unsubscribe at holds the recipient's mail address.",
            "配信停止のURLに、受信者のメールアドレスが含まれています。",
        )


def _wrong(place: Place, message: str, message_ja: str) -> Objection:
    return Objection(
        place,
        message,
        message_ja,
        "Give a plain public https address as unsubscribe_base.",
        "unsubscribe_base に、公開されているhttpsのURLを指定してください。",
    )


def _is_public(url: str) -> bool:
    host = (urlsplit(url).hostname or "").lower()
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_INSIDE)


def _tells(mail: Mail, url: str) -> bool:
    """Whether the address stands in it, plain or in base64."""
    address = mail.message.to.lower()
    written = unquote(url).lower()
    spelt = base64.b64encode(address.encode()).decode().rstrip("=").lower()
    return address in written or spelt in written
