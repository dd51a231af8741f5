"""The port: what every ledger promises."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from pipeline.ledger.entry import (
    Account,
    Batch,
    BatchId,
    Order,
    Reservation,
    Reserved,
    Revision,
    Settlement,
    Superseded,
    Taken,
    TestSend,
    WaveRecord,
)
from pipeline.ledger.hold import HeldBack, Hold, Lift
from pipeline.ledger.resolution import Overtaken, Resolution, Resolved, Undecided


class Ledger(Protocol):
    """What has happened; entries are added, never changed.

    Small and strongly consistent: every method is one transaction, and what one process has written
    every other sees. Raises PipelineError when the ledger cannot be read or written.
    """

    def campaigns(self) -> tuple[str, ...]:
        """Every campaign that it knows, sorted."""
        ...

    def record_order(self, order: Order) -> Order:
        """Remember the first sight of this content of this merge; returns what was remembered first."""
        ...

    def orders(self, campaign: str) -> tuple[Order, ...]:
        """Oldest first."""
        ...

    def record_test_send(self, test_send: TestSend) -> None:
        """Remember a test send."""
        ...

    def test_sends(self, campaign: str, digest: str) -> tuple[TestSend, ...]:
        """Those of exactly this content, oldest first."""
        ...

    def open_revision(self, revision: Revision) -> bool:
        """Begin a revision; False when somebody else was first.

        That is, when its number is not the next one, or when the revision before has not ended: its
        senders could still claim somebody whom the new audience counts as not reached.
        """
        ...

    def end_revision(self, campaign: str, number: int, at: datetime) -> None:
        """Say that nothing of this revision is reserved any more, before the next one is put together.

        From here on `reserve` answers Superseded, so whom it reached is known for good.
        """
        ...

    def has_ended(self, campaign: str, number: int) -> bool:
        """Whether `end_revision` was said of it."""
        ...

    def revisions(self, campaign: str) -> tuple[Revision, ...]:
        """Oldest first."""
        ...

    def last_of_segment(self, segment: str, *, other_than: str) -> Revision | None:
        """The newest revision of another campaign that was sent to this segment."""
        ...

    def reserve(self, reservation: Reservation) -> Reserved | Taken | HeldBack | Superseded:
        """Claim a batch, if no hold stands, in one transaction with the look at the holds.

        Claiming again with the same token answers Reserved, so that a lost answer is no lost batch; once
        the outcomes are written, or somebody has resolved it, it answers Taken, also to its own token. A
        follow-up is the next attempt of its batch, with exactly those who are held of all attempts before;
        anything else is Taken.
        """
        ...

    def settle(self, settlement: Settlement) -> bool:
        """Write the outcomes of a reserved batch; False when they were written before.

        Outcomes that come after a resolution are written all the same, and what they change of it is added
        as a resolution by the machine (`resolution.late_answer`).
        """
        ...

    def resolve(self, resolution: Resolution) -> Resolved | Overtaken | Superseded:
        """Add a word about the unknown of a batch, if the batch stands as the word was given for.

        Superseded when it orders a second try and nothing more of that revision is reserved. A second try
        is a follow-up: it has to be reserved like everything else.
        """
        ...

    def undecided(self, campaign: str) -> tuple[Undecided, ...]:
        """Batches with somebody whose outcome is unknown, of all revisions, in order."""
        ...

    def resolutions(self, campaign: str) -> tuple[Resolution, ...]:
        """Everything that was said afterwards, by batch, oldest first."""
        ...

    def open_batches(self, revision: Revision, wave: int) -> Iterator[Batch]:
        """What may still be reserved of a wave: untouched batches, then follow-ups, in order."""
        ...

    def waves(self, revision: Revision) -> Mapping[int, WaveRecord]:
        """The waves of which anything is reserved."""
        ...

    def account(self, campaign: str) -> Account:
        """The accounting over all revisions; all zero before the first one."""
        ...

    def reserved_positions(self, revision: Revision) -> Iterator[int]:
        """Positions of everybody who was reserved and is not known to have been left out."""
        ...

    def unsettled(self, campaign: str) -> tuple[BatchId, ...]:
        """Batches that are reserved without outcomes, and not resolved."""
        ...

    def place(self, hold: Hold) -> None:
        """Add a hold."""
        ...

    def lift(self, lift: Lift) -> None:
        """Say that a hold no longer stands."""
        ...

    def holds(self, campaign: str) -> tuple[Hold, ...]:
        """Placed and not lifted, for this campaign or for all; `*` gives only those for all."""
        ...

    def lifted(self, campaign: str) -> tuple[Hold, ...]:
        """Placed for this campaign, and lifted since."""
        ...

    def released_at(self, campaign: str) -> datetime | None:
        """When a person last lifted a hold on this campaign; who releases all has judged no single one."""
        ...

    def newest_entry_at(self) -> datetime | None:
        """The latest moment that any entry names; a clock that says less has gone backwards."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
