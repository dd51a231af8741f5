"""A delivery played without consequences: nothing leaves, nothing is written to the archive."""

from collections.abc import Iterator, Sequence

from pipeline.archive.store import Archive
from pipeline.delivery.transport import Parcel, Sent
from pipeline.ledger.entry import BatchId, Outcome, State
from pipeline.render.message import assert_same_row


class RehearsedTransport:
    """Takes every message and does nothing with it."""

    def allowance(self) -> None:
        """Nothing is asked of anybody."""

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        """Everything is accepted; the last comparison of row and message is made all the same."""
        for parcel in parcels:
            assert_same_row(parcel.message, parcel.recipient)
        del batch
        return Sent(tuple(Outcome(State.ACCEPTED) for _ in parcels))


class RehearsedArchive:
    """Reads from a real archive, and remembers in memory what would be written."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._written: dict[str, bytes] = {}

    def create(self, key: str, data: bytes) -> bool:
        """See the port."""
        new = not self.exists(key)
        self._written[key] = data
        return new

    def read(self, key: str) -> bytes:
        """See the port."""
        return self._written[key] if key in self._written else self._archive.read(key)

    def exists(self, key: str) -> bool:
        """See the port."""
        return key in self._written or self._archive.exists(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """See the port."""
        yield from sorted({*self._archive.keys(prefix), *(k for k in self._written if k.startswith(prefix))})
