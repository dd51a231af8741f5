"""What happens to a value on its way through MJML, CSS inlining and link counting.

A page is made once, from markup in which marks stand for values. That is only right where nothing on the
way reads a value; so each mark's surroundings are looked at, and the whole way is walked again with
values chosen to provoke a difference. Whatever cannot be trusted is named, and is then kept in the text.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.render import page
from pipeline.render.failure import Unrenderable
from pipeline.render.source import MailSource
from pipeline.render.stencil import NotShareable
from pipeline.render.stencil_marks import MARK, mark

#: By number and kind, one value of a recipient as the page shows it.
Shows = Callable[[str, int], str]
#: Runs filled markup through MJML, CSS and links: the finished page, and the page for a text part.
Finish = Callable[[str], tuple[str, str]]

_RAW: Final = "style|script|xmp|iframe|noembed|noframes|noscript|plaintext"
_TOKEN: Final = re.compile(
    rf'<!--.*?-->|<({_RAW})\b.*?(?:</\1\s*>|\Z)|<(?:[^>"]|"[^"]*")*>', re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE: Final = re.compile(r'(\s(?:href|src|alt|title|aria-label)=")([^"]*)(?=")')
#: A style that looks at an attribute may look at a value.
_LOOKS: Final = re.compile(r"\[\s*(?:href|src|alt|title|aria-label)", re.IGNORECASE)
#: `&am` before a value is the beginning of nobody knows what.
_HALF_ENTITY: Final = re.compile(r"&#?[A-Za-z0-9]{0,40}" + MARK.pattern)
_PROBES: Final = (
    "",
    " ",
    "1",
    "lt;",
    "https://probe.example/a?b=1&amp;c=2#d",
    "&lt;b&gt; &amp;amp; &#34;q&#34; &#39;s&#39;  x",
    "鈴木ゑ",
    "\n &lt;i&gt;\xa0\t\\ a ",
    "a\u3000\n😀\u2028\n\nb",
    "x " * 500,
)


class Touched(Exception):
    """Something on the way reads these values: the numbers in their marks."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__("a value stands where something else than the reader reads it")
        self.numbers = tuple(numbers)


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """A finished page in which marks say what stands there: `t` text, `a` attribute, `h` link, `p` preheader.

    `links` are the hrefs behind the `h` marks; `bare` is the page that a text part is made from.
    """

    markup: str
    finished: str
    bare: str
    links: tuple[str, ...]


def in_text(value: str) -> str:
    """A value, escaped as templates escape, the way css-inline writes it between tags."""
    if "&" not in value and "\xa0" not in value:
        return value
    plain = html.unescape(value).replace("&", "&amp;").replace("\xa0", "&nbsp;")
    return plain.replace("<", "&lt;").replace(">", "&gt;")


def in_attribute(value: str) -> str:
    """The same between the quotes of an attribute."""
    if "&" not in value and "\xa0" not in value:
        return value
    plain = html.unescape(value).replace("&", "&amp;").replace("\xa0", "&nbsp;")
    return plain.replace('"', "&quot;")


def put(words: str, shows: Shows) -> str:
    """`words` with what `shows` says in place of the marks."""
    return MARK.sub(lambda found: shows(found[1], int(found[2])), words)


def marked_page(markup: str, bare: str, source: MailSource, *, preheader: str | None) -> MarkedPage:
    """The page of marked `markup`; `bare` is the same after MJML and CSS inlining.

    `preheader` is the line itself or its mark. Raises Touched when a mark stands where it must not.
    """
    bad = [int(found[2]) for found in _HALF_ENTITY.finditer(markup)]
    placed, in_attributes = _placed(bare)
    bad += [int(found[2]) for found in MARK.finditer(placed) if found[1] == "v"]
    if in_attributes and _LOOKS.search(markup):
        bad += sorted(in_attributes)
    if bad:
        raise Touched(bad)
    links: list[str] = []

    def counted_later(href: re.Match[str]) -> str:
        if not MARK.search(href[0]):
            return href[0]
        links.append(href[0])
        return mark("h", len(links) - 1)

    finished = page.on_hrefs(placed, counted_later) if source.utm else placed
    finished = page.with_utm(finished, source.utm, source.own_hosts, source.unsubscribe_base)
    if preheader is not None:
        finished = page.with_preheader(finished, preheader)
    return MarkedPage(markup, finished, placed, tuple(links))


def _placed(bare: str) -> tuple[str, set[int]]:
    """The page with marks that say where they stand; those in no good place stay as they were."""
    pieces: list[str] = []
    numbers: set[int] = set()

    def attribute(found: re.Match[str]) -> str:
        numbers.update(int(inner[2]) for inner in MARK.finditer(found[2]))
        return found[1] + _renamed(found[2], "a")

    end = 0
    for token in _TOKEN.finditer(bare):
        pieces.append(_renamed(bare[end : token.start()], "t"))
        whole_tag = token[1] is None and not token[0].startswith("<!--")
        pieces.append(
            _ATTRIBUTE.sub(attribute, token[0]) if whole_tag and MARK.search(token[0]) else token[0]
        )
        end = token.end()
    pieces.append(_renamed(bare[end:], "t"))
    return "".join(pieces), numbers


def _renamed(words: str, kind: str) -> str:
    return MARK.sub(lambda found: mark(kind, int(found[2])), words)


def shown_in(marked: MarkedPage, values: Sequence[str], source: MailSource, preheader: str) -> Shows:
    """How the page of one recipient shows the values."""

    def shows(kind: str, number: int) -> str:
        if kind == "t":
            return in_text(values[number])
        if kind == "a":
            return in_attribute(values[number])
        if kind == "h":
            href = put(marked.links[number], shows)
            return page.counted_href(href, source.utm, source.own_hosts, source.unsubscribe_base)
        return html.escape(preheader)

    return shows


def provoke(marked: MarkedPage, source: MailSource, finish: Finish, preheader: str, count: int) -> None:
    """Walk the whole way with values chosen to make a difference. Raises Touched where they do."""

    def differs(values: Sequence[str]) -> bool:
        shows = shown_in(marked, values, source, preheader)
        expected = put(marked.finished, shows), put(marked.bare, shows)
        try:
            return finish(put(marked.markup, lambda _, n: values[n])) != expected
        except Unrenderable:
            return True

    for values in _probes(count):
        if not differs(values):
            continue
        alone = [[v if n == m else "x" for m, v in enumerate(values)] for n in range(count)]
        touched = [n for n, some in enumerate(alone) if differs(some)]
        if not touched:
            raise NotShareable("the page comes out differently when several values change together")
        raise Touched(touched)


def _probes(count: int) -> Iterator[list[str]]:
    for probe in _PROBES:
        yield [probe] * count
    for even in (True, False):
        yield ["" if (n % 2 == 0) is even else "x" for n in range(count)]
