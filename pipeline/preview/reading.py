"""What is in a rendered mail: its links, its headers, and the line that an inbox shows (pure)."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from email import policy
from email.parser import BytesHeaderParser
from html.parser import HTMLParser
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from pipeline.checklist.draft import Answer, NoAnswer
from pipeline.render.attachment import AttachedFile

#: Characters of the subject, and of what follows it, that the list of a phone's mail program has room for.
#: A full-width character takes two. Programs differ; this is what a narrow one shows.
PHONE_SUBJECT: Final = 40
PHONE_PREHEADER: Final = 44
_BARE: Final = re.compile(r"https?://[!-~]+")
_TRACKING: Final = re.compile(r"utm_|mc_|pk_|gclid|fbclid|yclid|_ga", re.IGNORECASE)
_SHOWN_HEADERS: Final = (
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-ID",
    "Feedback-ID",
    "MIME-Version",
    "Content-Type",
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link. `words` are what the reader sees of it; `tracking` are the parameters that measure.

    `answer` is what came back from the page, where it was asked.
    """

    words: str
    target: str
    tracking: tuple[tuple[str, str], ...]
    #: `html`, `text`, or both.
    parts: tuple[str, ...]
    answer: Answer | NoAnswer | None = None
    #: Whether the answer came from another address, behind a redirect.
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment: what it is, how long, and which file exactly."""

    name: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A line, and what of it a phone does not show."""

    shown: str
    rest: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self._close()
            self._open, self._words = str(given["href"]).strip(), []
        elif tag == "img" and self._open is not None:
            self._words.append(f"[{given.get('alt') or 'image'}]")

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            self.found.append((" ".join("".join(self._words).split()), self._open))
        self._open = None


def links_of(page: str | None, text: str) -> tuple[Link, ...]:
    """The links of both parts, each target once, in the order in which a reader meets them."""
    found: dict[str, Link] = {}
    for words, target in _linked(page) if page is not None else ():
        if target not in found:
            found[target] = Link(words, target, _tracking(target), ("html",))
    for bare in _BARE.findall(text):
        known = found.get(bare)
        if known is None:
            found[bare] = Link("", bare, _tracking(bare), ("text",))
        elif "text" not in known.parts:
            found[bare] = replace(known, parts=(*known.parts, "text"))
    return tuple(found.values())


def _linked(page: str) -> list[tuple[str, str]]:
    reader = _Links()
    reader.feed(page)
    reader.close()
    return reader.found


def _tracking(target: str) -> tuple[tuple[str, str], ...]:
    try:
        query = urlsplit(target).query
    except ValueError:
        return ()
    return tuple((name, value) for name, value in parse_qsl(query) if _TRACKING.match(name))


def attached(files: Iterable[AttachedFile]) -> tuple[Attached, ...]:
    """The attachments of a mail."""
    return tuple(
        Attached(f.name, f.content_type, len(f.data), hashlib.sha256(f.data).hexdigest()) for f in files
    )


def headers_of(raw: bytes, to: str, *, dated: bool) -> tuple[tuple[str, str], ...]:
    """The headers of a mail as a mailbox shows them; of one that has no moment yet, without date and id."""
    mail = BytesHeaderParser(policy=policy.default).parsebytes(raw)
    absent = set() if dated else {"Date", "Message-ID"}
    named = {
        name: str(mail[name]) for name in _SHOWN_HEADERS if mail[name] is not None and name not in absent
    }
    return tuple((named | ({"To": to} if to else {})).items())


def text_of_page(page: str) -> str:
    """All words of a page in one line, to look for something in them."""
    bare = re.sub(r"(?is)<!--.*?-->|<(style|script|title)\b.*?</\1\s*>", " ", page)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split())


def cut(line: str, room: int) -> Cut:
    """A line where a phone cuts it: full-width characters count twice."""
    taken = 0
    for place, char in enumerate(line):
        taken += 2 if ord(char) > 0x2E7F else 1  # noqa: PLR2004 where the wide scripts begin
        if taken > room:
            return Cut(line[:place], line[place:])
    return Cut(line, "")


def where_found(value: str, parts: Mapping[str, str]) -> tuple[str, ...]:
    """The parts of a mail that hold a value; full and half width are the same."""
    wanted = _plain(value)
    return tuple(name for name, words in parts.items() if wanted and wanted in _plain(words))


def _plain(words: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)).casefold()
