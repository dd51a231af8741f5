"""What a reader of a part really sees, for duties that must be seen (pure)."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pipeline.checklist.display.styles import Look, contrast_of, looks
from pipeline.checklist.mail import Part
from pipeline.checklist.markup import Page

_BLANK: Final = re.compile(r"\s+")
#: In pixels; what is smaller is there in order not to be read.
_READABLE: Final = 7.0
#: As for `display/contrast`: below this nobody reads anything at all.
_CONTRAST: Final = 1.5


def seen(part: Part) -> str:
    """The words, squeezed; what is tiny, transparent, or of the colour of its ground, left out."""
    if not part.markup:
        return squeezed(part.text)
    return part.page.once(_seen)


def _seen(page: Page) -> str:
    return squeezed("".join(_runs(page)))


def _runs(page: Page) -> Iterator[str]:
    """What can be read, in one walk however deep elements lie in each other.

    What an element says of itself weighs more than what those around it say.
    """
    at, around = 0, [(len(page.text), True)]
    for element, look in looks(page):
        while around[-1][0] <= element.start and len(around) > 1:
            end, readable = around.pop()
            if readable:
                yield page.text[at:end]
            at = max(at, end)
        if around[-1][1]:
            yield page.text[at : element.start]
        at = max(at, element.start)
        around.append((min(element.end, around[-1][0]), _is_readable(look)))
    for end, readable in reversed(around):
        if readable:
            yield page.text[at:end]
        at = max(at, end)


@lru_cache(maxsize=128)
def squeezed(text: str) -> str:
    """Without white space, in one width and in lower case: how words are compared."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", text)).lower()


def _is_readable(look: Look) -> bool:
    if look.unseen or look.size < _READABLE:
        return False
    known = look.colour is not None and look.background is not None
    return not known or contrast_of(look.colour, look.background) >= _CONTRAST
