"""HTML as a reader sees it: elements, visible text block by block, links (pure).

Read from the event stream of the standard library's parser: no depth is too deep for it, and nothing that
is malformed stops it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, Self, TypeVar, cast

_T = TypeVar("_T")
_VOID: Final = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905 a list of words
)
#: Elements that flow in a line; everything else begins a block, so that sentences do not run together.
_INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)
_UNSEEN: Final = frozenset("head script style template title noscript".split())  # noqa: SIM905
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_BLANK = re.compile(r"[ \t\n\r\f]+")
#: A start tag about whose end no two parsers differ; those behind which no elements come are left out.
_PLAIN_TAG: Final = re.compile(
    r"<(?!(?:script|style|textarea|title|plaintext|xmp|iframe|noembed|noframes|noscript)\b)"
    r"[a-z][a-z0-9]*(?:\s+[a-z-]+=\"[^\"<>]*\")*\s*/?>",
    re.IGNORECASE,
)


@dataclass(eq=False, slots=True)
class Element:
    """One element. `start` to `end` of the page's text is what it shows; `hidden` ones show nothing."""

    tag: str
    attributes: Mapping[str, str]
    parent: "Element | None"
    hidden: bool
    start: int
    end: int = 0
    #: The words of a hidden element, which no reader sees.
    unseen: list[str] = field(default_factory=list)

    def ancestors(self) -> Iterator["Element"]:
        """From the parent to the top."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its elements in the order of their start tags, and the visible text."""

    elements: tuple[Element, ...]
    text: str
    _made: dict[object, object] = field(repr=False, compare=False, default_factory=dict)

    def once(self, make: Callable[["Page"], _T]) -> _T:
        """What `make` makes of it, made once for all rules that ask."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(_T, self._made[make])

    def words(self, element: Element) -> str:
        """What a reader sees inside an element."""
        return " ".join(self.text[element.start : element.end].split())


def read_page(markup: str) -> Page:
    """Read a page. Comments, and what only Outlook reads in them, are left out."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return Page(tuple(reader.elements), reader.finished())


@dataclass(frozen=True, slots=True)
class _Tag:
    """A start tag by itself: what it is called, what it says, whether it hides what is inside."""

    name: str
    attributes: Mapping[str, str]
    hides: bool

    @classmethod
    def of(cls, name: str, attrs: list[tuple[str, str | None]]) -> Self:
        attributes = {name: value or "" for name, value in attrs}
        hides = name in _UNSEEN or "hidden" in attributes
        return cls(name, attributes, hides or bool(_HIDDEN_STYLE.search(attributes.get("style", ""))))


#: Start tags as they stand in a page. The mails of a campaign, and those of many, are made of the same few.
_KNOWN: Final[dict[str, _Tag]] = {}
_MOST_KNOWN: Final = 4_096
_LONGEST_KNOWN: Final = 2_000


class _Reader(HTMLParser):
    """Collects; the text grows in pieces that already are as they are shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._latest: _Tag | None = None
        self.elements: list[Element] = []
        self._open: list[Element] = []
        #: How many of each are open: a million stray end tags must not search a million times.
        self._counts: Counter[str] = Counter()
        self._pieces: list[str] = []
        self._length = 0
        self._last = "\n"

    def updatepos(self, i: int, j: int) -> int:
        """Count no lines: nobody asks where in the finished page something stands."""
        del i
        return j

    def finished(self) -> str:
        """The text, when everything was read."""
        while self._open:
            self._close()
        return "".join(self._pieces)

    def parse_starttag(self, i: int) -> int:
        """Know again what the parser has taken apart before; what is not plain is all its own."""
        plain = _PLAIN_TAG.match(self.rawdata, i)
        if plain is None:
            return super().parse_starttag(i)
        known = _KNOWN.get(plain[0])
        if known is not None:
            self._begin(known)
            return plain.end()
        end, tag = self._taken_apart(i)
        if tag is not None and end == plain.end() <= i + _LONGEST_KNOWN and len(_KNOWN) < _MOST_KNOWN:
            _KNOWN[plain[0]] = tag
        return end

    def _taken_apart(self, i: int) -> tuple[int, _Tag | None]:
        self._latest = None
        end = super().parse_starttag(i)
        return end, self._latest

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; one that cannot have content is closed at once."""
        self._latest = _Tag.of(tag, attrs)
        self._begin(self._latest)

    def _begin(self, tag: _Tag) -> None:
        parent = self._open[-1] if self._open else None
        if tag.name not in _INLINE:
            self._break()
        hidden = tag.hides or (parent is not None and parent.hidden)
        element = Element(tag.name, tag.attributes, parent, hidden, self._length)
        self.elements.append(element)
        if tag.name in _VOID:
            element.end = self._length
        else:
            self._open.append(element)
            self._counts[tag.name] += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<p/>` opens in HTML; only elements without content close."""
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """Close the nearest open element of that name and all within; one that is not open is passed over."""
        if not self._counts[tag]:
            return
        while self._counts[tag] and self._close().tag != tag:
            pass
        if tag not in _INLINE:
            self._break()

    def handle_data(self, data: str) -> None:
        """Words; space is one blank, as a browser shows it."""
        if self._open and self._open[-1].hidden:
            self._open[-1].unseen.append(data)
            return
        words = _BLANK.sub(" ", data)
        if self._last in {"\n", " "}:
            words = words.lstrip(" ")
        self._add(words)

    def _close(self) -> Element:
        element = self._open.pop()
        element.end = self._length
        self._counts[element.tag] -= 1
        return element

    def _break(self) -> None:
        if self._last != "\n" and not (self._open and self._open[-1].hidden):
            self._add("\n")

    def _add(self, words: str) -> None:
        if words:
            self._pieces.append(words)
            self._length += len(words)
            self._last = words[-1]
