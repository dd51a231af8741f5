"""Taking events out of a queue: first kept in the archive, then deleted; what is not ours is set aside."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from pipeline.clock import Clock
from pipeline.feedback.event import Event, Foreign, event_of, unwrapped
from pipeline.feedback.heard import Heard
from pipeline.feedback.kept import Kept
from pipeline.feedback.queue import Notice, Queue
from pipeline.ledger.entry import BatchId
from pipeline.ledger.store import Ledger

#: A page is written when it has so many notices, or characters, or the first of them has waited so long.
_PAGE: Final = 2_000
_PAGE_CHARACTERS: Final = 16_000_000
_PAGE_AGE: Final = timedelta(seconds=30)
#: Nothing for so long is an empty queue: SQS has asked all of its machines by then.
PATIENCE: Final = timedelta(seconds=2)
#: Whoever stays need not ask so often.
_LONG: Final = timedelta(seconds=10)
#: A delivery that is about to judge looks into the queue so often, and so long at most.
_LOOKS_EVERY: Final = timedelta(minutes=1)
_LOOKS_FOR: Final = timedelta(seconds=20)


@dataclass(slots=True)
class Taken:
    """What was taken, in events: those of our campaigns, and what was set aside, by why."""

    ours: Counter[str] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)

    def add(self, more: "Taken") -> None:
        """Count these, too."""
        self.ours.update(more.ours)
        self.aside.update(more.aside)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a queue for the campaigns of a ledger."""

    queue: Queue
    kept: Kept
    ledger: Ledger
    clock: Clock

    def drain(
        self,
        *,
        until: datetime | None = None,
        stay: bool = False,
        tell: Callable[[Taken], None] = lambda _: None,
    ) -> Taken:
        """Take what waits until there is nothing more, or it is `until`; with `stay` wait for more till then.

        A process that dies on the way loses nothing: what it had not deleted comes again, and is recognised.
        """
        taken, page, begun = Taken(), list[Notice](), self.clock.now()
        while until is None or self.clock.now() < until:
            found = self.queue.receive(self._patience(until if stay else None))
            begun = begun if page else self.clock.now()
            page += found
            if page and (not found or _is_full(page) or self.clock.now() - begun > _PAGE_AGE):
                self._take(page, taken, tell)
                page = []
            if not found and not stay:
                return taken
        self._take(page, taken, tell)
        return taken

    def _patience(self, staying_until: datetime | None) -> timedelta:
        return PATIENCE if staying_until is None else min(_LONG, staying_until - self.clock.now())

    def _take(self, page: Sequence[Notice], taken: Taken, tell: Callable[[Taken], None]) -> None:
        """Keep a page, and only then delete it."""
        if not page:
            return
        sorted_out = _sorted_out(page, Ours(self.ledger))
        for campaign, events in sorted_out.events.items():
            self.kept.keep(campaign, events, dict.fromkeys(sorted_out.lines[campaign]))
        if sorted_out.aside:
            self.kept.set_aside(dict.fromkeys(sorted_out.aside))
        self.queue.delete(page)
        taken.add(sorted_out.taken)
        tell(sorted_out.taken)


def _is_full(page: Sequence[Notice]) -> bool:
    return len(page) >= _PAGE or sum(len(notice.body) for notice in page) >= _PAGE_CHARACTERS


class Ours:
    """Which batches the ledger knows."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._campaigns = frozenset(ledger.campaigns())
        self._revisions: dict[str, int] = {}

    def __contains__(self, batch: BatchId) -> bool:
        # An event may name anything: a ledger is asked only about what it has told us itself.
        if batch.campaign not in self._campaigns:
            return False
        if batch.campaign not in self._revisions:
            self._revisions[batch.campaign] = len(self._ledger.revisions(batch.campaign))
        return 1 <= batch.revision <= self._revisions[batch.campaign]


@dataclass(slots=True)
class _SortedOut:
    events: dict[str, list[Event]] = field(default_factory=dict)
    lines: dict[str, list[bytes]] = field(default_factory=dict)
    aside: list[bytes] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)


def _sorted_out(page: Sequence[Notice], ours: Ours) -> _SortedOut:
    found = _SortedOut()
    for notice in page:
        event, line = _read(notice.body)
        if isinstance(event, Event) and event.message.batch in ours:
            campaign = event.message.batch.campaign
            found.events.setdefault(campaign, []).append(event)
            found.lines.setdefault(campaign, []).append(line)
            found.taken.ours[campaign] += 1
        else:
            found.aside.append(_whole(notice.body))
            why = event.why if isinstance(event, Foreign) else "of a campaign that this ledger does not know"
            found.taken.aside[why] += 1
    return found


def _read(body: str) -> tuple[Event | Foreign, bytes]:
    """The event, and the line in which it is kept: bare, so that the same event twice is the same line."""
    try:
        value = unwrapped(json.loads(body))
        return event_of(value), _line(value)
    except (ValueError, RecursionError):
        return Foreign("no JSON"), b""


def _whole(body: str) -> bytes:
    """The line in which something strange is kept: JSON as it came, anything else as a text."""
    try:
        return _line(json.loads(body))
    except (ValueError, RecursionError):
        return _line(body)


def _line(value: Any) -> bytes:
    """In ASCII: what is no proper text, such as half of a surrogate pair, is kept, too."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode() + b"\n"


class Listening:
    """What is heard while mail leaves: asking looks into the queue, once in a while, and not for long."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._looked_at: datetime | None = None
        self._answers: dict[str, Heard] = {}

    def heard(self, campaign: str) -> Heard:
        """All that had come at the last look. Raises PipelineError when queue or archive cannot be read."""
        now = self._reader.clock.now()
        if self._looked_at is None or now - self._looked_at >= _LOOKS_EVERY:
            self._reader.drain(until=now + _LOOKS_FOR)
            self._looked_at = now
            self._answers.clear()
        # Whoever watches asks about every campaign every few seconds, and a bucket has its price.
        if campaign not in self._answers:
            self._answers[campaign] = self._reader.kept.heard(campaign)
        return self._answers[campaign]
