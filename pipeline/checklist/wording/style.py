"""です・ます and である side by side, and words that lost their ら."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.authored import HITS_MAX, quoted
from pipeline.checklist.wording.japanese import TAIL, Ending, Sentence, ending, sentences, words
from pipeline.checklist.wording.widths import NO_JAPANESE
from pipeline.models.finding import Severity

#: Headings, buttons, points of a list and quotations have a style of their own.
_APART: Final = frozenset(
    ["a", "blockquote", "button", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "li", "q", "th"]
)
_POINT: Final = re.compile(r"[ \t　]*(?:[・●○◆◇■□★☆※▼▲▽►▶→⇒＊*•>＞|-]|[0-9０-９]{1,2}[.)．）]|[①-⑳])")
#: So many times as many plain sentences, and the polite ones are the strangers.
_MANY: Final = 3
_KANA: Final = re.compile("[ぁ-ん]")


@rule("wording/style-mix", "Sentences end in one style", "敬体と常体が混ざっていない", Need.RENDERED)
def style_mix(draft: Draft) -> Iterator[Verdict]:
    """です・ます and である in one mail show that two people wrote it, and that nobody read it to the end.

    Every ending counts, past and negation included. A plain sentence within a polite paragraph blocks; one
    that stands alone, as catch copy does, is pointed out. Headings, buttons, links, points of a list,
    quotations and what ends in a noun or in ください are neutral.

    Remedy: let the sentence end as its neighbours do.

    Misses: plain sentences without 。 (they look like headings), and whatever stands behind the first 2,000
    sentences of a part.
    """
    if draft.language != "ja":
        yield NO_JAPANESE
        return
    for part in draft.copies_of("html", "text"):
        yield from _of_part(part)


def _of_part(part: Part) -> Iterator[Objection]:
    found: dict[Ending, list[Sentence]] = {Ending.POLITE: [], Ending.PLAIN: [], Ending.NEITHER: []}
    apart = _apart(part)
    for sentence in sentences(part.text):
        if not _stands_apart(part, sentence, apart):
            found[_ending(sentence)].append(sentence)
    polite, plain = found[Ending.POLITE], found[Ending.PLAIN]
    if not polite or not plain:
        return
    rare, usual = (plain, polite) if len(plain) < _MANY * len(polite) else (polite, plain)
    beside = {_paragraph(part, sentence) for sentence in usual}
    plain_is_rare = rare is plain
    for sentence in rare:
        severity = None if _paragraph(part, sentence) in beside else Severity.WARNING
        yield _mixed(part, sentence, severity, plain=plain_is_rare)


def _ending(sentence: Sentence) -> Ending:
    """A plain sentence without a mark is a heading, a line without kana an address or a name."""
    tail = sentence.text[-2 * TAIL :]
    if not _KANA.search(tail):
        return Ending.NEITHER
    how = ending(tail)
    return Ending.NEITHER if how is Ending.PLAIN and not sentence.marked else how


def _mixed(part: Part, sentence: Sentence, severity: Severity | None, *, plain: bool) -> Objection:
    shown = quoted(sentence.text[-30:])
    is_, others = ("plain", "polite") if plain else ("polite", "plain")
    is_ja, others_ja = ("常体", "敬体（です・ます）") if plain else ("敬体", "常体")
    return Objection(
        part.at(sentence.start, sentence.end),
        f"“{shown}” ends in {is_} style, the rest is {others}.",
        f"「{shown}」は{is_ja}です。ほかの文は{others_ja}です。",
        "Let the sentence end as its neighbours do.",
        "文末をほかの文に揃えてください。",
        severity,
    )


def _apart(part: Part) -> tuple[Sequence[int], Sequence[int]]:
    """Where elements with a style of their own begin, and how far one that began by then reaches."""
    starts: list[int] = []
    reach: list[int] = []
    for element in part.page.elements:
        if element.tag in _APART and element.end > element.start:
            starts.append(element.start)
            reach.append(max(element.end, reach[-1] if reach else 0))
    return starts, reach


def _stands_apart(part: Part, sentence: Sentence, apart: tuple[Sequence[int], Sequence[int]]) -> bool:
    starts, reach = apart
    index = bisect_right(starts, sentence.start) - 1
    if index >= 0 and sentence.end <= reach[index]:
        return True
    line = part.text.rfind("\n", 0, sentence.start) + 1
    return _POINT.match(part.text, line, sentence.start + 1) is not None


def _paragraph(part: Part, sentence: Sentence) -> int:
    """Where its paragraph begins: up to an empty line in a text, a block in HTML."""
    gap = "\n" if part.markup else "\n\n"
    return part.text.rfind(gap, 0, sentence.start)


@rule(
    "wording/dropped-ra",
    "No verb has lost its ら",
    "ら抜き言葉がない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def dropped_ra(draft: Draft) -> Iterator[Verdict]:
    """見れる and 食べれる are said; in a letter to customers they read as carelessness.

    Remedy: write 見られる, 食べられる.

    Misses: verbs in kana only (みれる), and those that the analyser does not know in this form (信じれる).
    """
    if draft.language != "ja":
        yield NO_JAPANESE
        return
    for part in draft.copies:
        yield from _of_line(part)


#: The analyser is given what stands around a れ, as far as kanji and hiragana go.
_RE: Final = re.compile("れ")
_BEFORE: Final = re.compile(r"[一-龠々ぁ-ん]{0,30}\Z")
_BEHIND: Final = re.compile(r"[ぁ-ん]{0,10}")


def _of_line(part: Part) -> Iterator[Objection]:
    seen = -1
    for match in islice(_RE.finditer(part.text), HITS_MAX):
        if match.start() < seen:
            continue
        before = _BEFORE.search(part.text, max(0, match.start() - 30), match.start())
        behind = _BEHIND.match(part.text, match.end())
        assert before is not None, "a run of nothing is a run"
        assert behind is not None, "a run of nothing is a run"
        seen = behind.end()
        yield from _dropped(part, before.start(), part.text[before.start() : seen])


_KANJI: Final = re.compile("[一-龠]")
_WHOLE_STEM: Final = ("上一段", "下一段", "カ行変格")


def _dropped(part: Part, start: int, run: str) -> Iterator[Objection]:
    at = start
    for word in words(run):
        end = at + len(word.surface)
        right = _with_ra(word.kind, word.base, word.normal)
        if right is not None and _KANJI.search(right) and part.written(at, end):
            yield Objection(
                part.at(at, end),
                f"“{word.surface}” has lost its “ら”.",
                f"「{word.surface}」はら抜き言葉です。",
                f"Write “{right}”.",
                f"「{right}」の形にしてください。",
            )
        at = end


def _with_ra(kind: tuple[str, ...], base: str, normal: str) -> str | None:
    """食べられる for 食べれる; None for what is right, such as 走れる, 忘れる and 入れる."""
    if kind[0] != "動詞" or kind[4] != "下一段-ラ行" or not base.endswith("れる") or normal.endswith("れる"):
        return None
    whole = words(base.removesuffix("れる") + "る")
    if len(whole) == 1 and whole[0].kind[0] == "動詞" and whole[0].conjugation.startswith(_WHOLE_STEM):
        return base.removesuffix("れる") + "られる"
    return None
