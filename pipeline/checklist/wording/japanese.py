"""Japanese sentences and their words (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import Final

from pipeline.checklist.analyser import tokenizer

#: Sentences of one part that are looked at, and characters from the end of each.
SENTENCES_MAX: Final = 2_000
TAIL: Final = 80
#: A sentence with its mark; a line without one ends where the line does.
_SENTENCE: Final = re.compile(r"[^。！？!?\n]+(?:[。！？]+|[!?]+(?=\s|$))?", re.MULTILINE)
_MARKED: Final = re.compile(r"[。！？!?]\Z")
_ASIDE: Final = re.compile(
    r"（[^（）]{0,300}）|\([^()]{0,300}\)|「[^「」]{0,300}」|『[^『』]{0,300}』|“[^“”]{0,300}”|【[^【】]{0,300}】"
)
_END: Final = re.compile(r"[。！？!?\n]")
_POLITE: Final = frozenset({"です", "ます"})
_ENDS: Final = ("終止形", "連体形", "意志推量形")
_ENDING_PARTICLES: Final = "終助詞"
_PREDICATES: Final = frozenset({"動詞", "形容詞", "助動詞"})


class Ending(Enum):
    """How a sentence ends: です・ます, in plain form, or in neither (a noun, ください)."""

    POLITE = "敬体"
    PLAIN = "常体"
    NEITHER = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the analyser sees it: `kind` is its part of speech, `form` its inflection.

    `base` is the form of the dictionary, `normal` the usual spelling of the word it comes from.
    """

    surface: str
    kind: tuple[str, ...]
    base: str
    normal: str

    @property
    def conjugation(self) -> str:
        """下一段-ラ行, and the like."""
        return self.kind[4]

    @property
    def form(self) -> str:
        """終止形-一般, and the like."""
        return self.kind[5]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence from `start` to `end` of a text. `marked` says that 。 or the like ends it."""

    start: int
    end: int
    text: str

    @property
    def marked(self) -> bool:
        """Whether a mark ends it; a heading or a button has none."""
        return _MARKED.search(self.text) is not None


@lru_cache(maxsize=8_192)
def words(text: str) -> tuple[Word, ...]:
    """The words of a short text."""
    return tuple(
        Word(m.surface(), tuple(m.part_of_speech()), m.dictionary_form(), m.normalized_form())
        for m in tokenizer().tokenize(text)
    )


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of a text, in order; at most SENTENCES_MAX. What stands in brackets ends none."""
    quiet = _ASIDE.sub(_hushed, text)
    for match in islice(_SENTENCE.finditer(quiet), SENTENCES_MAX):
        bare = match[0].strip()
        if bare:
            start = match.start() + match[0].index(bare[0])
            yield Sentence(start, start + len(bare), text[start : start + len(bare)])


def _hushed(aside: re.Match[str]) -> str:
    """The aside with nothing in it that ends a sentence, as long as before."""
    return _END.sub("・", aside[0])


@lru_cache(maxsize=8_192)
def ending(tail: str) -> Ending:
    """How a sentence ends, judged by its last TAIL characters. Quotations and asides count for nothing."""
    bare = _ASIDE.sub("", tail).rstrip("。！？!?…‥♪☆★〜～ー \u3000)）」』")
    found = list(words(bare[-TAIL:]))
    while found and found[-1].kind[1] == _ENDING_PARTICLES:
        found.pop()
    if not found or found[-1].kind[0] not in _PREDICATES:
        return Ending.NEITHER
    if any(word.base in _POLITE for word in _auxiliaries(found)):
        return Ending.POLITE
    last = found[-1]
    attributive = last.conjugation == "助動詞-ダ" and last.form.startswith("連体形")
    return Ending.PLAIN if last.form.startswith(_ENDS) and not attributive else Ending.NEITHER


def _auxiliaries(found: list[Word]) -> Iterator[Word]:
    """Those at the end, the last first."""
    for word in reversed(found):
        if word.kind[0] != "助動詞":
            return
        yield word
