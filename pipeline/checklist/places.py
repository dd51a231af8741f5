"""Where in the files a rendered text comes from: the longest literal match (pure).

A reader of a finding edits a template, not the mail that was made of it. There is no map from one to the
other, because a template is a program; but what an author typed stands in the mail as he typed it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pipeline.models.finding import Position

#: Characters around a hit that are compared; a mail repeats itself less than that.
_AROUND: Final = 60
#: Fewer characters than this are found anywhere.
_TELLING: Final = 3
_HIT_MAX: Final = 200
_HALF_MAX: Final = 24
_OCCURRENCES_MAX: Final = 200
_START: Final = Position()
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file of the repository.

    `persona` is whose mail showed it: of several people's, one is reported. It is no part of the place.
    """

    path: str
    position: Position = _START
    persona: str = field(default="", compare=False)


@dataclass(frozen=True)
class Source:
    """A text that a rendering reads: a template, or a value in a YAML file.

    Only `start` to `end` of `text` belongs to it; positions count from the beginning of `text`. `values`
    says that it holds values that templates show: what stands in a template is looked for there first.
    """

    path: str
    text: str
    start: int = 0
    end: int | None = None
    values: bool = False

    def at(self, offset: int) -> Place:
        """The place of the character at `offset` of `text`."""
        before = self.text[:offset]
        return Place(self.path, Position(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1))

    @cached_property
    def collapsed(self) -> tuple[str, tuple[int, ...]]:
        """The words with one blank for every run of space, and the offset in `text` of each character."""
        return _collapsed(self.text, self.start, len(self.text) if self.end is None else self.end)

    def found(self, words: str) -> Iterator[int]:
        """Where `words` stand in the collapsed text."""
        text, _ = self.collapsed
        index = text.find(words)
        for _ in range(_OCCURRENCES_MAX):
            if index < 0:
                return
            yield index
            index = text.find(words, index + 1)

    def place_of(self, index: int) -> Place:
        """The place of a character of the collapsed text."""
        _, offsets = self.collapsed
        return self.at(offsets[min(index, len(offsets) - 1)] if offsets else self.start)


def locate(sources: Sequence[Source], text: str, start: int, end: int) -> Place | None:
    """The place of `text[start:end]` in what it was rendered from; None when nothing of it is literal.

    Of several occurrences the one whose surroundings agree longest, of equal ones the first. A hit that is
    made of a value is where the literal text before it ends, or the one behind it begins.
    """
    before = _words(text[max(0, start - _AROUND) : start])
    after = _words(text[end : end + _AROUND])
    hit = _words(text[start : min(end, start + _HIT_MAX)]).strip()
    templates = [source for source in sources if not source.values]
    for listed in (templates, sources) if hit else ():
        place = _literal(listed, before, hit, after)
        if place is not None:
            return place
    # A tag within the hit breaks it in two: the first half is as good.
    for size in range(min(len(hit) - 1, _HALF_MAX), _TELLING - 1, -1):
        place = _literal(templates, before, hit[:size], "")
        if place is not None:
            return place
    return _beside(templates, before, after)


def first_of(sources: Iterable[Source], words: Sequence[str]) -> Place | None:
    """The place of the first of `words` that stands literally in a source."""
    listed = tuple(sources)
    for each in filter(None, (_words(word).strip()[:_HIT_MAX] for word in words)):
        for source in listed:
            for index in source.found(each):
                return source.place_of(index)
    return None


def is_literal(sources: Iterable[Source], words: str) -> bool:
    """Whether `words` stand in a source as they are."""
    collapsed = _words(words).strip()
    return any(True for source in sources for _ in source.found(collapsed))


def _literal(sources: Sequence[Source], before: str, hit: str, after: str) -> Place | None:
    best, place = -1, None
    for source in sources:
        text, _ = source.collapsed
        for index in source.found(hit):
            behind = index + len(hit)
            score = _same_end(text[max(0, index - _AROUND) : index], before)
            score += _same_start(text[behind : behind + _AROUND], after)
            if score > best:
                best, place = score, source.place_of(index)
            if best >= len(before) + len(after):
                return place
    return place


def _beside(sources: Sequence[Source], before: str, after: str) -> Place | None:
    for size in range(_AROUND, _TELLING - 1, -1):
        for source in sources:
            if len(before) >= size:
                for index in source.found(before[-size:]):
                    return source.place_of(index + size)
            if len(after) >= size:
                for index in source.found(after[:size]):
                    return source.place_of(index)
    return None


def _same_start(one: str, other: str) -> int:
    for count, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return count
    return min(len(one), len(other))


def _same_end(one: str, other: str) -> int:
    return _same_start(one[::-1], other[::-1])


def _words(text: str) -> str:
    return _BLANK.sub(" ", text)


def _collapsed(text: str, start: int, end: int) -> tuple[str, tuple[int, ...]]:
    letters: list[str] = []
    offsets: list[int] = []
    at = start
    for blank in _BLANK.finditer(text, start, end):
        letters += [text[at : blank.start()], " "]
        offsets += [*range(at, blank.start()), blank.start()]
        at = blank.end()
    letters.append(text[at:end])
    offsets += range(at, end)
    return "".join(letters), tuple(offsets)
