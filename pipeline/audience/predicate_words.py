"""What people are told to write in the `where` of a segment (pure)."""

import difflib
from collections.abc import Collection
from typing import Final

from pipeline.sentence import Sentence

WRITE: Final = Sentence(
    "Write one condition over the source's columns, such as: prefecture = '東京都' and points >= 100",
    "名簿の列を使った条件を1つ書いてください。例: prefecture = '東京都' and points >= 100",
)
FLATTER: Final = Sentence(
    "Use `in (…)` or split the segment.", "`in (…)`を使うか、セグメントを分けてください。"
)
CHAIN: Final = Sentence("The condition is too long a chain.", "条件のつながりが長すぎます。")
EMPTY: Final = Sentence("The condition is empty.", "条件が空です。")


def did_you_mean(name: str, known: Collection[str]) -> Sentence:
    """The remedy for an unknown column: the nearest name, or all there are."""
    folded = {other.casefold(): other for other in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    if near:
        meant = folded[near[0]]
        return Sentence(f"Did you mean {meant}?", f"{meant}の誤りではありませんか。")
    listed = ", ".join(sorted(known)[:20])
    return Sentence(f"The source has: {listed}.", f"使えるのは次の名前です: {listed}。")


def functions(allowed: Collection[str]) -> Sentence:
    """The remedy for a function that is not allowed."""
    listed = ", ".join(sorted(allowed))
    return Sentence(f"Allowed are: {listed}.", f"使える関数: {listed}。")
