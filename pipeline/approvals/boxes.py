"""Ticked boxes in what people write at GitHub (pure)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

#: A task-list item at the left edge or in a list below another: `- [x] content-is-true: …`.
_BOX: Final = re.compile(
    r" {0,3}(?:[-*+]|\d{1,9}[.)]) {1,4}\[([ xX])\] +[`*_]{0,3}([a-z0-9]+(?:-[a-z0-9]+)*)(?![\w-])"
)
#: What Markdown takes for one; Python's own `splitlines` takes more.
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_OPENED, _CLOSED = "<!--", "-->"
_COMMENT: Final = re.compile(r"<!--.*?-->")
_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,})")


def boxes(text: str) -> Mapping[str, bool]:
    """The boxes of a Markdown text by the id of their item, the first word of the line: ticked or not.

    Only what a reader sees as a box counts: nothing in a code block, in an HTML comment, or quoted from
    somebody else. A box that stands there twice is ticked when both are.
    """
    found: dict[str, bool] = {}
    for line in _seen(text):
        if (box := _BOX.match(line)) is not None:
            found[box[2]] = found.get(box[2], True) and box[1] != " "
    return found


def _seen(text: str) -> Iterator[str]:
    """The lines that GitHub shows as they are written."""
    fence, hidden = "", False
    for line in _LINE_END.split(text):
        opened = _FENCE.match(line)
        if hidden:
            hidden = _CLOSED not in line
        elif fence:
            if opened and opened[1].startswith(fence) and not line[opened.end() :].strip():
                fence = ""
        elif opened:
            fence = opened[1]
        elif line.lstrip().startswith(_OPENED):
            # To the end of the line in which it closes, GitHub takes everything as HTML.
            hidden = _CLOSED not in line
        else:
            shown = _COMMENT.sub("", line)
            hidden = _OPENED in shown
            yield shown.partition(_OPENED)[0]
