"""Domains as DMARC compares them: by the organisation that registered them (pure)."""

from typing import Final

#: Second levels under which organisations register, by country; RFC 7489, 3.2 asks for the public suffix
#: list, of which this is the part that companies in these countries use.
_SECOND_LEVELS: Final = {
    "jp": frozenset({"ac", "ad", "co", "ed", "go", "gr", "lg", "ne", "or"}),
    "uk": frozenset({"ac", "co", "gov", "ltd", "me", "net", "org", "plc"}),
    "kr": frozenset({"ac", "co", "go", "ne", "or", "re"}),
    "nz": frozenset({"ac", "co", "govt", "net", "org"}),
    "za": frozenset({"ac", "co", "gov", "net", "org"}),
    "in": frozenset({"ac", "co", "firm", "gen", "gov", "ind", "net", "org"}),
    "th": frozenset({"ac", "co", "go", "in", "or"}),
    "id": frozenset({"ac", "co", "go", "or", "web"}),
    **{
        country: frozenset({"com", "edu", "gov", "net", "org"})
        for country in ("au", "br", "cn", "hk", "mx", "my", "ph", "sg", "tr", "tw", "vn")
    },
}
#: Where anybody gets an address: mail for many in such a name is refused by its own DMARC policy.
FREE_MAIL: Final = frozenset({
    "aol.com", "auone.jp", "docomo.ne.jp", "ezweb.ne.jp", "gmail.com", "gmx.com", "gmx.de", "googlemail.com",
    "hotmail.com", "icloud.com", "live.com", "live.jp", "mac.com", "mail.ru", "me.com", "msn.com",
    "outlook.com", "outlook.jp", "proton.me", "protonmail.com", "qq.com", "softbank.ne.jp", "yahoo.co.jp",
    "yahoo.com", "yahoo.ne.jp", "ymail.com",
})  # fmt: skip


def organisational(host: str) -> str:
    """The domain that was registered: `mail.hanamori.co.jp` and `hanamori.co.jp` are one organisation's."""
    labels = host.lower().rstrip(".").rsplit(".", 3)
    many = len(labels) > 2 and labels[-2] in _SECOND_LEVELS.get(labels[-1], frozenset())  # noqa: PLR2004
    return ".".join(labels[-3:] if many else labels[-2:])


def host_of(address: str) -> str:
    """The host of a mail address."""
    return address.rpartition("@")[2].lower()


def aligned(one: str, other: str) -> bool:
    """Whether two hosts belong to one organisation."""
    return organisational(one) == organisational(other)
