"""Limits that stand in the documentation and in no shape of the model. Pure: text in, what is wrong out."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

ENTRIES_MAX = 50
RECIPIENTS_MAX = 50
HEADERS_MAX = 15
HEADER_MAX = 996
TAGS_MAX = 50
INLINE_REQUEST_MAX_BYTES = 1_000_000
MESSAGE_MAX_BYTES = 40 * 1024 * 1024

_fits = re.compile(r"[A-Za-z0-9_-]{1,256}").fullmatch
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
#: A name in front, in quotes as soon as it has a mark of its own.
_WITH_NAME = re.compile(r'(?:"[^"\\<>]*"|[^"<>,;:@()]*)\s*<([^<>]*)>')
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]")
_ADDRESS_MAX = 254
#: Written by the service itself; a second one would be a duplicate.
_OWN = frozenset(
    {"bcc", "cc", "content-transfer-encoding", "content-type", "date", "from", "message-id"}
    | {"mime-version", "reply-to", "return-path", "sender", "subject", "to"}
)


def headers(given: Iterable[Mapping[str, str]]) -> str:
    """Lengths together, duplicates, and headers that are not the caller's to write."""
    seen = set[str]()
    for header in given:
        name = header["Name"].lower()
        if len(name) + len(header["Value"]) > HEADER_MAX:
            return f"Header name and value together exceed {HEADER_MAX} characters: {header['Name']}."
        if name in seen:
            return f"Duplicate header '{header['Name']}'."
        if name in _OWN:
            return f"Header '{header['Name']}' cannot be set."
        seen.add(name)
    return ""


def tags(given: Iterable[Mapping[str, str]]) -> str:
    """Charset, length, number and duplicates."""
    names = set[str]()
    for tag in given:
        if not (_fits(tag["Name"]) and _fits(tag["Value"])):
            return f"Invalid email tag: <{tag['Name']}>=<{tag['Value']}>."
        if tag["Name"] in names:
            return f"Duplicate email tag: <{tag['Name']}>."
        names.add(tag["Name"])
    return f"More than {TAGS_MAX} email tags." if len(names) > TAGS_MAX else ""


def address(text: str) -> str:
    """One address, with or without a name in front, in ASCII."""
    if not text.isascii() or not text.isprintable():
        return "Address contains control or non-ASCII characters."
    bare = bare_address(text)
    if not _PLAIN.fullmatch(bare) or len(bare) > _ADDRESS_MAX:
        return "Missing final '@domain', or illegal characters in the address."
    local, _, host = bare.rpartition("@")
    if not _is_host(host):
        return "Domain contains illegal characters."
    if ".." in local or local.startswith(".") or local.endswith("."):
        return "Local address contains dot-dot, or starts or ends with a dot."
    return ""


@lru_cache(maxsize=8192)
def _is_host(text: str) -> bool:
    return _HOST.fullmatch(text) is not None


def bare_address(text: str) -> str:
    """The address without the name in front."""
    if "<" not in text:
        return text
    with_name = _WITH_NAME.fullmatch(text)
    return with_name[1] if with_name else text


def destination(given: Mapping[str, Any], *, strict_one: bool, copies_refused: bool) -> str:
    """Who is written to."""
    to, others = given.get("ToAddresses", []), _copies(given)
    if not to and not others:
        return "Destination has no address."
    if copies_refused and others:
        return "Destination has Cc or Bcc addresses."
    all_of_them = [*to, *others]
    if strict_one and (len(all_of_them) != 1 or not to):
        return f"Destination has {len(all_of_them)} addresses; exactly one To address is allowed."
    if len(all_of_them) > RECIPIENTS_MAX:
        return f"Recipient count exceeds {RECIPIENTS_MAX}."
    for one in all_of_them:
        if problem := address(one):
            return problem
    return ""


def _copies(given: Mapping[str, Any]) -> list[str]:
    if "CcAddresses" not in given and "BccAddresses" not in given:
        return []
    return [*given.get("CcAddresses", []), *given.get("BccAddresses", [])]


def copies(given: Mapping[str, Any]) -> int:
    """How many Cc and Bcc addresses there are."""
    return len(_copies(given))


def everybody(given: Mapping[str, Any]) -> list[str]:
    """To, Cc and Bcc, without names."""
    to = given.get("ToAddresses", [])
    return [bare_address(one) for one in [*to, *_copies(given)]]


def one_line(subject: str) -> str:
    """A subject with a line break would begin a header of its own."""
    return "Subject contains a line break." if "\r" in subject or "\n" in subject else ""
