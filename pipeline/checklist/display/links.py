"""Links as they are written: what they begin with, what stands in them, what they say they are."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.checklist.display.addresses import Seen, address_of, links_of
from pipeline.checklist.domains import organisational
from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

#: What a link of a mail may begin with besides https.
_OTHER_SCHEMES: Final = frozenset({"mailto", "tel", "sms"})
_LEFT_OPEN: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|%7B%7B|%7D%7D|\*(?:\||%7C)|\$(?:\{|%7B)|<%|%%[A-Za-z_]+%%|\[\[|%5B%5B"
    r"|■|□|○○|〇〇|●●|(?<![A-Za-z0-9])[Xx]{3,}(?![A-Za-z0-9])|[=/](?:None|undefined|null|NaN)(?=[/?&#]|$)",
)
#: A text that is, as a whole, an address.
_AN_ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z]{2,24})(?::\d+)?(?P<path>/\S*)?",
    re.IGNORECASE,
)
_A_MAILBOX: Final = re.compile(r"[^\s@]+@(?P<host>[^\s@]+\.[a-z]{2,24})", re.IGNORECASE)
#: Endings that file names have, and domains hardly.
_FILE_ENDINGS: Final = frozenset("pdf html htm php xlsx docx pptx zip csv png jpg gif txt js md".split())  # noqa: SIM905


@rule("display/url-scheme", "Links begin with https://", "リンクがhttps://で始まる", Need.RENDERED)
def url_scheme(draft: Draft) -> Iterator[Verdict]:
    """A link without https:// at its beginning leads nowhere from a mail, or to where others can listen.

    There is no page around a mail, so that `/sale` or `www.example.com` has nothing to begin from; programs
    such as `javascript:` are switched off or stop the mail. `http://` is a warning. mailto:, tel: and sms:
    are as good as https.

    Remedy: write the whole address, beginning with https://.
    """
    anchors: dict[int, frozenset[str]] = {}
    for seen in links_of(draft):
        address, href = seen.address, seen.link.href.strip()
        if href.startswith("#") and len(href) > 1:
            page = seen.part.page
            known = anchors.setdefault(id(page), _anchors(seen))
            if href[1:] in known:
                continue
        if not address.broken and (
            (address.scheme == "https" and address.host) or address.scheme in _OTHER_SCHEMES
        ):
            continue
        yield _scheme(seen, href)


def _anchors(seen: Seen) -> frozenset[str]:
    named = (element.attributes for element in seen.part.page.elements)
    return frozenset(value for each in named for value in (each.get("id"), each.get("name")) if value)


def _scheme(seen: Seen, href: str) -> Objection:
    if seen.address.scheme == "http" and seen.address.host:
        return Objection(
            seen.place,
            f"“{seen.shown}” begins with http://, so others can read and change what is sent.",
            f"「{seen.shown}」がhttp://です。通信が暗号化されません。",
            "Write https://.",
            "https://にしてください。",
            Severity.WARNING,
        )
    if not href or href == "#":
        words = seen.link.words or "image"
        return Objection(
            seen.place,
            f"The link “{words}” leads nowhere.",
            f"リンク「{words}」のリンク先がありません。",
            "Write the address, beginning with https://.",
            "https://から始まるURLを入れてください。",
        )
    return Objection(
        seen.place,
        f"“{seen.shown}” does not begin with https://, and leads nowhere from a mail.",
        f"「{seen.shown}」がhttps://で始まっていないため、メールから開けません。",
        "Write the whole address, beginning with https://.",
        "https://から始まるURL全体を書いてください。",
    )


@rule("display/url-userinfo", "No link names a user", "リンクにユーザー名が入っていない", Need.RENDERED)
def url_userinfo(draft: Draft) -> Iterator[Verdict]:
    """What stands before an @ in an address is no host: it looks like ours, and leads elsewhere.

    It is either a password that everybody now gets, or the oldest trick of fraud mail.

    Remedy: take out what stands between // and @.
    """
    for seen in links_of(draft):
        if seen.address.web and (seen.address.userinfo or "\\" in seen.address.url):
            yield Objection(
                seen.place,
                "A link names a user before an @, or has a backslash in it; it leads to "
                f"“{seen.address.host}”.",
                f"リンクに「@」や「\\」が含まれています。実際のリンク先は「{seen.address.host}」です。",
                "Take out what stands between // and @.",
                "//と@の間を削除してください。",
            )


@rule(
    "display/url-unresolved",
    "No link has a gap in it",
    "リンクに未入力の部分がない",
    Need.RENDERED,
    mandatory=True,
)
def url_unresolved(draft: Draft) -> Iterator[Verdict]:
    """A link with {{ }}, ■, XXXX or `id=None` in it leads everybody to an error page.

    Remedy: fill it in; look whether the variable is spelt as in the segment.

    Misses: an empty value (`?id=`), which may be meant.
    """
    for seen in links_of(draft):
        if gap := _LEFT_OPEN.search(seen.link.href):
            yield Objection(
                seen.place,
                f"“{gap[0].strip('=/')}” in the link “{seen.shown}” was to be filled in.",
                f"リンク「{seen.shown}」に「{gap[0].strip('=/')}」が残っています。",
                "Fill it in, or correct the name of the variable.",
                "正しい値を入れるか、差し込み項目の名前を直してください。",
            )


@rule(
    "display/url-text-mismatch",
    "Links lead to where they say",
    "表示のURLとリンク先が同じ",
    Need.RENDERED,
)
def url_text_mismatch(draft: Draft) -> Iterator[Verdict]:
    """A link that shows one address and leads to another is what fraud looks like, to people and to filters.

    It is also what is left when only one of the two was changed.

    Remedy: make both the same, or let the link say in words what is behind it.

    Misses: addresses within a longer sentence, and in pictures.
    """
    for seen in links_of(draft):
        if seen.part.name != "html":
            continue
        words = seen.link.words.strip()
        found = _other_host(words, seen) or _other_path(words, seen)
        if found is not None:
            yield Objection(
                seen.place,
                f"The link shows “{words[:80]}” and leads to “{seen.shown}”.",
                f"表示は「{words[:80]}」ですが、リンク先は「{seen.shown}」です。",
                "Make both the same, or let the link say in words what is behind it.",
                "両方を同じにするか、リンクの文字を言葉にしてください。",
                found,
            )


def _other_host(words: str, seen: Seen) -> Severity | None:
    """Another registered domain than the one that is shown; a part of it does not matter."""
    mailbox, shown = _A_MAILBOX.fullmatch(words), _AN_ADDRESS.fullmatch(words)
    said = (mailbox or shown)["host"].casefold() if mailbox or shown else ""  # type: ignore[index]
    if not said or said.rpartition(".")[2] in _FILE_ENDINGS or not seen.address.host:
        return None
    if shown and not shown["scheme"] and not shown["path"] and not said.startswith("www.") and _no_host(said):
        return None
    return None if organisational(said) == seen.address.domain else Severity.ERROR


def _no_host(said: str) -> bool:
    """Whether “version.two” or “Node.js” is meant rather than a host: the ending is none of the usual."""
    usual = {"jp", "com", "net", "org", "info", "biz", "co", "io", "app", "dev", "shop", "example", "tokyo"}
    return said.rpartition(".")[2] not in usual


def _other_path(words: str, seen: Seen) -> Severity | None:
    shown = _AN_ADDRESS.fullmatch(words)
    if shown is None or not shown["scheme"] or not seen.address.web:
        return None
    said, meant = address_of(words), seen.address
    if words.endswith(("…", "...")) or said.path.rstrip("/") == meant.path.rstrip("/"):
        return None
    return Severity.WARNING


@rule(
    "display/url-glued", "Addresses in text end with a space", "URLの直後に文字が続いていない", Need.RENDERED
)
def url_glued(draft: Draft) -> Iterator[Verdict]:
    """Mail programs make links of bare addresses, and take along the Japanese that follows without a space.

    詳しくはhttps://…/saleをご覧ください becomes a link to /saleをご覧ください, which is no page.

    Remedy: put the address on a line of its own, or a space behind it.

    Misses: addresses that stand in HTML without being links; ASCII brackets with Japanese behind them.
    """
    parts = draft.parts_of("text")
    if not any(part.links for part in parts):
        yield NotApplicable("the text has no address", "テキストパートにURLがありません")
        return
    for part in parts:
        for link in part.links:
            behind = part.text[link.end : link.end + 1]
            if behind and not behind.isspace() and not behind.isascii():
                glued = part.text[link.end : link.end + 8].split()[0]
                yield Objection(
                    part.at(link.start, link.end + 1),
                    f"“{glued}” follows the address directly, and many programs make it a part of the link.",
                    f"URLの直後に「{glued}」が続いており、リンクの一部になることがあります。",
                    "Put the address on a line of its own, or a space behind it.",
                    "URLを改行して1行にするか、直後に半角スペースを入れてください。",
                )
