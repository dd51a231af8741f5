"""One persona's mail, as rules read it: its parts, their words and links, and the way back to the source."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from markupsafe import escape

from pipeline.checklist.markup import Element, Page
from pipeline.checklist.places import Place, Source, first_of, is_literal, locate
from pipeline.render.message import Message

#: A bare address in text: what is ASCII and no space, as far as a sentence's own marks.
_BARE: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_NO_PAGE: Final = Page((), "")
_SENTENCE_END: Final = ".,;:!?)]}>'\""


@dataclass(frozen=True, slots=True)
class Link:
    """A link: where it leads, and what a reader sees of it. `start` to `end` counts in the part's text."""

    href: str
    words: str
    start: int
    end: int


@dataclass(frozen=True)
class Part:
    """The subject, the preheader, the HTML or the text of one persona's mail.

    `text` is what a reader sees: of HTML the visible words, one block a line. `markup` is the finished
    HTML and empty otherwise.
    """

    name: Literal["subject", "preheader", "html", "text"]
    persona: str
    text: str
    sources: tuple[Source, ...] = field(repr=False)
    #: Where to look when nothing of a hit is literal.
    fallback: Place = field(repr=False)
    markup: str = field(default="", repr=False)
    #: What the persona's values look like when they are shown.
    values: tuple[str, ...] = field(default=(), repr=False)
    #: The elements of the HTML; none for a part that has none.
    page: Page = field(default=_NO_PAGE, repr=False)

    def at(self, start: int, end: int | None = None) -> Place:
        """The place in the source of `text[start:end]`, one character when `end` is left out."""
        found = locate(self.sources, self.text, start, start + 1 if end is None else end)
        return self._mine(found or self.fallback)

    def written(self, start: int, end: int) -> bool:
        """Whether an author wrote `text[start:end]`, rather than that a value of the persona made it."""
        overlaps = any(
            self.text.find(value, max(0, start - len(value) + 1), end + len(value) - 1) >= 0
            for value in self.values
        )
        return not overlaps or is_literal(self.sources, self.text[start:end])

    def without(self, values: Iterable[str]) -> tuple[str, ...]:
        """Name and words, of HTML the whole of it, the values left out; a value of one character stays."""
        left_out = {value for value in values if len(value) > 1}
        left_out |= {str(escape(value)) for value in left_out}
        words = self.markup or self.text
        for value in sorted(left_out, key=len, reverse=True):
            words = words.replace(value, "\0")
        return self.name, words

    def near(self, *words: str) -> Place:
        """The place in the source of the first of `words` that an author wrote, such as an href."""
        return self._mine(first_of(self.sources, words) or self.fallback)

    def of(self, element: Element) -> Place:
        """The place in the source of an element: by the address in it, or else by what it shows."""
        named = (element.attributes.get(name, "") for name in ("href", "src", "alt", "style"))
        written = self.near(*filter(None, named))
        if written.position == self.fallback.position and element.end > element.start:
            return self.at(element.start, element.end)
        return written

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], Place]]:
        """Every match of a pattern in the text, with its place in the source."""
        for match in pattern.finditer(self.text):
            yield match, self.at(match.start(), match.end())

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every link: of HTML the `a` with an href, of everything else the bare addresses."""
        return tuple(self._anchors() if self.markup else self._bare())

    def _anchors(self) -> Iterator[Link]:
        for element in self.page.elements:
            if element.tag in {"a", "area"} and "href" in element.attributes:
                words = self.page.words(element)
                yield Link(element.attributes["href"], words, element.start, element.end)

    def _bare(self) -> Iterator[Link]:
        for match in _BARE.finditer(self.text):
            url = match[0].rstrip(_SENTENCE_END)
            yield Link(url, url, match.start(), match.start() + len(url))

    def _mine(self, place: Place) -> Place:
        return Place(place.path, place.position, self.persona)


@dataclass(frozen=True, slots=True)
class Mail:
    """What one persona gets. `message` has sender, headers and attachments."""

    persona: str
    message: Message = field(repr=False)
    parts: tuple[Part, ...]

    @property
    def unsubscribe_url(self) -> str | None:
        """The recipient's own address from the headers, if both are as RFC 8058 wants them."""
        headers = dict(self.message.headers)
        listed = headers.get("List-Unsubscribe", "")
        if headers.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
            return None
        return listed[1:-1] if listed.startswith("<https://") and listed.endswith(">") else None

    def part(self, name: str) -> Part | None:
        """The part of that name, if there is one."""
        return next((part for part in self.parts if part.name == name), None)
