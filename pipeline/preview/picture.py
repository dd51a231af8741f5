"""A screenshot made small enough to travel inside a page, and still sharp."""

import base64
import io
from dataclasses import dataclass, field
from typing import Final

from PIL import Image

#: With more colours than this there is a photograph in it.
_FEW_COLOURS: Final = 8192
_PALETTE: Final = 256


@dataclass(frozen=True, slots=True)
class Picture:
    """WebP, with its size in picture pixels."""

    data: bytes = field(repr=False)
    width: int
    height: int

    @property
    def url(self) -> str:
        """For the `src` of an `img`: nothing is fetched."""
        return f"data:image/webp;base64,{base64.b64encode(self.data).decode('ascii')}"


def opened(png: bytes) -> Image.Image:
    """The pixels of a PNG, without transparency."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def compact(image: Image.Image) -> Picture:
    """Text and flat colour lose nothing but rare shades; a photograph loses what nobody sees."""
    out = io.BytesIO()
    if image.getcolors(_FEW_COLOURS) is None:
        image.save(out, "WEBP", quality=82, method=2)
    else:
        few = image.quantize(_PALETTE, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        few.convert("RGB").save(out, "WEBP", lossless=True, quality=30, method=2)
    return Picture(out.getvalue(), *image.size)
