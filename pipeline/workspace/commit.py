"""A commit: who wrote it, who committed it, when, and what its trailers say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

#: NUL is the one byte that no commit message contains, so nothing in a message can pose as a field. Trailers
#: are read by git's own rules; names are the raw ones (`.mailmap` is part of what is being reviewed).
FORMAT: Final = (
    "%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%ct%x00%s%x00"
    "%(trailers:only=yes,unfold=yes,separator=%x00,key_value_separator=%x00)%x00"
)
_LAST_SECOND: Final = 253402300799  # of the year 9999, the last that datetime knows


@dataclass(frozen=True, slots=True)
class Person:
    """A name and an address as a commit states them; git does not check them."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `sha` and `parents` are full ids, the first parent first; the time is in UTC."""

    sha: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    committed_at: datetime
    subject: str
    trailers: tuple[tuple[str, str], ...]


def read_log(output: bytes) -> Iterator[Commit]:
    """The commits that `git log -z --format=FORMAT` printed."""
    fields = iter(output.decode("utf-8", errors="replace").split("\0"))
    for field in fields:
        if sha := field.strip():
            yield _commit(sha, fields)


def _commit(sha: str, fields: Iterator[str]) -> Commit:
    parents, author, author_mail, committer, mail, second, subject = (next(fields) for _ in range(7))
    moment = min(int(second or 0), _LAST_SECOND)
    return Commit(
        sha=sha,
        parents=tuple(parents.split()),
        author=Person(author, author_mail),
        committer=Person(committer, mail),
        committed_at=datetime.fromtimestamp(moment, UTC),
        subject=subject,
        trailers=tuple(_trailers(fields)),
    )


def _trailers(fields: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Keys and values in turn, up to an empty key."""
    while key := next(fields, "").strip():
        yield key, next(fields, "").strip()
