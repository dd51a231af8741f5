"""How fast events are kept, and how fast what was heard of a million recipients is counted."""

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.ledger import revision_of
from pipeline.archive.folder import FolderArchive
from pipeline.clock import SystemClock
from pipeline.feedback.event import Event, EventKind, MessageName
from pipeline.feedback.kept import Kept
from pipeline.feedback.queue import Notice, QueueFacts
from pipeline.feedback.reading import Reader
from pipeline.ledger.entry import BatchId
from pipeline.ledger.sqlite import SqliteLedger

_COMMAND = "python -m benchmarks.feedback"
_CAMPAIGN = "winter-sale"
_NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
_EVENTS = 20_000
_MILLION = 1_000_000
_PAGE = 1_000
_BATCH = 50


class _Full:
    """Eighty notices at a time, as eight calls of SQS bring them, without the network."""

    def __init__(self, notices: Sequence[Notice]) -> None:
        self._notices = list(notices)

    def receive(self, patience: timedelta) -> Sequence[Notice]:
        del patience
        found, self._notices = self._notices[:80], self._notices[80:]
        return found

    def delete(self, notices: Sequence[Notice]) -> None:
        del notices

    def facts(self) -> QueueFacts:
        return QueueFacts(len(self._notices), timedelta(days=14))


def _tag(person: int) -> str:
    return hashlib.sha256(str(person).encode()).hexdigest()[:32]


def _notice(person: int) -> Notice:
    tags = {
        "campaign": _CAMPAIGN,
        "revision": "1",
        "wave": "1",
        "batch": f"{person // _BATCH + 1}-1",
        "recipient": _tag(person),
    }
    headers = [{"name": f"X-{n}", "value": "a value of some length"} for n in range(12)]
    mail = {
        "timestamp": _NOW.isoformat(),
        "messageId": f"m{person}",
        "destination": [f"m{person}@people.example"],
        "headers": headers,
        "tags": {name: [value] for name, value in tags.items()},
    }
    delivery = {"timestamp": _NOW.isoformat(), "recipients": mail["destination"], "smtpResponse": "250 ok"}
    return Notice(json.dumps({"eventType": "Delivery", "mail": mail, "delivery": delivery}), "receipt")


def _keeping(folder: Path) -> Iterator[tuple[str, str, str]]:
    ledger = SqliteLedger(folder / "ledger.db")
    assert ledger.open_revision(revision_of(_MILLION))
    queue = _Full([_notice(person) for person in range(_EVENTS)])
    kept = Kept(FolderArchive(folder / "keeping"))
    taken = _seconds(Reader(queue, kept, ledger, SystemClock()).drain)
    assert kept.heard(_CAMPAIGN).delivered == _EVENTS
    ledger.close()
    yield (
        "events read, kept in a folder, taken out of the queue",
        f"{_EVENTS / taken:,.0f} a second",
        _COMMAND,
    )


def _counting(folder: Path) -> Iterator[tuple[str, str, str]]:
    archive = FolderArchive(folder / "counting")
    kept = Kept(archive)
    for start in range(0, _MILLION, _PAGE):
        messages = [
            MessageName(BatchId(_CAMPAIGN, 1, 1, person // _BATCH + 1), _tag(person))
            for person in range(start, start + _PAGE)
        ]
        kinds = (EventKind.SEND, EventKind.DELIVERY)
        events = [Event(kind, message, _NOW) for message in messages for kind in kinds]
        kept.keep(_CAMPAIGN, events, [f"{start}\n".encode()])
    first = _seconds(lambda: Kept(archive).heard(_CAMPAIGN))
    again = _seconds(lambda: Kept(archive).heard(_CAMPAIGN))
    assert kept.heard(_CAMPAIGN).delivered == _MILLION
    yield f"what was heard of {_MILLION:,} recipients, counted", f"{first:.1f} s", _COMMAND
    yield "the same, when nothing new has come", f"{again * 1000:,.0f} ms", _COMMAND


def _seconds(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    with tempfile.TemporaryDirectory() as name:
        return [*_keeping(Path(name)), *_counting(Path(name))]


if __name__ == "__main__":
    for what, figure, _ in run():
        print(f"{what}: {figure}")
