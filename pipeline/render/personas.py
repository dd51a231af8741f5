"""Invented people of an audience's shape: for checks, previews and test sends."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.models.recipient import Recipient

_LONG: Final = "ながいなまえ" * 10
#: Who is always invented, in this order.
KINDS: Final = ("ordinary", "longest", "shortest", "unusual", "empty", "hostile", "right-to-left")


@dataclass(frozen=True, slots=True)
class _Value:
    """What a column whose name matches `hint` holds: ordinary, longest, unusual, hostile, shortest."""

    hint: re.Pattern[str]
    ordinary: str
    longest: str
    unusual: str
    hostile: str
    #: As short as it comes; the ordinary one where that makes no sense.
    shortest: str = ""
    #: In letters that run from right to left.
    leftward: str = ""
    #: Whether real rows leave it empty.
    optional: bool = True


def _value(hint: str, *values: str, optional: bool = True) -> _Value:
    ordinary, longest, unusual, hostile, *rarer = values
    shortest, leftward = rarer or ("", "")
    pattern = re.compile(hint, re.IGNORECASE)
    return _Value(pattern, ordinary, longest, unusual, hostile, shortest, leftward, optional)


_JAPANESE: Final = (
    _value(
        r"family.*kana|sei.*kana|セイ|姓.*カナ", "スズキ", "ナガイナマエ" * 10, "タカハシ", "オブライエン"
    ),
    _value(r"given.*kana|mei.*kana|メイ|名.*カナ", "ハナコ", "ナガイナマエ" * 10, "ケン", "ショーン"),
    _value(
        r"family|last_?name|surname|^sei$|姓|苗字",
        "鈴木",
        _LONG,
        "髙橋",
        "O'Brien <b>&",
        "林",
        "בן עלי",
        optional=False,
    ),
    _value(r"given|first_?name|^mei$|^名$", "花子", _LONG, "𠮷", '"Seán" <i>', "一", "יעל", optional=False),
    _value(
        r"^(full_?)?name$|氏名",
        "鈴木 花子",
        _LONG,
        "髙橋 𠮷",
        "O'Brien <b>&",
        "林 一",
        "יעל בן עלי",
        optional=False,
    ),
    _value(r"name|名前", "見本", _LONG, "髙島①", "O'Brien <b>&"),
    _value(r"prefecture|都道府県|city|市", "東京都", "鹿児島県", "北海道", "O'Fallon <b>"),
    _value(r"address|住所", "東京都千代田区丸の内1-1-1", _LONG * 2, "髙松市番町1丁目", "<b>1-2-3</b>"),
)
_ENGLISH: Final = (
    _value(
        r"family|last_?name|surname",
        "Baker",
        "Longname" * 8,
        "Müller",
        "O'Brien <b>&",
        "Ng",
        "בן עלי",
        optional=False,
    ),
    _value(r"given|first_?name", "Alice", "Longname" * 8, "Zoë", '"Seán" <i>', "Al", "יעל", optional=False),
    _value(
        r"^(full_?)?name$",
        "Alice Baker",
        "Longname " * 10,
        "Zoë Müller",
        "O'Brien <b>&",
        "Al Ng",
        "יעל בן עלי",
        optional=False,
    ),
    _value(r"name", "Sample", "Longname" * 8, "Müller", "O'Brien <b>&"),
    _value(r"prefecture|state|city|town", "Springfield", "Longtown" * 8, "Zürich", "O'Fallon <b>"),
    _value(r"address|street", "1 Main Street", "Long Street " * 12, "Bahnhofstraße 1", "<b>1</b>"),
)
_EITHER: Final = (
    _value(r"zip|post(al)?_?code|郵便", "100-0001", "100-0001", "001-0000", "999-9999"),
    _value(
        r"(_|^)(on|at|date|day)$|birth|日$",
        "2026-11-20",
        "2026-12-31",
        "2024-02-29",
        "2000-01-01",
        optional=False,
    ),
    _value(
        r"point|count|amount|price|total|number|qty|age|金額|ポイント|数",
        "1200",
        "99999999",
        "0",
        "1",
        optional=False,
    ),
    _value(
        r"mail",
        "someone@personas.example",
        f"{'l' * 60}@personas.example",
        "a@personas.example",
        "o'b@personas.example",
    ),
    _value(r"phone|tel|電話", "03-0000-0000", "+81-90-0000-0000", "0000", "090-0000-0000"),
    _value(
        r"url|link",
        "https://www.personas.example/",
        f"https://www.personas.example/{'l' * 300}",
        "https://www.personas.example/?a=1&b=2",
        "https://www.personas.example/?q=%3Cb%3E",
    ),
    _value(r"^(is|has)_", "true", "true", "false", "false", optional=False),
)
_OTHER: Final = {
    "ja": _value(r"", "見本", _LONG, "①髙㈱", "O'Brien <b>&"),
    "en": _value(r"", "sample", "long value " * 10, "naïve – “x”", "O'Brien <b>&"),
}


def invented(columns: Sequence[str], language: Literal["ja", "en"]) -> tuple[Recipient, ...]:
    """A handful of people nobody knows, with a value for every one of `columns`.

    In order: an ordinary row; the longest values; the shortest; unusual characters (髙, 𠮷, Müller); every
    optional value empty; values that break a page which forgets to escape; and names that are written from
    right to left. Numbers are many, very many, none and one. All at personas.example.
    """
    return tuple(
        Recipient(
            f"invented-{kind}", f"{kind}@personas.example", {c: _filled(c, kind, language) for c in columns}
        )
        for kind in KINDS
    )


def _filled(column: str, kind: str, language: Literal["ja", "en"]) -> str:
    known = (_JAPANESE if language == "ja" else _ENGLISH) + _EITHER
    value = next((value for value in known if value.hint.search(column)), _OTHER[language])
    if kind == "empty":
        return "" if value.optional else value.ordinary
    chosen: str = getattr(value, "leftward" if kind == "right-to-left" else kind)
    return chosen or value.ordinary
