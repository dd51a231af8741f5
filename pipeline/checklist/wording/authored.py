"""What an author wrote, as against what a person's values make of it (pure)."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part

#: Hits of one pattern in one part that are looked at: a text of five million characters may have as many.
HITS_MAX: Final = 1_000


def hits(draft: Draft, pattern: re.Pattern[str]) -> Iterator[tuple[Part, re.Match[str]]]:
    """Every match in the parts that an author wrote; names and values of people are the data rules'."""
    for part in draft.copies:
        for match in islice(pattern.finditer(part.text), HITS_MAX):
            if part.written(*match.span()):
                yield part, match


def quoted(words: str, longest: int = 60) -> str:
    """`words` in one line, as a sentence can quote them."""
    line = " ".join(words.split())
    return line if len(line) <= longest else f"{line[:longest]}…"
