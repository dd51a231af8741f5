"""What a reader of a part really sees, for duties that must be seen (pure)."""

import re
import unicodedata
from typing import Final

from pipeline.checklist.display.styles import Look, contrast_of, looks
from pipeline.checklist.mail import Part

_BLANK: Final = re.compile(r"\s+")
#: In pixels; what is smaller is there in order not to be read.
_READABLE: Final = 7.0
#: As for `display/contrast`: below this nobody reads anything at all.
_CONTRAST: Final = 1.5


def seen(part: Part) -> str:
    """The words, squeezed; what is tiny, transparent, or of the colour of its ground, left out."""
    if not part.markup:
        return squeezed(part.text)
    shown = bytearray(b"\1" * len(part.text))
    # What an element says of itself weighs more than what those around it say.
    for element, look in looks(part.page):
        length = max(0, element.end - element.start)
        shown[element.start : element.start + length] = bytes([_is_readable(look)]) * length
    return squeezed("".join(letter for letter, shows in zip(part.text, shown, strict=True) if shows))


def squeezed(text: str) -> str:
    """Without white space, in one width and in lower case: how words are compared."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).lower()


def _is_readable(look: Look) -> bool:
    if look.unseen or look.size < _READABLE:
        return False
    known = look.colour is not None and look.background is not None
    return not known or contrast_of(look.colour, look.background) >= _CONTRAST  # type: ignore[arg-type]
