"""Brackets and quotation marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.authored import HITS_MAX
from pipeline.models.finding import Severity

_PAIRS: Final = {
    "「": "」", "『": "』", "【": "】", "〔": "〕", "〈": "〉", "《": "》",
    "（": "）", "(": ")", "［": "］", "[": "]", "“": "”",
}  # fmt: skip
_CLOSING: Final = {closing: opening for opening, closing in _PAIRS.items()}
#: The same sign in two widths: to a reader a pair, to an editor a slip.
_TWIN: Final = {"（": "(", "(": "（", "［": "[", "[": "［"}
_MARK: Final = re.compile("[「」『』【】〔〕〈〉《》（）()［］\\[\\]“”]")
#: 1) a. and :-) close nothing.
_NO_BRACKET: Final = re.compile(
    r"(?:(?:^|[\s　])[0-9０-９A-Za-zア-ン①-⑳]{1,3}|[:;=8][-~o^']?|[\^∀ω´`_;д▽])[)）]$"
)
_PARAGRAPH: Final = re.compile(r"\n\s*\n")
#: Deeper than this nobody writes, and more than so many in one part nobody reads.
_OPEN_MAX, _MARKS_MAX = 100, 20_000


@dataclass(frozen=True, slots=True)
class _Odd:
    """A bracket that lacks its other half, or has that of another width."""

    at: int
    message: str
    message_ja: str


@rule(
    "wording/brackets",
    "Brackets come in pairs",
    "かっこが対になっている",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def brackets(draft: Draft) -> Iterator[Verdict]:
    """A bracket without its other half leaves open where the aside ends, and whether something is missing.

    Asked of every paragraph of the text, every block of the HTML.

    Remedy: add the other half, or delete this one.

    Misses: straight quotation marks ("), apostrophes, and brackets that are opened in one paragraph and
    closed in another.
    """
    for part in draft.copies:
        for odd in islice(_odd(part), HITS_MAX):
            if part.written(odd.at, odd.at + 1):
                yield Objection(
                    part.at(odd.at, odd.at + 1),
                    odd.message,
                    odd.message_ja,
                    "Add the other half, or delete this one.",
                    "対になるかっこを補うか、削除してください。",
                )


def _odd(part: Part) -> Iterator[_Odd]:
    """In order, paragraph by paragraph."""
    start = 0
    ends = [match.end() for match in _PARAGRAPH.finditer(part.text)] + [len(part.text)]
    for end in ends:
        yield from _odd_between(part.text, start, end)
        start = end


def _odd_between(text: str, start: int, end: int) -> Iterator[_Odd]:
    waiting: list[tuple[str, int]] = []
    for match in islice(_MARK.finditer(text, start, end), _MARKS_MAX):
        mark = match[0]
        if mark in _PAIRS:
            waiting.append((mark, match.start()))
            if len(waiting) > _OPEN_MAX:
                break
        elif not (mark in ")）" and _closes_nothing(text, match.end(), waiting)):
            yield from _closed(waiting, mark, match.start())
    yield from (_unclosed(mark, at) for mark, at in waiting)


def _closes_nothing(text: str, end: int, waiting: list[tuple[str, int]]) -> bool:
    return not any(mark in "(（" for mark, _ in waiting) and bool(
        _NO_BRACKET.search(text[max(0, end - 5) : end])
    )


def _closed(waiting: list[tuple[str, int]], mark: str, at: int) -> Iterator[_Odd]:
    """What a closing mark says of those that are open; it takes them off."""
    opening = _CLOSING[mark]
    twins = {opening, _TWIN.get(opening, opening)}
    if not any(open_ in twins for open_, _ in reversed(waiting)):
        yield _Odd(at, f"“{mark}” was never opened.", f"「{mark}」に対応する「{opening}」がありません。")
        return
    while waiting:
        open_, open_at = waiting.pop()
        if open_ in twins:
            if open_ != opening:
                yield _Odd(
                    open_at,
                    f"“{open_}” is closed by “{mark}”.",
                    f"「{open_}」が「{mark}」で閉じられています。",
                )
            return
        yield _unclosed(open_, open_at)


def _unclosed(mark: str, at: int) -> _Odd:
    return _Odd(at, f"“{mark}” is never closed.", f"「{mark}」に対応する「{_PAIRS[mark]}」がありません。")
