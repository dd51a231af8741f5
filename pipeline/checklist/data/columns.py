"""What a column of the segment holds, by the policy's source and by its name (pure)."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from pipeline.checklist.draft import Draft

_KANA: Final = re.compile(r"kana|furigana|yomi|phonetic", re.IGNORECASE)
_FAMILY: Final = re.compile(r"(family|last|sur)_?name|sei|myoji", re.IGNORECASE)
_GIVEN: Final = re.compile(r"(given|first)_?name|mei", re.IGNORECASE)
_FULL: Final = re.compile(
    r"((full|customer|member|person|contact|recipient|addressee)_?)?name|shimei", re.IGNORECASE
)


class Shape(StrEnum):
    """What kind of thing a value looks like."""

    EMPTY = "nothing"
    EMAIL = "mail addresses"
    URL = "links"
    DATE = "dates"
    POSTAL = "postal codes"
    PHONE = "phone numbers"
    NUMBER = "numbers"
    PREFECTURE = "prefectures"
    TEXT = "words"


#: For people who read Japanese.
SHAPES_JA: Final = {
    Shape.EMPTY: "空欄",
    Shape.EMAIL: "メールアドレス",
    Shape.URL: "リンク",
    Shape.DATE: "日付",
    Shape.POSTAL: "郵便番号",
    Shape.PHONE: "電話番号",
    Shape.NUMBER: "数値",
    Shape.PREFECTURE: "都道府県",
    Shape.TEXT: "文字",
}
_NAMED: Final = (
    (re.compile(r"e?_?mail(_?address)?", re.IGNORECASE), Shape.EMAIL),
    (re.compile(r"(home_?|page_?)?(url|link)", re.IGNORECASE), Shape.URL),
    (re.compile(r"birth_?(day|date)|.*_(on|at|date)|date", re.IGNORECASE), Shape.DATE),
    (re.compile(r"zip(_?code)?|postal_?code|post_?code|yubin", re.IGNORECASE), Shape.POSTAL),
    (re.compile(r".*(phone|mobile|keitai)(_?(no|number))?|tel(_?(no|number))?", re.IGNORECASE), Shape.PHONE),
    (re.compile(r"prefecture|todofuken", re.IGNORECASE), Shape.PREFECTURE),
)
PREFECTURES: Final = (
    "北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県",
    "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県",
    "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県",
    "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県",
    "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
)  # fmt: skip
_PREFECTURES: Final = frozenset(PREFECTURES)
_DIGITS_OF_PHONE: Final = range(9, 14)
_SHAPES: Final = (
    (re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@.]{2,63}"), Shape.EMAIL),
    (re.compile(r"https?://\S+"), Shape.URL),
    (re.compile(r"\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}日)(?:[ T].{1,30})?"), Shape.DATE),
    (re.compile(r"〒?\s?\d{3}[-－]\d{4}"), Shape.POSTAL),
    (re.compile(r"[-−]?\d{1,3}(?:,\d{3})+|[-−]?(?:[1-9]\d{0,17}|0)(?:\.\d{1,9})?"), Shape.NUMBER),
)
_PHONE: Final = re.compile(r"(?:\+|0|０)[-\d\s()（）－‐.]{8,20}")
#: Without any of these it is a word.
_MORE_THAN_WORDS: Final = re.compile(r"[\d@]|://")
_LOOKED_AT: Final = 400


def shape_of(value: str) -> Shape:
    """What a value looks like, all of it."""
    text = value[:_LOOKED_AT].strip()
    if not text:
        return Shape.EMPTY
    if _MORE_THAN_WORDS.search(text) is None:
        return Shape.PREFECTURE if text in _PREFECTURES else Shape.TEXT
    for pattern, shape in _SHAPES:
        if pattern.fullmatch(text):
            return shape
    digits = sum(letter.isdigit() for letter in text)
    return Shape.PHONE if _PHONE.fullmatch(text) and digits in _DIGITS_OF_PHONE else Shape.TEXT


def shape_by_name(column: str) -> Shape | None:
    """What a column must hold that is called so; None where the name does not tell."""
    return next((shape for pattern, shape in _NAMED if pattern.fullmatch(column)), None)


def family_and_given(draft: Draft) -> tuple[str, str] | None:
    """The columns of the family and the given name, where the segment has both."""
    source, columns = draft.source, draft.audience.columns
    family = _one(columns, source.family_name if source else None, _FAMILY)
    given = _one(columns, source.given_name if source else None, _GIVEN)
    return (family, given) if family and given else None


def _one(columns: tuple[str, ...], said: str | None, named: re.Pattern[str]) -> str | None:
    if said in columns:
        return said
    return next((column for column in columns if named.fullmatch(column)), None)


def names(draft: Draft) -> Iterator[str]:
    """The columns that hold somebody's name, whole or a half of it; not as it is read."""
    source = draft.source
    said = (source.family_name, source.given_name) if source else ()
    for column in draft.audience.columns:
        if column in said or any(pattern.fullmatch(column) for pattern in (_FAMILY, _GIVEN, _FULL)):
            yield column


def kana(draft: Draft) -> Iterator[str]:
    """The columns that say how a name is read."""
    return (column for column in draft.audience.columns if _KANA.search(column))
