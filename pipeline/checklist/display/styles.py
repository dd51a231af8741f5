"""Styles as they stand in the elements of a finished page: colours, sizes, what is hidden (pure)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pipeline.checklist.markup import Element, Page

Colour = tuple[int, int, int]

#: Of CSS, those that mails use; others are unknown, and nothing is said about them.
_NAMED: Final = {
    "black": (0, 0, 0), "white": (255, 255, 255), "red": (255, 0, 0), "green": (0, 128, 0),
    "blue": (0, 0, 255), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "navy": (0, 0, 128), "maroon": (128, 0, 0), "yellow": (255, 255, 0), "orange": (255, 165, 0),
    "purple": (128, 0, 128), "teal": (0, 128, 128), "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211), "darkgray": (169, 169, 169), "darkgrey": (169, 169, 169),
    "whitesmoke": (245, 245, 245), "pink": (255, 192, 203), "gold": (255, 215, 0),
}  # fmt: skip
_HEX: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_RGB: Final = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)")
_LENGTH: Final = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)(px|pt|em|rem|%)")
#: Pixels of what is written in another unit, or in words (the usual default is 16).
_POINT, _DEFAULT = 4 / 3, 16.0
_WORDS: Final = {
    "xx-small": 9.0,
    "x-small": 10.0,
    "small": 13.0,
    "medium": 16.0,
    "large": 18.0,
    "x-large": 24.0,
}
_BOLD: Final = frozenset({"bold", "bolder", "600", "700", "800", "900"})
_BOLD_TAGS: Final = frozenset({"b", "strong", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
#: Elements that look different from those around them without a style.
_TELLING_TAGS: Final = _BOLD_TAGS | {"a"}


@dataclass(frozen=True, slots=True)
class Look:
    """How the words of an element look. None for what nobody said, or said in words that we cannot read."""

    colour: Colour | None = None
    background: Colour | None = None
    #: In pixels.
    size: float = _DEFAULT
    bold: bool = False
    #: Whether it lies in something without height, or transparent.
    veiled: bool = False

    @property
    def unseen(self) -> bool:
        """Whether it is there without being seen. `font-size: 0` around others is how layouts are made."""
        return self.veiled or self.size == 0


def looks(page: Page) -> tuple[tuple[Element, Look], ...]:
    """Every visible element with its look, from its own style and those around it."""
    return page.once(_looked)


def _looked(page: Page) -> tuple[tuple[Element, Look], ...]:
    shown: list[tuple[Element, Look]] = []
    found: dict[Element, Look] = {}
    for element in page.elements:
        around = found.get(element.parent, Look()) if element.parent is not None else Look()
        look = _look(element, around)
        found[element] = look
        if not element.hidden:
            shown.append((element, look))
    return tuple(shown)


def own_words(page: Page) -> Mapping[Element, tuple[int, int]]:
    """The first run of words that an element itself shows, not one within it: start and end in the text."""
    runs: dict[Element, tuple[int, int]] = {}
    behind: dict[Element, int] = {}
    for element in page.elements:
        behind[element] = element.start
        if element.parent is not None:
            _note(page, runs, element.parent, behind.get(element.parent, element.start), element.start)
            behind[element.parent] = max(behind.get(element.parent, 0), element.end)
    for element in page.elements:
        _note(page, runs, element, behind[element], element.end)
    return runs


def _note(page: Page, runs: dict[Element, tuple[int, int]], element: Element, start: int, end: int) -> None:
    if element not in runs and end > start and not page.text[start:end].isspace():
        runs[element] = (start, end)


@lru_cache(maxsize=4096)
def declared(style: str) -> Mapping[str, str]:
    """The declarations of a style attribute in small letters; the last of each property."""
    found: dict[str, str] = {}
    for each in style.casefold().split(";"):
        name, colon, value = each.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    return found


def _look(element: Element, around: Look) -> Look:
    if not element.attributes and element.tag not in _TELLING_TAGS:
        return around
    style = declared(element.attributes.get("style", ""))
    return Look(
        colour=_foreground(element, style, around.colour),
        background=_background(element, style, around.background),
        size=_size(style, around.size),
        bold=_bold(element, style, around=around.bold),
        veiled=around.veiled or _veiled(style),
    )


def _foreground(element: Element, style: Mapping[str, str], around: Colour | None) -> Colour | None:
    if "color" in style:
        return around if style["color"] == "inherit" else colour_of(style["color"])
    if element.tag == "font" and "color" in element.attributes:
        return colour_of(element.attributes["color"].casefold())
    # every program has its own blue for links
    return None if element.tag == "a" else around


def _background(element: Element, style: Mapping[str, str], around: Colour | None) -> Colour | None:
    if "background" in element.attributes or "background-image" in style:
        return None
    said = style.get("background-color") or style.get("background")
    said = said or element.attributes.get("bgcolor", "").casefold()
    if not said or said in {"transparent", "inherit", "none"}:
        return around
    return colour_of(said)


def _bold(element: Element, style: Mapping[str, str], *, around: bool) -> bool:
    if "font-weight" in style:
        return style["font-weight"] in _BOLD
    return element.tag in _BOLD_TAGS or around


def _size(style: Mapping[str, str], around: float) -> float:
    said = style.get("font-size", "")
    if said == "0":
        return 0.0
    match = _LENGTH.fullmatch(said)
    if match is None:
        return _WORDS.get(said, around)
    number, unit = float(match[1]), match[2]
    scale = {"px": 1.0, "pt": _POINT, "em": around, "rem": _DEFAULT, "%": around / 100}
    return number * scale[unit]


def _veiled(style: Mapping[str, str]) -> bool:
    nothing = {"0", "0px", "0%", "0.0"}
    flat = style.get("overflow") == "hidden" and nothing & {
        style.get("max-height", ""),
        style.get("height", ""),
    }
    return style.get("opacity") in nothing or bool(flat)


@lru_cache(maxsize=1024)
def colour_of(words: str) -> Colour | None:
    """A colour of CSS in small letters; None for one that cannot be read, or is partly transparent."""
    words = words.strip()
    if words in _NAMED:
        return _NAMED[words]
    if _HEX.fullmatch(words):
        digits = words[1:] if len(words) == len("#rrggbb") else "".join(2 * digit for digit in words[1:])
        red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
        return red, green, blue
    if match := _RGB.fullmatch(words):
        red, green, blue = (min(255, int(each)) for each in match.groups())
        return red, green, blue
    return None


@lru_cache(maxsize=1024)
def contrast_of(one: Colour, other: Colour) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(each / 255) for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 WCAG 2.2
