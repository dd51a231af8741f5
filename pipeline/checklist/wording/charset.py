"""Charsets older than Unicode."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, Literal, assert_never

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.checklist.wording.authored import hits

_UNICODE: Final = NotApplicable(
    "the policy asks for no older charset (checklist.charset)",
    "古い文字コードの指定がありません(checklist.charset)",
)
_Charset = Literal["cp932", "jis"]


@rule(
    "wording/encodable", "The copy can be written in the charset", "本文が文字コードで表せる", Need.RENDERED
)
def encodable(draft: Draft) -> Iterator[Verdict]:
    """Systems behind the recipients that turn mail into an older charset show ? or 〓 for ①, ㈱, ～ and 髙.

    `checklist.charset` of the policy names what the copy must be written in: `jis` (ISO-2022-JP), `cp932`
    (Windows), or `unicode`, which is everything.

    Remedy: write it otherwise: (1), (株), 〜.
    """
    charset = draft.policy.checklist.charset
    if charset == "unicode":
        yield _UNICODE
        return
    strange = sorted({each for part in draft.parts for each in set(part.text) if not _encodes(each, charset)})
    if not strange:
        return
    for part, match in hits(draft, re.compile(f"[{re.escape(''.join(strange))}]")):
        yield Objection(
            part.at(*match.span()),
            f"“{match[0]}” does not exist in {_named(charset)}.",
            f"「{match[0]}」は{_named(charset)}にない文字です。",
            "Write it otherwise, or choose another checklist.charset.",
            "別の文字で書くか、checklist.charset を見直してください。",
        )


@rule(
    "wording/encodable-values",
    "Names can be written in the charset",
    "お名前などが文字コードで表せる",
    Need.CONTACTS,
)
def encodable_values(draft: Draft) -> Iterator[Verdict]:
    """A name with 髙 or 𠮷 arrives as ? in an older charset, and reads as an insult to who bears it.

    Every value of every column that the segment shows is asked, where `checklist.charset` of the policy
    names a charset other than `unicode`.

    Remedy: send in Unicode, or correct the rows with their owners' consent.
    """
    charset = draft.policy.checklist.charset
    if charset == "unicode":
        yield _UNICODE
        return
    for column in draft.audience.columns:
        wrong = [value for value in draft.audience.values(column) if not _all_encode(value.text, charset)]
        if wrong:
            people = sum(value.rows for value in wrong)
            rows = ", ".join([row for value in wrong for row in value.ids][:5])
            yield Objection(
                draft.column_at(column),
                f"{people} values of {column} cannot be written in {_named(charset)} (rows {rows}).",
                f"{column}の値{people}件は{_named(charset)}で表せません（行: {rows}）。",
                "Send in Unicode (checklist.charset), or leave the column out.",
                "checklist.charset を unicode にするか、この項目を使わないでください。",
            )


def _named(charset: _Charset) -> str:
    match charset:
        case "jis":
            return "ISO-2022-JP"
        case "cp932":
            return "CP932 (Shift_JIS)"
    assert_never(charset)


def _all_encode(text: str, charset: _Charset) -> bool:
    return text.isascii() or all(_encodes(letter, charset) for letter in text)


@cache
def _encodes(letter: str, charset: _Charset) -> bool:
    try:
        letter.encode("iso2022_jp" if charset == "jis" else "cp932")
    except UnicodeEncodeError:
        return False
    return True
