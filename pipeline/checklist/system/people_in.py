"""Whether a table is about people: columns of mail addresses, telephone numbers and names (pure)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from pipeline.checklist.domains import aligned, host_of
from pipeline.checklist.system.tables import Table

#: A column is of a kind when so many of its cells are.
_SHARE: Final = 0.5
#: One row is an example, two are a list.
_FEWEST: Final = 2
_ADDRESS: Final = re.compile(r"[^\s@<>,;]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,24}")
_MOBILE: Final = re.compile(r"(?:0|\+?81[-. ]?)[789]0[-. ]?\d{4}[-. ]?\d{4}")
_PHONE: Final = re.compile(
    r"(?:\+\d{1,3}|0\d{1,4})[-.() ]{0,2}\d{1,4}[-.() ]{1,2}\d{2,4}(?:[-. ]\d{2,4})?|0\d{9}"
)
_NAMES: Final = re.compile(
    r"氏名|お?名前|姓|名|姓名|顧客名|会員名|担当者名?|お客様名|フリガナ|ふりがな|カナ氏名|氏名\(?カナ\)?|セイ|メイ|"
    r"(?:first|last|full|given|family|customer|member|contact)[ _-]?name|surname",
    re.IGNORECASE,
)
_MORE: Final = re.compile(
    r"住所\d?|ご住所|生年月日|誕生日|年齢|性別|郵便番号|会員番号|会員id|顧客番号|顧客id|"
    r"(?:postal |street |home )?address\d?|birth ?(?:day|date)|date of birth|zip(?: ?code)?|"
    r"(?:member|customer|user)[ _-]?(?:id|no|number)|age|gender",
    re.IGNORECASE,
)


class Personal(StrEnum):
    """A kind of column."""

    ADDRESS = "mail addresses"
    MOBILE = "mobile telephone numbers"
    PHONE = "telephone numbers"
    NAME = "names"
    #: Postal addresses, birthdays, member numbers, by their heading.
    MORE = "other personal data"


def personal_columns(table: Table, own_host: str) -> frozenset[Personal]:
    """The kinds that the table has columns of; addresses of the sender's organisation are nobody's."""
    width = max((len(row) for row in table.rows), default=0)
    found: set[Personal] = set()
    for index in range(width):
        cells = [_plain(row[index]) if index < len(row) else "" for row in table.rows]
        found |= _kinds(cells, own_host)
    return frozenset(found)


def is_of_people(kinds: frozenset[Personal]) -> bool:
    """Whether this is a list of people for certain: their own addresses or numbers, or names with more."""
    named = Personal.NAME in kinds and bool(kinds & {Personal.PHONE, Personal.MORE})
    return named or bool(kinds & {Personal.ADDRESS, Personal.MOBILE})


def _kinds(cells: Sequence[str], own_host: str) -> set[Personal]:
    heading = next((cell for cell in cells if cell), "")
    values = [cell for cell in cells if cell]
    if len(values) < _FEWEST:
        return set()
    found = set()
    if _most(_is_address(cell, own_host) for cell in values):
        found.add(Personal.ADDRESS)
    if _most(bool(_MOBILE.fullmatch(cell)) for cell in values):
        found.add(Personal.MOBILE)
    elif _most(bool(_PHONE.fullmatch(cell)) for cell in values):
        found.add(Personal.PHONE)
    if len(values) > _FEWEST:
        found |= {Personal.NAME} if _NAMES.fullmatch(heading) else set()
        found |= {Personal.MORE} if _MORE.fullmatch(heading) else set()
    return found


def _most(hits: Iterable[bool]) -> bool:
    listed = list(hits)
    return sum(listed) >= _FEWEST and sum(listed) >= len(listed) * _SHARE


def _is_address(cell: str, own_host: str) -> bool:
    match = _ADDRESS.search(cell)
    return match is not None and not aligned(host_of(match[0]), own_host)


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().strip("'\"")
