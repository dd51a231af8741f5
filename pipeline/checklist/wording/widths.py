"""Full width and half width."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.checklist.wording.authored import HITS_MAX, hits, quoted
from pipeline.checklist.wording.dates import fold
from pipeline.models.finding import Severity

NO_JAPANESE: Final = NotApplicable("the copy is not in Japanese", "日本語のメールではありません")
_HALF_KANA: Final = re.compile("[ｦ-ﾟ]{1,200}")
#: A word with both: ＡＢＣabc, １2月.
_BOTH: Final = re.compile(
    r"(?<![0-9A-Za-z０-９Ａ-Ｚａ-ｚ])(?:[0-9A-Za-z]{1,100}[０-９Ａ-Ｚａ-ｚ]|[０-９Ａ-Ｚａ-ｚ]{1,100}[0-9A-Za-z])"
    r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]{0,100}"
)
_FULL_NUMBER: Final = re.compile(r"[０-９]{2,200}")
_HALF_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z/@.=%&?_-])[0-9]{2,200}(?![0-9A-Za-z/@=%&?_])")


@rule(
    "wording/half-width-kana",
    "No half-width kana",
    "半角カナがない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def half_width_kana(draft: Draft) -> Iterator[Verdict]:
    """ｶﾅ of half width look like a slip of the keyboard, and old mail systems garble them.

    Remedy: write them in full width.
    """
    if draft.language != "ja":
        yield NO_JAPANESE
        return
    for part, match in hits(draft, _HALF_KANA):
        yield Objection(
            part.at(*match.span()),
            f"“{quoted(match[0])}” is of half width.",
            f"「{quoted(match[0])}」は半角カナです。",
            f"Write “{quoted(_wide(match[0]))}”.",
            f"「{quoted(_wide(match[0]))}」と書いてください。",
        )


def _wide(kana: str) -> str:

    return unicodedata.normalize("NFKC", kana)


@rule(
    "wording/mixed-width",
    "Letters and digits have one width",
    "全角と半角が混在していない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def mixed_width(draft: Draft) -> Iterator[Verdict]:
    """A word of full-width and half-width letters, or numbers now of one and now of the other, look careless.

    Remedy: write them in one width, best the half one.

    Misses: single digits of full width (many a house writes those so), letters of full width in words of
    their own, and signs such as ％ and ：.
    """
    if draft.language != "ja":
        yield NO_JAPANESE
        return
    for part, match in hits(draft, _BOTH):
        yield _mixed(part, match, f"“{quoted(match[0])}” has both widths.", "全角と半角が混ざっています。")
    for part in draft.copies:
        yield from _minority(part)


def _minority(part: Part) -> Iterator[Objection]:
    """The first number of the rarer width, where a part has numbers of both."""
    full, half = (
        [match for match in islice(form.finditer(part.text), HITS_MAX) if part.written(*match.span())]
        for form in (_FULL_NUMBER, _HALF_NUMBER)
    )
    if not full or not half:
        return
    rare, few, many = (full[0], "full", "half") if len(full) <= len(half) else (half[0], "half", "full")
    wide = {"full": "全角", "half": "半角"}
    yield _mixed(
        part,
        rare,
        f"“{quoted(rare[0])}” is of {few} width, other numbers are of {many} width.",
        f"{wide[few]}の数字です。ほかの数字は{wide[many]}です。",
    )


def _mixed(part: Part, match: re.Match[str], message: str, message_ja: str) -> Objection:
    plain = quoted(fold(match[0]))
    return Objection(
        part.at(*match.span()),
        message,
        f"「{quoted(match[0])}」：{message_ja}",
        f"Write it in one width: “{plain}”.",
        f"どちらかに揃えてください（半角なら「{plain}」）。",
    )
