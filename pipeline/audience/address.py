"""One mail address, or why it is none. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

_LOCAL_MAX = 64
_TOTAL_MAX = 254
#: What people's keyboards make of ASCII: the full-width forms, and the ideographic space.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
#: Invisible, but no white space to `str.strip`: zero-width marks, direction marks, the byte order mark.
_INVISIBLE = (
    "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_AROUND = re.compile(rf"^[\s{_INVISIBLE}]+|[\s{_INVISIBLE}]+$")

#: Hosts of Japanese carriers that gave out addresses such as `a..b@` and `a.@` until 2009.
_CARRIER = re.compile(
    r"(docomo\.ne\.jp|au\.com|softbank\.ne\.jp|i\.softbank\.jp|disney\.ne\.jp"
    r"|(?:[a-z0-9-]+\.)?(?:ezweb|vodafone|pdx|sky\.tu-ka|tu-ka)\.ne\.jp|jp-[a-z]\.ne\.jp)"
)
_CARRIER_LOCAL = re.compile(r"[A-Za-z0-9._%+/?-]+")


class Kind(StrEnum):
    """What sort of address."""

    ORDINARY = "ordinary"
    #: Breaks RFC 5321 (`..`, `.@`, a dot in front), yet a Japanese carrier delivers it.
    RFC_VIOLATING_CARRIER = "rfc-violating-carrier"


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is sent to: one, ASCII only, the host in lower case and in punycode."""

    value: str
    kind: Kind = Kind.ORDINARY

    @property
    def key(self) -> str:
        """Equal for two spellings of one mailbox: also the part before the @ is compared in lower case."""
        return self.value.lower()


@dataclass(frozen=True, slots=True)
class Invalid:
    """No address. `why` is a sentence for people and never repeats the value."""

    why: str


def normalise(raw: str) -> Address | Invalid:
    """The one address that `raw` spells, without guessing.

    Full-width letters become ASCII and space around it goes; nothing else is mended. Quoted local parts,
    host literals and hosts without a dot are no addresses here.
    """
    text = _AROUND.sub("", raw.translate(_WIDTH))
    if why := _misfit(text):
        return Invalid(why)
    local, _, host = text.rpartition("@")
    if _CARRIER.fullmatch(host.lower()) and _breaks_the_rules(local):
        return _carrier(local, host.lower())
    try:
        checked = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except (EmailNotValidError, UnicodeError):
        return Invalid("It does not follow the rules of addresses.")
    return _sized(local, checked.ascii_domain.lower(), Kind.ORDINARY)


def mentioned(raw: str) -> Iterator[Address]:
    """Every address in `raw`, also when it is more than one or has a name around it.

    For lists of people who get nothing: there `Taro <taro@shop.example>` must count.
    """
    whole = normalise(raw)
    if isinstance(whole, Address):
        yield whole
        return
    for piece in re.findall(
        rf"[^\s{_INVISIBLE}<>(),;:\"'\[\]]+@[^\s{_INVISIBLE}<>(),;:\"'\[\]]+", raw.translate(_WIDTH)
    ):
        found = normalise(piece)
        if isinstance(found, Address):
            yield found


def _misfit(text: str) -> str:
    """What is wrong at first sight, or nothing."""
    if not text:
        return "It is empty."
    if any(mark in text for mark in ",;<>"):
        return "It holds more than one address, or a name beside it."
    if any(_unseen(letter) for letter in text):
        return "It has a space, a line break or an invisible character inside."
    if text.count("@") != 1:
        return "It needs exactly one @."
    if not text.partition("@")[0].isascii():
        return "It has a letter outside ASCII before the @; Amazon SES cannot send to it."
    return ""


def _unseen(letter: str) -> bool:
    return letter.isspace() or letter in _INVISIBLE or unicodedata.category(letter) in {"Cc", "Cf"}


def _breaks_the_rules(local: str) -> bool:
    return ".." in local or local.startswith(".") or local.endswith(".")


def _carrier(local: str, host: str) -> Address | Invalid:
    if not _CARRIER_LOCAL.fullmatch(local) or not local.strip("."):
        return Invalid("It does not follow the rules of addresses.")
    return _sized(local, host, Kind.RFC_VIOLATING_CARRIER)


def _sized(local: str, host: str, kind: Kind) -> Address | Invalid:
    value = f"{local}@{host}"
    if len(local) > _LOCAL_MAX or len(value) > _TOTAL_MAX:
        return Invalid(f"It is longer than {_LOCAL_MAX} characters before the @ or {_TOTAL_MAX} in all.")
    return Address(value, kind)


#: A pattern for DuckDB (RE2) and Python alike: what it matches whole, within the lengths below, is
#: `Address(local + "@" + lower(host))` and needs no closer look. It is narrower than the rules on purpose:
#: a host label with `--` at its third place may be punycode and is left to `normalise`.
PLAIN = (
    r"[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9]|-[A-Za-z0-9])*\.)+"
    r"(com|net|org|info|biz|jp|de|fr|uk|us|ca|au|nz|in|it|es|nl|ch|at|eu|kr|tw|cn|example|dev|shop)"
)
#: Host labels may have 63 letters; a whole host that is no longer cannot have a longer label.
PLAIN_LOCAL_MAX = _LOCAL_MAX
PLAIN_HOST_MAX = 63
