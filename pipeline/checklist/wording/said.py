"""The days, amounts and links that a part says, as two parts or a part and a fact are compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, Literal, assert_never
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.places import Place
from pipeline.checklist.wording.amounts import amounts
from pipeline.checklist.wording.authored import HITS_MAX, quoted
from pipeline.checklist.wording.dates import mentions

Group = Literal["dates", "amounts", "links"]
GROUPS: Final[tuple[Group, ...]] = ("dates", "amounts", "links")
#: Parameters that only count visits.
_COUNTED: Final = "utm_"


@dataclass(frozen=True)
class Said:
    """Something that a part says between `start` and `end` of its text.

    `meant` is what it comes to: a day, an amount's key, a comparable address. `href` is set for a link.
    """

    part: Part
    start: int
    end: int
    meant: object
    href: str = ""

    @property
    def shown(self) -> str:
        """As a reader sees it, or where it leads."""
        return quoted(self.href or self.part.text[self.start : self.end])

    @property
    def place(self) -> Place:
        """In the source; a link is found by its address."""
        if self.href:
            return self.part.near(self.href, comparable(self.href))
        return self.part.at(self.start, self.end)

    @property
    def written(self) -> bool:
        """Whether an author wrote it, rather than a person's values."""
        return bool(self.href) or self.part.written(self.start, self.end)


def said(group: Group, draft: Draft, part: Part) -> tuple[Said, ...]:
    """What a part says of a group, in order; at most HITS_MAX."""
    found: Iterator[Said]
    match group:
        case "dates":
            found = _days(draft, part)
        case "amounts":
            found = (Said(part, each.start, each.end, each.key) for each in amounts(part.text))
        case "links":
            found = _links(part)
        case _:
            assert_never(group)
    return tuple(islice(found, HITS_MAX))


@lru_cache(maxsize=4_096)
def comparable(href: str) -> str:
    """An address without what is counted by (utm), and without the slash at its end.

    What cannot be taken apart stays as it is.
    """
    try:
        parts = urlsplit(href.strip())
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_counted(pair)]
    except ValueError:
        return href
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    return urlunsplit((scheme, host, parts.path.rstrip("/"), urlencode(query), parts.fragment))


def _is_counted(pair: tuple[str, str]) -> bool:
    return pair[0].startswith(_COUNTED)


def _days(draft: Draft, part: Part) -> Iterator[Said]:
    for mention in mentions(part.text):
        day = mention.on(draft.day)
        if day is not None:
            yield Said(part, mention.start, mention.end, day)


def _links(part: Part) -> Iterator[Said]:
    for link in part.links:
        if link.href.lower().startswith(("http://", "https://")):
            yield Said(part, link.start, link.end, comparable(link.href), link.href)
