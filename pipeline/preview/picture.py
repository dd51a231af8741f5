"""A screenshot made small enough to travel inside a page, and still sharp.

The mails of one campaign differ by a name or a line, so most of each picture is in other pictures, too. It
is cut into strips where nothing stands, and a strip that was seen before is kept once.
"""

import base64
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from PIL import Image

from pipeline.preview.differences import runs_of

#: With more colours than this there is a photograph in it.
_FEW_COLOURS: Final = 8192
_PALETTE: Final = 256
#: Rows that are alike before a strip begins, in picture pixels.
_GAP: Final = 16


@dataclass(frozen=True, slots=True)
class Strip:
    """WebP, as wide as its picture; `height` in picture pixels."""

    data: bytes = field(repr=False)
    height: int

    @property
    def url(self) -> str:
        """For the page: nothing is fetched."""
        return f"data:image/webp;base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Picture:
    """As the browser took it, and as strips from top to bottom; sizes in picture pixels."""

    png: bytes = field(repr=False)
    strips: tuple[Strip, ...] = field(repr=False)
    width: int
    height: int


class Press:
    """Makes pictures small, each strip once. For several threads; the same picture gives the same bytes."""

    def __init__(self) -> None:
        self._known: dict[bytes, Strip] = {}

    def pressed(self, png: bytes, image: Image.Image) -> Picture:
        """A picture from what a browser took and its pixels, which are RGB."""
        strips = tuple(self._strip(image, top, bottom) for top, bottom in _cuts(image))
        return Picture(png, strips, *image.size)

    def _strip(self, image: Image.Image, top: int, bottom: int) -> Strip:
        part = image.crop((0, top, image.width, bottom))
        key = hashlib.sha256(b"%d\n" % part.width + part.tobytes()).digest()
        if key not in self._known:
            self._known[key] = Strip(_compact(part), part.height)
        return self._known[key]


def opened(png: bytes) -> Image.Image:
    """The pixels of a PNG, without transparency."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def _cuts(image: Image.Image) -> Iterator[tuple[int, int]]:
    """From and to of the strips. Where one is cut depends on the rows near it, not on the whole picture."""
    start = 0
    for _, at, length in runs_of(image):
        if length >= _GAP and at > start:
            yield start, at
            start = at
    yield start, image.height


def _compact(image: Image.Image) -> bytes:
    """Text and flat colour lose nothing but rare shades; a photograph loses what nobody sees."""
    out = io.BytesIO()
    if image.getcolors(_FEW_COLOURS) is None:
        image.save(out, "WEBP", quality=82, method=2)
    else:
        few = image.quantize(_PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.convert("RGB").save(out, "WEBP", lossless=True, quality=30, method=2)
    return out.getvalue()
