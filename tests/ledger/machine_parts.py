"""What the machine of two senders keeps, and how it reads the ledger's own rows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.ledger.entry import NEXT, Batch, Reservation, Revision, State, batches_of
from pipeline.ledger.sqlite import SqliteLedger


@dataclass(slots=True)
class Claim:
    """A batch that a sender was given, and how far the sender came with it."""

    sender: int
    reservation: Reservation
    letters: str = ""
    settled: bool = False
    lost: bool = False
    #: What was said afterwards; empty while nothing was.
    resolved: str = ""

    @property
    def batch(self) -> Batch:
        return self.reservation.batch

    @property
    def stands(self) -> str:
        """The letters that hold."""
        return self.resolved or (self.letters if self.settled else "u" * len(self.batch.positions))

    @property
    def waiting(self) -> bool:
        """Whether the sender has yet to call."""
        return not (self.letters or self.lost)

    @property
    def called(self) -> bool:
        """Whether the sender knows outcomes that are not written."""
        return bool(self.letters) and not (self.settled or self.lost)


def all_batches(revision: Revision) -> Iterator[Batch]:
    for wave in range(1, len(revision.waves) + 1):
        yield from batches_of(revision, wave)


def again(batch: Batch) -> Batch:
    """A follow-up for everybody of a batch, whether they were deferred or not."""
    return Batch(replace(batch.id, attempt=batch.id.attempt + 1), batch.positions)


#: Positions of a batch on record, and the letters of its outcomes when there are some.
Entry = tuple[tuple[int, ...], str | None]


def entries(ledger: SqliteLedger, revision: Revision) -> Iterator[Entry]:
    """The ledger's own rows, earlier attempts first."""
    for positions, states in ledger.rows(
        "SELECT positions, states FROM book WHERE revision = ? ORDER BY attempt",
        revision.number,
    ):
        yield tuple(json.loads(positions)), states


def paths(entries: Iterator[Entry], revision: Revision) -> dict[int, str]:
    """Where everybody of a revision stands on record, having gone a way that the table of moves allows."""
    stands = dict.fromkeys(range(revision.recipients), "h")
    for positions, states in entries:
        for index, position in enumerate(positions):
            assert State.UNKNOWN in NEXT[State(stands[position])]
            stands[position] = "u" if states is None else states[index]
            assert stands[position] == "u" or State(stands[position]) in NEXT[State.UNKNOWN]
    return stands
