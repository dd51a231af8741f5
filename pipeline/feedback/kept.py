"""What is kept of events in the archive: pages of them as they came, and an extract of each."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

import orjson

from pipeline.archive.store import Archive
from pipeline.errors import PipelineError
from pipeline.feedback.event import Event
from pipeline.feedback.extract import Suppressing, Tally, events_of, extract_of, suppressing
from pipeline.feedback.heard import Heard
from pipeline.ledger.entry import BatchId

#: Asked for at once: in a bucket each takes the hundredth part of a second or more.
_AT_ONCE: Final = 16
#: Another number for every other way of counting: what was counted before is not believed then.
_COUNTING: Final = "1"


class Kept:
    """The events in an archive; what it has once read of a campaign it does not read again."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._tallies: dict[str, Tally] = {}
        self._seen: set[str] = set()

    def keep(self, campaign: str, events: Sequence[Event], lines: Iterable[bytes]) -> None:
        """Write a page: the events, and the lines in which they came. The same page twice is one."""
        self._create(f"events/{campaign}", b"".join(lines), "jsonl")
        self._create(f"heard/{campaign}", extract_of(campaign, events), "json")

    def set_aside(self, lines: Iterable[bytes]) -> None:
        """Write down what is nothing of ours, so that nothing is lost."""
        self._create("aside", b"".join(lines), "jsonl")

    def heard(self, campaign: str) -> Heard:
        """What has been heard of a campaign by now. Raises PipelineError when it cannot be read.

        The answer is kept under the names of the extracts it was counted from: a campaign that is over is
        counted once.
        """
        keys = list(self._keys(campaign))
        if not keys:
            return Heard()
        answer = f"counted/{campaign}/{_digest_of(_COUNTING, *keys)}.json"
        if self._archive.exists(answer):
            return _heard(self._archive.read(answer))
        heard = self._counted(campaign, keys)
        self._archive.create(answer, orjson.dumps(heard, option=orjson.OPT_APPEND_NEWLINE))
        return heard

    def _counted(self, campaign: str, keys: Sequence[str]) -> Heard:
        tally = self._tallies.setdefault(campaign, Tally())
        new = [key for key in keys if key not in self._seen]
        for key, extract in zip(new, self._read(new), strict=True):
            tally.add(extract)
            self._seen.add(key)
        return tally.heard()

    def events(self, campaign: str, batches: frozenset[BatchId]) -> Iterator[Event]:
        """Those of some batches of a campaign; raises as `heard`."""
        for extract in self._read(list(self._keys(campaign))):
            yield from events_of(extract, batches)

    def state(self, campaign: str) -> str:
        """A digest of which pages there are: while it is the same, every answer is. Raises as `heard`."""
        return _digest_of(*self._keys(campaign))

    def suppressing(self, campaign: str) -> dict[int, dict[str, Suppressing]]:
        """Who bounced for good or complained: by revision, and then by tag. Raises as `heard`.

        A complaint is the worse of the two: who complains has had the mail.
        """
        found: dict[int, dict[str, Suppressing]] = {}
        for extract in self._read(list(self._keys(campaign))):
            for revision, tag, what in suppressing(extract):
                people = found.setdefault(revision, {})
                if people.get(tag) is not Suppressing.COMPLAINED:
                    people[tag] = what
        return found

    def _keys(self, campaign: str) -> Iterator[str]:
        return self._archive.keys(f"heard/{campaign}/")

    def _read(self, keys: Sequence[str]) -> Iterator[bytes]:
        with ThreadPoolExecutor(_AT_ONCE) as at_once:
            for start in range(0, len(keys), _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                yield from map(_whole, some, at_once.map(self._archive.read, some))

    def _create(self, folder: str, data: bytes, suffix: str) -> None:
        self._archive.create(f"{folder}/{_digest(data)}.{suffix}", data)


def _whole(key: str, data: bytes) -> bytes:
    if _digest(data) not in key:
        raise PipelineError(
            f"The archive's {key} is damaged: it is not what was written.",
            "Bring it back from a version of the bucket or from a backup.",
        )
    return data


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest_of(*lines: str) -> str:
    return _digest("\n".join(lines).encode())


def _heard(written: bytes) -> Heard:
    said = orjson.loads(written)
    newest = said.pop("newest_at")
    return Heard(**said, newest_at=datetime.fromisoformat(newest) if newest else None)
