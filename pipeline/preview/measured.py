"""What a browser measured on one page, in CSS pixels from its upper left corner (pure values)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Red, green, blue from 0 to 255, and opacity from 0 to 1.
Colour = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends on the right."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height

    @property
    def is_seen(self) -> bool:
        """Whether it covers anything of the page."""
        return self.width > 0 and self.height > 0 and self.right > 0 and self.bottom > 0

    def shared(self, other: "Box") -> float:
        """The area of both together, in square pixels."""
        across = min(self.right, other.right) - max(self.x, other.x)
        down = min(self.bottom, other.bottom) - max(self.y, other.y)
        return max(0.0, across) * max(0.0, down)


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text of one element. `element` is a number that its other lines share.

    `behind` are the background colours from the text outwards, up to one that covers; None where a picture
    or a gradient lies behind. `hidden` says how it is kept from sight, or is empty.
    """

    words: str
    box: Box
    element: int
    size: float
    colour: Colour
    behind: tuple[Colour, ...] | None
    bold: bool = False
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """One `img`. `loaded` is whether there was anything to see."""

    source: str
    alt: str | None
    box: Box
    loaded: bool


@dataclass(frozen=True, slots=True)
class Tap:
    """Something to tap: a link. `inline` is one in the middle of a sentence."""

    words: str
    box: Box
    inline: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """One page in one mode. `beyond` are boxes that end beyond its right edge, with some words of theirs."""

    width: float
    scroll_width: float
    height: float
    texts: tuple[Text, ...] = ()
    images: tuple[Image, ...] = ()
    taps: tuple[Tap, ...] = ()
    beyond: tuple[tuple[str, Box], ...] = ()


def measured(said: Mapping[str, Any]) -> Measured:
    """What `measure.js` says, as values."""
    return Measured(
        width=said["width"],
        scroll_width=said["scrollWidth"],
        height=said["height"],
        texts=tuple(_text(each) for each in said["texts"]),
        images=tuple(
            Image(each["source"], each["alt"], Box(*each["box"]), each["loaded"]) for each in said["images"]
        ),
        taps=tuple(Tap(each["words"], Box(*each["box"]), each["inline"]) for each in said["taps"]),
        beyond=tuple((each["words"], Box(*each["box"])) for each in said["beyond"]),
    )


def _text(each: Mapping[str, Any]) -> Text:
    behind = None if each["behind"] is None else tuple(_colour(colour) for colour in each["behind"])
    return Text(
        each["words"],
        Box(*each["box"]),
        each["element"],
        each["size"],
        _colour(each["colour"]),
        behind,
        each["bold"],
        each["hidden"],
    )


def _colour(said: list[float]) -> Colour:
    red, green, blue, opacity = said
    return red, green, blue, opacity
