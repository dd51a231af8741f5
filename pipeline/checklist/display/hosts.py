"""Where links lead: hosts that are no place for a customer, and hosts that only look like ours."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import idna

from pipeline.checklist.display.addresses import Seen, below, links_of, ours, own_hosts, web_links
from pipeline.checklist.domains import organisational
from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule

#: RFC 2606, RFC 6761, RFC 6762 and RFC 8375; example.jp and its kin are JPRS's own examples.
_NO_REAL_TLD: Final = frozenset({"example", "test", "invalid", "localhost"})
_PLACEHOLDERS: Final = (
    "example.com", "example.net", "example.org", "example.edu", "example.jp", "example.co.jp",
    "example.ne.jp", "example.or.jp", "hogehoge.com", "hoge.com", "yourdomain.com", "yourcompany.com",
    "your-domain.com", "domain.com", "mysite.com", "yoursite.com", "test.com", "test.co.jp",
    "xxx.com", "sample.com",
)  # fmt: skip
_STAGING: Final = re.compile(
    r"(?:stg|staging|dev|develop|development|test|testing|qa|uat|preprod|sandbox|local|localhost|internal)\d{0,3}"
)
_INTERNAL_TLD: Final = frozenset({"local", "internal", "lan", "intranet", "corp", "home", "localdomain"})
_TUNNELS: Final = ("ngrok.io", "ngrok-free.app", "ngrok.app", "trycloudflare.com", "localhost.run", "loca.lt")
#: Services that anybody can make a short address at. Brands' own short domains (youtu.be, lin.ee) are none.
_SHORTENERS: Final = (
    "bit.ly", "t.co", "goo.gl", "tinyurl.com", "ow.ly", "is.gd", "v.gd", "buff.ly", "x.gd", "rebrand.ly",
    "cutt.ly", "t.ly", "j.mp", "bl.ink", "tiny.cc", "rb.gy", "shorturl.at", "s.id", "00m.in", "qr.ae",
    "ux.nu", "urx.blue", "ur0.jp", "ur2.link", "p.tl", "onl.la", "onl.tw", "short.io", "soo.gd", "tr.im",
    "lnkd.in",
)  # fmt: skip
#: Letters of other scripts that look like Latin ones, and the Latin ones (after Unicode's confusables).
_LOOKALIKES: Final = dict(
    zip("аеорсухіјѕԁһӏԛԝкмтвнгոսցօαορνικτυχ", "aeopcyxijsdhlqwkmtbhrnugoaopvikTux".casefold(), strict=True)
)
#: Shorter names are near to a thousand others.
_TELLING_ONE, _TELLING_TWO = 5, 9


@rule(
    "display/url-placeholder-host",
    "No link leads to an example",
    "仮のドメインへのリンクがない",
    Need.RENDERED,
)
def url_placeholder_host(draft: Draft) -> Iterator[Verdict]:
    """example.com and localhost are what one writes while the real address is not known yet.

    Hosts that the policy names as ours are real to it.

    Remedy: write the real address.
    """
    for seen in links_of(draft):
        host = seen.address.host
        reserved = host.rpartition(".")[2] in _NO_REAL_TLD
        if host and (reserved or any(below(host, each) for each in _PLACEHOLDERS)) and not ours(draft, host):
            yield Objection(
                seen.place,
                f"“{host}” is a name for examples; nobody gets anywhere with it.",
                f"「{host}」は見本用のドメインです。",
                "Write the real address.",
                "正しいURLに置き換えてください。",
            )


@rule(
    "display/url-staging-host",
    "No link leads to a test server",
    "テスト環境へのリンクがない",
    Need.RENDERED,
)
def url_staging_host(draft: Draft) -> Iterator[Verdict]:
    """The link that worked while the page was being built leads customers to a password, or to nothing.

    A host with stg, dev, test or the like as a word before the registered name, an address of numbers, a
    name without a dot, one of a company's inner network, a tunnel to somebody's computer, a port.

    Remedy: write the address of the public page; a host that is meant stands in `links.allow`
    by its full name.

    Misses: test servers with names of their own, and test pages on the public host.
    """
    for seen in web_links(draft):
        if _is_staging(seen) and seen.address.host not in draft.policy.links.allow:
            yield Objection(
                seen.place,
                f"“{seen.shown}” leads to a server for tests, or within a company.",
                f"「{seen.shown}」は、テスト環境や社内のサーバーのようです。",
                "Write the address of the public page; one that is meant goes into links.allow.",
                "公開ページのURLにしてください。問題がなければpolicy.yamlのlinks.allowに加えてください。",
            )


def _is_staging(seen: Seen) -> bool:
    address = seen.address
    if address.numeric or address.port not in {None, 443, 80}:
        return True
    if "." not in address.host:
        return address.host != "localhost"
    if address.host.rpartition(".")[2] in _INTERNAL_TLD or any(
        below(address.host, each) for each in _TUNNELS
    ):
        return True
    words = re.split(r"[.-]", address.host.removesuffix(address.domain).rstrip("."))
    return any(_STAGING.fullmatch(word) for word in words)


@rule(
    "display/url-not-allowed",
    "Links lead to hosts that the policy names",
    "許可されたドメインへのリンクである",
    Need.RENDERED,
)
def url_not_allowed(draft: Draft) -> Iterator[Verdict]:
    """A link to a host that nobody named is a wrong one, or one that somebody should know of.

    Remedy: correct the address; where it is meant, add the host to `links.allow` of the policy.
    """
    if not draft.policy.links.allow:
        yield NotApplicable("policy.yaml names no links.allow", "policy.yamlにlinks.allowがありません")
        return
    for seen in web_links(draft):
        if not ours(draft, seen.address.host):
            yield Objection(
                seen.place,
                f"“{seen.address.host}” is none of the hosts that links may lead to.",
                f"「{seen.address.host}」は、許可されたドメインではありません。",
                "Correct the address; where it is meant, add the host to links.allow of policy.yaml.",
                "URLを直すか、正しい場合はpolicy.yamlのlinks.allowに加えてください。",
            )


@rule(
    "display/url-near-miss",
    "No link is a slip of our own domain",
    "自社ドメインの書き間違いがない",
    Need.RENDERED,
)
def url_near_miss(draft: Draft) -> Iterator[Verdict]:
    """exmaple.co.jp for example.co.jp: whoever owns the slip of a domain gets our customers.

    Compared with the domains of the policy, by letters left out, added, changed or swapped: one, or two in a
    long name. Mail addresses count like links.

    Remedy: correct it; a domain that really is ours goes into `links.allow`.

    Misses: names of fewer than five letters, and additions such as example-sale.jp.
    """
    domains = {organisational(host) for host in own_hosts(draft.policy)}
    for seen in links_of(draft):
        host = seen.address.host
        if not host or ours(draft, host) or organisational(host) in domains:
            continue
        meant = next((own for own in sorted(domains) if _near(organisational(host), own)), None)
        if meant is not None:
            yield Objection(
                seen.place,
                f"“{host}” is nearly “{meant}”, but not quite.",
                f"「{host}」は「{meant}」の書き間違いのようです。",
                f"Write “{meant}”; a domain that really is ours goes into links.allow of policy.yaml.",
                f"「{meant}」に直すか、自社のドメインであればpolicy.yamlのlinks.allowに加えてください。",
            )


def _near(host: str, own: str) -> bool:
    name = len(own.partition(".")[0])
    most = 2 if name >= _TELLING_TWO else 1 if name >= _TELLING_ONE else 0
    return 0 < distance(host, own, most) <= most


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, leave out, change or swap with their neighbour; above `most` just more than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            step = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                step = min(step, last[j - 2] + 1)
            row.append(step)
        if min(row) > most:
            return most + 1
    return row[-1]


@rule(
    "display/url-homograph",
    "No link is spelt in letters that only look right",
    "紛らわしい文字のリンクがない",
    Need.RENDERED,
)
def url_homograph(draft: Draft) -> Iterator[Verdict]:
    """A Cyrillic а looks like a Latin a and leads to somebody else's server.

    A label of a host that mixes scripts, or is wholly made of letters that look like Latin ones, and
    full-width letters. Japanese beside Latin is what Japanese domains look like.

    Remedy: type the address anew, or copy it from the browser.

    Misses: Latin letters that look like each other (rn and m, 1 and l).
    """
    for seen in links_of(draft):
        label = next(filter(_deceives, _spelt(seen.address.host).split(".")), None)
        if label is not None:
            yield Objection(
                seen.place,
                f"“{label}” in a link is spelt in letters that only look like the ones that are meant.",
                f"リンクの「{label}」に、見た目が似た別の文字が使われています。",
                "Type the address anew, or copy it from the browser.",
                "URLを入力し直すか、ブラウザーからコピーしてください。",
            )


def _spelt(host: str) -> str:
    """The host as a reader would see it: xn-- resolved."""
    labels = []
    for label in host.split("."):
        try:
            labels.append(idna.ulabel(label) if label.startswith("xn--") else label)
        except (idna.IDNAError, UnicodeError):
            labels.append(label)
    return ".".join(labels)


def _deceives(label: str) -> bool:
    if label.isascii():
        return False
    if unicodedata.normalize("NFKC", label) != unicodedata.normalize("NFC", label):
        return True
    scripts = {_script(character) for character in label} - {""}
    if len(scripts) > 1 and scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"}:
        return True
    return all(character.isascii() or character in _LOOKALIKES for character in label)


def _script(character: str) -> str:
    """The first word of a letter's name says its script; digits and hyphens have none."""
    return unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""


@rule(
    "display/url-shortener",
    "No link is a shortened one",
    "短縮URLを使っていない",
    Need.RENDERED,
)
def url_shortener(draft: Draft) -> Iterator[Verdict]:
    """Nobody sees where a short address leads; spam filters know that, too, and it can be turned elsewhere.

    Remedy: write the whole address, or allow shorteners in the policy (`links.shorteners`).

    Misses: services that are not on our list.
    """
    if draft.policy.links.shorteners == "allow":
        yield NotApplicable("policy.yaml allows shorteners", "policy.yamlで短縮URLが許可されています")
        return
    for seen in web_links(draft):
        host = seen.address.host
        if any(below(host, each) for each in _SHORTENERS) and not ours(draft, host):
            yield Objection(
                seen.place,
                f"“{seen.shown}” is a short address, and nobody sees where it leads.",
                f"「{seen.shown}」は短縮URLのため、リンク先が分かりません。",
                "Write the whole address.",
                "元のURLを書いてください。",
            )
