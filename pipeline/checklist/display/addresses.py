"""The addresses that a mail links to, taken apart, and which of them are our own (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.checklist.domains import organisational
from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Link, Part
from pipeline.checklist.places import Place
from pipeline.models.policy import Policy

#: Fewer characters are found anywhere.
_TELLING: Final = 4
_MAIL_HOST: Final = re.compile(r"mailto:[^?@]*@([^?\s,]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Address:
    """A link taken apart. `host` is in small letters, without port; empty where there is none.

    `broken` is a web address that cannot be read at all.
    """

    url: str
    scheme: str = ""
    host: str = ""
    path: str = ""
    query: str = ""
    port: int | None = None
    userinfo: bool = False
    broken: bool = False

    @property
    def web(self) -> bool:
        """Whether it leads to a page."""
        return self.scheme in {"http", "https"}

    @property
    def numeric(self) -> bool:
        """Whether the host is an address of numbers."""
        try:
            ip_address(self.host.strip("[]"))
        except ValueError:
            return bool(re.fullmatch(r"[\d.]+|0x[0-9a-f]+", self.host))
        return True

    @property
    def domain(self) -> str:
        """The part of the host that somebody registered."""
        return organisational(self.host)

    @property
    def plain(self) -> str:
        """Without fragment and without what only counts clicks."""
        split = urlsplit(self.url.strip())
        kept = [
            each for each in parse_qsl(split.query, keep_blank_values=True) if not each[0].startswith("utm_")
        ]
        had = "utm_" in split.query
        return urlunsplit(split._replace(query=urlencode(kept) if had else split.query, fragment=""))


@lru_cache(maxsize=4096)
def address_of(url: str) -> Address:
    """A link taken apart; what is no address at all is `broken`."""
    try:
        split = urlsplit(url.strip())
        # browsers take a backslash for a slash: what stands behind it is no host
        host = (split.hostname or "").split("\\")[0].rstrip(".").casefold()
        port = split.port
    except ValueError:
        return Address(url, broken=True)
    if mail := _MAIL_HOST.match(url.strip()):
        host = mail[1].rstrip(".").casefold()
    scheme = split.scheme.casefold()
    return Address(url, scheme, host, split.path, split.query, port, "@" in split.netloc)


def below(host: str, domain: str) -> bool:
    """Whether a host is a domain or stands below it."""
    return host == domain or host.endswith(f".{domain}")


def own_hosts(policy: Policy) -> tuple[str, ...]:
    """The hosts that are ours: those that links may lead to, where senders and unsubscribing live."""
    senders = (sender.address.rpartition("@")[2] for sender in policy.senders.values())
    pages = (policy.organisation.unsubscribe_base, policy.organisation.contact)
    named = (*policy.links.allow, *senders, *(address_of(page).host for page in pages))
    return tuple(dict.fromkeys(host.casefold().rstrip(".") for host in named if host))


def ours(draft: Draft, host: str) -> bool:
    """Whether the policy knows a host: listed, or one of our own."""
    return any(below(host, own) for own in own_hosts(draft.policy))


@dataclass(frozen=True, slots=True)
class Seen:
    """A link of a part, the address in it, and the way to its place."""

    part: Part
    link: Link
    address: Address

    @property
    def place(self) -> Place:
        """Where the author wrote the address, or else what a reader sees of the link."""
        part, link = self.part, self.link
        written = (
            (link.href, self.address.plain) if self.address.web and not self.address.broken else (link.href,)
        )
        near = part.near(*(each for each in written if len(each) >= _TELLING))
        if near.position == part.fallback.position and link.end > link.start:
            return part.at(link.start, link.end)
        return near

    @property
    def shown(self) -> str:
        """The address as a message quotes it."""
        return shortened(self.link.href)


def links_of(draft: Draft) -> Iterator[Seen]:
    """Every link of HTML and text; one that is the same in several mails or places, once a part."""
    seen: set[tuple[str, str, str]] = set()
    for part in draft.parts_of("html", "text"):
        for link in part.links:
            key = (part.name, link.href, link.words if part.name == "html" else "")
            if key not in seen:
                seen.add(key)
                yield Seen(part, link, address_of(link.href))


def web_links(draft: Draft) -> Iterator[Seen]:
    """Those that lead to a page which has a host."""
    for seen in links_of(draft):
        if seen.address.web and seen.address.host:
            yield seen


def shortened(url: str, most: int = 80) -> str:
    """For a message: the beginning says where it leads."""
    words = " ".join(url.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"
