"""Text for a terminal: full-width characters take two columns, and long sentences break (pure)."""

import re
from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

#: What a terminal shows in a line unless told otherwise.
WIDTH: Final = 80
#: A run of spaces; a word of narrow letters; or one wide character with the marks that must not start a line.
_PIECES: Final = re.compile(r"[ \t]+|[\u2e80-\uffef][、。」』)】!?ー々]*|[^ \t\u2e80-\uffef]+")


def wrapped(text: str, *, first: str = "", rest: str = "", width: int = WIDTH) -> str:
    """`text` in lines of at most `width` columns: `first` stands before it, `rest` before each further line.

    A word that is longer than a line stays whole; so do words with a no-break space between them, which
    comes out as a plain one.
    """
    lines, line, begun = [], first, False
    for piece in _PIECES.findall(text):
        if begun and cell_len(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line, begun = rest, False
        if begun or piece.strip():
            line += piece
            begun = True
    return "\n".join([*lines, line.rstrip()]).replace("\u00a0", " ")


def padded(text: str, columns: int) -> str:
    """`text` and as many blanks as bring it to `columns`."""
    return text + " " * max(0, columns - cell_len(text))


def aligned(rows: Sequence[tuple[str, str]], *, indent: str) -> list[str]:
    """Two columns: labels, then sentences that break below themselves."""
    left = max((cell_len(label) for label, _ in rows), default=0) + 2
    hang = indent + " " * left
    return [wrapped(text, first=indent + padded(label, left), rest=hang) for label, text in rows]
