"""Words that are there and cannot be read: too pale, too small, hidden."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.checklist.display.styles import Colour, Look, contrast_of, looks, own_words
from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.markup import Element
from pipeline.checklist.places import Place
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

#: WCAG 2.2, success criterion 1.4.3; large is 24 pixels, or 18.66 in bold.
_ENOUGH, _ENOUGH_LARGE = 4.5, 3.0
_LARGE, _LARGE_BOLD = 24.0, 18.66
#: Below this nobody reads anything at all.
_UNREADABLE: Final = 1.5
#: In pixels; what is smaller nobody reads on paper either.
_SMALLEST: Final = 10.0
_WORDS: Final = re.compile(r"\w")
_NO_HTML = NotApplicable("there is no HTML part", "HTMLパートがありません")
#: Elements that hold no words for readers.
_NEVER_SHOWN: Final = frozenset({"head", "title", "style", "script", "template", "noscript"})
_CLASS: Final = re.compile(r"\.([A-Za-z_-][\w-]*)")


@rule(
    "display/contrast",
    "Text stands out from its background",
    "文字と背景の差が十分ある",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def contrast(draft: Draft) -> Iterator[Verdict]:
    """Pale grey on white is read by nobody in the sun, and by many people never.

    WCAG 2.2 asks for a contrast of 4.5 to 1, and of 3 to 1 for large text. Computed where both colours are
    written; below 1.5 to 1 it is an error.

    Remedy: make the text darker or its background lighter, or the other way round.

    Misses: text on pictures and gradients, colours that only a mail program decides, the dark variant;
    `postmerge preview` measures those in a browser.
    """
    if not draft.copies_of("html"):
        yield _NO_HTML
    for part in draft.copies_of("html"):
        runs = own_words(part.page)
        for element, look in looks(part.page):
            ratio = _too_little(look)
            if ratio is not None and element in runs:
                yield _pale(part, runs[element], look, ratio)


def _too_little(look: Look) -> float | None:
    if look.colour is None or look.background is None or look.unseen:
        return None
    large = look.size >= _LARGE or (look.bold and look.size >= _LARGE_BOLD)
    ratio = contrast_of(look.colour, look.background)
    return ratio if ratio < (_ENOUGH_LARGE if large else _ENOUGH) else None


def _pale(part: Part, run: tuple[int, int], look: Look, ratio: float) -> Objection:
    words = _quoted(part, run)
    text, ground = _hex(look.colour), _hex(look.background)
    return Objection(
        _place(part, run),
        f"“{words}” stands out too little: {text} on {ground} is {ratio:.1f} to 1.",
        f"「{words}」の文字が背景から見分けにくくなっています（{ground}の上の{text}、{ratio:.1f}：1）。",
        "Make the text darker or its background lighter, or the other way round.",
        "文字色か背景色を変えて、差を大きくしてください。",
        Severity.ERROR if ratio < _UNREADABLE else None,
    )


@rule(
    "display/tiny-or-hidden-text",
    "No text is tiny or hidden",
    "小さすぎる文字や隠れた文字がない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def tiny_or_hidden_text(draft: Draft) -> Iterator[Verdict]:
    """Words that nobody sees look to a spam filter like a trick, and are often left over.

    Less than 10 pixels, `display: none`, no size, no height, transparent. The line for inboxes at the start
    of the body may be hidden, and what a `<style>` for small screens shows.

    Remedy: make the words larger, or take them out.

    Misses: words in the colour of the ground (that is `display/contrast`), behind others, or off the page.
    """
    if not draft.copies_of("html"):
        yield _NO_HTML
    for part in draft.copies_of("html"):
        yield from _tiny(part)
        yield from _hidden(part)


def _tiny(part: Part) -> Iterator[Objection]:
    runs = {element: run for element, run in own_words(part.page).items() if _shows(part, run)}
    dressed = [(runs[element], look) for element, look in looks(part.page) if element in runs]
    first = min((run[0] for run, look in dressed if not look.unseen), default=0)
    for run, look in dressed:
        words = _quoted(part, run)
        if look.unseen and run[0] > first:
            yield _unseen(words, _place(part, run))
        elif not look.unseen and look.size < _SMALLEST:
            yield Objection(
                _place(part, run),
                f"“{words}” is {look.size:g} pixels high, and nobody can read it.",
                f"「{words}」の文字が小さすぎます（{look.size:g}px）。",
                "Make it at least 12 pixels.",
                "12px以上にしてください。",
            )


def _hidden(part: Part) -> Iterator[Objection]:
    """Elements with `display: none` and the like, behind the first words of the page."""
    found: dict[Element, list[str]] = {}
    top: dict[Element, Element] = {}
    shown = _shown_on_some_screen(part)
    for element in part.page.elements:
        if not element.hidden or element.tag in _NEVER_SHOWN:
            continue
        above = element.parent
        top[element] = top.get(above, element) if above is not None else element
        found.setdefault(top[element], []).extend(element.unseen)
    for element, pieces in found.items():
        words = " ".join("".join(pieces).split())
        in_front = not part.page.text[: element.start].strip()
        classes = set(element.attributes.get("class", "").split())
        if _WORDS.search(words) and not in_front and not classes & shown and not _in_head(element):
            yield _unseen(words[:30], part.near(words[:30], *words.split()[:3]))


def _shown_on_some_screen(part: Part) -> frozenset[str]:
    """The classes that rules of a `<style>` name: what is hidden here may be meant for another screen."""
    rules = (rule for each in part.page.elements if each.tag == "style" for rule in each.unseen)
    return frozenset(name for rule in rules if "@media" in rule for name in _CLASS.findall(rule))


def _in_head(element: Element) -> bool:
    return element.parent is not None and element.parent.tag == "head"


def _unseen(words: str, place: Place) -> Objection:
    return Objection(
        place,
        f"“{words}” is hidden from every reader.",
        f"「{words}」が見えない状態になっています。",
        "Take it out, or show it.",
        "削除するか、見えるようにしてください。",
    )


def _shows(part: Part, run: tuple[int, int]) -> bool:
    return bool(_WORDS.search(part.text, *run))


def _quoted(part: Part, run: tuple[int, int]) -> str:
    return " ".join(part.text[run[0] : run[1]].split())[:30]


def _place(part: Part, run: tuple[int, int]) -> Place:
    start, end = run
    while start < end and part.text[start].isspace():
        start += 1
    return part.at(start, min(end, start + 30))


def _hex(colour: Colour | None) -> str:
    return "#" + "".join(f"{each:02x}" for each in colour or ())
