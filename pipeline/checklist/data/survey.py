"""Every value of every column, looked at once for all rules (pure)."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from itertools import islice
from typing import Final, TypeVar

from pipeline.audience.contacts import Value
from pipeline.checklist.data.columns import PREFECTURES, Shape, shape_of
from pipeline.checklist.draft import Audience
from pipeline.checklist.masking import Tally

#: Characters of a value that are looked at, from its beginning and from its end.
HEAD: Final = 300
TAIL: Final = 20


class Flaw(StrEnum):
    """What may be wrong with a value; whether it is depends on the column."""

    PHONE = auto()
    ADDRESS = auto()
    HONORIFIC = auto()
    NOTHING = auto()
    NOTHING_IN_WORDS = auto()
    MOJIBAKE = auto()
    MARKUP = auto()
    KANJI = auto()
    HALF_WIDTH = auto()


@dataclass(slots=True)
class Survey:
    """What the values of one column are like."""

    rows: int = 0
    #: Different values, up to two: more are not told apart.
    different: int = 0
    flaws: dict[Flaw, Tally] = field(default_factory=dict)
    shapes: dict[Shape, Tally] = field(default_factory=dict)

    def add(self, value: Value) -> None:
        """Look at one value."""
        self.rows += value.rows
        self.different = min(self.different + 1, 2)
        _tally(self.shapes, shape_of(value.text)).count(value)
        for flaw in flaws_of(value.text):
            _tally(self.flaws, flaw).count(value)

    @property
    def filled(self) -> int:
        """Rows that have a value."""
        return self.rows - self.shapes.get(Shape.EMPTY, Tally()).rows

    def mostly(self, share: float) -> Shape | None:
        """The shape of at least this share of the values that are there; above one half there is one."""
        for shape, tally in self.shapes.items():
            if shape is not Shape.EMPTY and tally.rows >= share * self.filled:
                return shape
        return None


_K = TypeVar("_K")


def _tally(tallies: dict[_K, Tally], key: _K) -> Tally:
    if key not in tallies:
        tallies[key] = Tally()
    return tallies[key]


def surveyed(audience: Audience) -> Mapping[str, Survey]:
    """Every column of the audience. What is asked of a value has the same answer whatever its digits are.

    Only whether it begins with 0, or like a mobile number without it, makes a difference: see
    `Resolution.values`.
    """
    found = {column: Survey() for column in audience.columns}
    for column, survey in found.items():
        for value in audience.values(column, digits_alike=True):
            survey.add(value)
        if survey.different == 1:
            survey.different = sum(1 for _ in islice(audience.values(column), 2))
    return found


_PHONE: Final = re.compile(
    r"(?<!\d)(?:[+＋]\s?\d|[0０])(?:[-‐-―−－ー()（）.\s]{0,3}\d){8,12}(?!\d)"
    # without the zero, as a spreadsheet leaves it
    r"|(?<!\d)[789]0[-－\s]?\d{4}[-－\s]?\d{4}(?!\d)"
)
_ADDRESS: Final = re.compile(
    r"[^\s@＠][@＠][A-Za-z0-9.-]{1,63}\.[A-Za-z]{2}|https?://|www\.|〒"
    r"|(?<!\d)\d{3}[-－‐−]\d{4}(?!\d)|[0-9０-９一二三四五六七八九十]丁目|番地"
    r"|(?<![-\d])\d{1,4}[-－‐−]\d{1,4}[-－‐−]\d{1,4}(?![-\d])"
    r"|\d{1,5} [A-Z][a-z]{1,20} (?:Street|St|Avenue|Ave|Road|Rd|Lane|Drive)\b"
)
_PREFECTURE_ENDS: Final = re.compile("[都道府県]")
#: 殿 ends family names (鵜殿), and さん and さま end words in kana.
_HONORIFIC: Final = re.compile(
    r"様\Z|御中\Z|先生\Z|(?<=[一-鿿々])(?:さん|さま|サン|サマ)\Z|(?<=.[\s　])殿\Z|(?<=.)[\s　](?:さん|さま)\Z"
)
_TITLE: Final = re.compile(r"(?:Mr|Mrs|Ms|Dr)(?:\.|\s)|(?:Mr|Mrs|Ms|Dr)\Z", re.IGNORECASE)
#: As programs write that there is nothing. Null and Nan are names of people, null and NaN are not.
_NOTHING: Final = frozenset({
    "null", "NULL", "(null)", "nil", "None", "NaN", "nan", "NaT", "N/A", "n/a", "#N/A", "undefined", "-",
    "--", "ー", "－", "―", ".", "?", "？", "不明", "未入力", "未設定", "未登録", "なし", "無し", "名無し",
})  # fmt: skip
_MARKUP: Final = re.compile(
    r"<[A-Za-z/!][^<>]{0,200}>|&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,5});|\{\{|\{%|\*\|\w|%%\w"
)
_KANJI: Final = re.compile("[々〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff]")
_HALF_WIDTH: Final = re.compile("[\uff61-\uff9f]")
#: Twice in a row, this is UTF-8 that was read as Latin-1 or Windows-1252.
_LATIN: Final = re.compile("[\u0080-\u00ff\u0152-\u0178\u02c6-\u02dc\u2013-\u203a\u20ac\u2122]{2}")
#: With these begins Japanese in UTF-8 that was read as Shift_JIS (縺, 菴).
_MISREAD: Final = frozenset(
    bytes((lead, trail)).decode("cp932", "replace")
    for lead in range(0xE3, 0xEA)
    for trail in range(0x80, 0xC0)
)
#: Values that are nearly all there are, and of which little needs to be asked.
_PLAIN_WORD: Final = re.compile("[A-Za-z0-9]{1,8}|[一-鿿々ぁ-んァ-ヴー]{1,20}")
_TELLING: Final = re.compile("[都道府県番目様殿]|御中|先生|さん|さま|サン|サマ")


def flaws_of(text: str) -> Iterator[Flaw]:
    """What is wrong with a value, in a bounded part of it."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]}{text[-TAIL:]}"
    bare = text.strip()
    if not bare:
        yield Flaw.NOTHING
        return
    if bare in _NOTHING:
        yield Flaw.NOTHING_IN_WORDS
    looks = _FEW if _PLAIN_WORD.fullmatch(bare) and not _TELLING.search(bare) else _LOOKS
    yield from (flaw for flaw, is_so in looks if is_so(bare))


def _has_honorific(text: str) -> bool:
    return _HONORIFIC.search(text) is not None or _TITLE.match(text) is not None


def _has_address(text: str) -> bool:
    if _PREFECTURE_ENDS.search(text) and any(prefecture in text for prefecture in PREFECTURES):
        return True
    return _ADDRESS.search(_PHONE.sub(" ", text)) is not None


def _has_markup(text: str) -> bool:
    match = _MARKUP.search(text)
    return match is not None and (match[0][0] != "&" or html.unescape(match[0]) != match[0])


def _is_mojibake(text: str) -> bool:
    """Whether letters were lost, or UTF-8 was read as Latin-1 or Shift_JIS: read back, they make sense."""
    if text.isascii():
        return False
    if "\ufffd" in text or (text[0] in _MISREAD and _is_utf8(text, "cp932")):
        return True
    if not _LATIN.search(text):
        return False
    return any(_is_utf8(text, charset, cut) for charset in ("cp1252", "latin-1") for cut in range(3))


def _is_utf8(text: str, charset: str, cut: int = 0) -> bool:
    """Whether the letters, written in `charset`, are UTF-8 of others, but for the last `cut` bytes."""
    try:
        written = text.encode(charset)
        read = written[: len(written) - cut].decode()
    except UnicodeError:
        return False
    return bool(read) and not read.isascii()


_LOOKS: Final[tuple[tuple[Flaw, Callable[[str], object]], ...]] = (
    (Flaw.PHONE, _PHONE.search),
    (Flaw.ADDRESS, _has_address),
    (Flaw.MOJIBAKE, _is_mojibake),
    (Flaw.MARKUP, _has_markup),
    (Flaw.KANJI, _KANJI.search),
    (Flaw.HALF_WIDTH, _HALF_WIDTH.search),
    (Flaw.HONORIFIC, _has_honorific),
)
#: Of a plain word: it has no digits, marks, or letters of half width.
_FEW: Final = tuple(look for look in _LOOKS if look[0] in {Flaw.MOJIBAKE, Flaw.KANJI})
