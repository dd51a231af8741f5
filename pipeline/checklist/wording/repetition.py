"""Words that stand twice, and names too long to be read."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.authored import HITS_MAX, hits, quoted
from pipeline.checklist.wording.japanese import Word, words
from pipeline.checklist.wording.widths import NO_JAPANESE
from pipeline.models.finding import Severity

#: Twice the same letters, for the analyser to say whether they are a word.
_TWICE_JA: Final = re.compile(r"([ぁ-んァ-ヶー一-龠々]{1,12}?)\1")
_AROUND: Final = 30
_PARTICLES: Final = frozenset(
    ["を", "に", "が", "は", "へ", "から", "まで", "より", "です", "ます", "でも", "では", "には"]
)
_KATAKANA_MIN, _KANJI_MIN = 4, 2
#: Words that follow themselves in a right sentence, and names.
_RIGHT_TWICE: Final = frozenset(
    "had that is do very really so no bye ha now there many long far again more baden walla new".split()  # noqa: SIM905
)
#: 東京大学大学院
_RIGHT_TWICE_JA: Final = frozenset(["大学"])
_TWICE: Final = re.compile(r"(?<![\w'’-])([A-Za-z]{2,30})[ \u00a0]{1,3}(\1)(?![\w'’-])", re.IGNORECASE)
#: Over the end of a line only words that nobody begins a heading with.
_TWICE_OVER_LINES: Final = re.compile(
    r"(?<![\w'’-])(the|an?|and|to|of|in|for|on|with|your?|our|are|be|at|as|or|by|from|this|will)"
    r"[ \t]{0,3}\n[ \t]{0,20}(\1)(?![\w'’-])"
)


@rule(
    "wording/repeated-word",
    "No word stands twice",
    "同じ言葉が続いていない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def repeated_word(draft: Draft) -> Iterator[Verdict]:
    """A word that stands twice is left from a change of mind, and every reader sees it.

    Remedy: delete one of them.

    Misses: repetitions with a comma between them, のの and もも (which occur in right words), and words that
    may follow themselves ("that that").
    """
    if draft.language == "ja":
        for part in draft.copies:
            for match in islice(_TWICE_JA.finditer(part.text), HITS_MAX):
                yield from _twice_ja(part, match)
        return
    for form in (_TWICE, _TWICE_OVER_LINES):
        for part, match in hits(draft, form):
            right = match[1].lower() in _RIGHT_TWICE or (match[1] != match[2] and match[1][:1].islower())
            if not right and not (form is _TWICE_OVER_LINES and part.markup):
                yield _twice(part, match.start(), match.end(), match[1])


def _twice_ja(part: Part, match: re.Match[str]) -> Iterator[Objection]:
    line = part.text.rfind("\n", 0, match.start()) + 1
    start = max(line, match.start() - _AROUND)
    end = part.text.find("\n", match.end())
    end = min(len(part.text) if end < 0 else end, match.end() + _AROUND)
    at, before = start, None
    for word in words(part.text[start:end]):
        behind = at + len(word.surface)
        if before is not None and before.surface == word.surface and match.start() <= at < match.end():
            first = at - len(before.surface)
            if _is_slip(word) and part.written(first, behind):
                yield _twice(part, first, behind, word.surface)
        at, before = behind, word


def _is_slip(word: Word) -> bool:
    if word.kind[0] in {"助詞", "助動詞"}:
        return word.surface in _PARTICLES
    if word.kind[0] not in {"名詞", "動詞", "形容詞"} or word.surface[0] in "一二三四五六七八九十各":
        return False
    if word.surface in _RIGHT_TWICE_JA:
        return False
    kanji = sum("一" <= letter <= "龠" for letter in word.surface)
    katakana = sum("ァ" <= letter <= "ー" for letter in word.surface)
    return kanji >= _KANJI_MIN or katakana >= _KATAKANA_MIN


def _twice(part: Part, start: int, end: int, word: str) -> Objection:
    return Objection(
        part.at(start, end),
        f"“{word}” stands twice.",
        f"「{word}」が続いています。",
        "Delete one of them.",
        "一つ削除してください。",
    )


#: From so many kanji in a row on.
LONG: Final = 11
KANJI: Final = re.compile(rf"[一-龠々〇ヶ]{{{LONG},200}}")
_NAMES: Final = re.compile(
    "株式会社|有限会社|合同会社|法人|組合|協会|委員会|[都道府県].{1,8}[市区郡町村]|[省庁局]$|法$|法律|保険|規約|規程|条例"
)


@rule(
    "wording/long-kanji",
    "No word has too many kanji",
    "漢字が続きすぎていない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def long_kanji(draft: Draft) -> Iterator[Verdict]:
    """Eleven kanji in a row are hard to take apart on a telephone.

    Names of companies, offices and laws, addresses, what the policy says of the organisation, and the team's
    preferred words are what they are.

    Remedy: put a の or a を between; waive it for a name.

    Misses: long words of katakana, and long sentences.
    """
    if draft.language != "ja":
        yield NO_JAPANESE
        return
    organisation = draft.policy.organisation
    own = organisation.name + organisation.postal_address
    for part, match in hits(draft, KANJI):
        if not _NAMES.search(match[0]) and match[0] not in own:
            yield Objection(
                part.at(*match.span()),
                f"“{quoted(match[0])}” has {len(match[0])} kanji in a row.",
                f"「{quoted(match[0])}」は漢字が{len(match[0])}字続いています。",
                "Put a の or a を between; waive the rule for a name.",
                "「の」「を」などを入れて区切ってください。正式名称なら免除してください。",
            )
