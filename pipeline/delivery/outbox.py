"""A folder of `.eml` files: the transport that needs no account."""

import errno
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.clock import Clock
from pipeline.delivery.transport import Parcel, Sent, TransportTrouble
from pipeline.ledger.entry import BatchId, Outcome, State
from pipeline.render.message import assert_same_row


class Outbox:
    """Writes each message as `<campaign>/<revision>-<wave>-<batch>.<attempt>-<n>-<recipient>.eml`.

    The name of a recipient is a hash. A file is written whole under another name and then linked, so that
    a mail program never sees half a message; an existing file is never replaced.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Use `folder`, which is made when the first message comes."""
        self._folder = folder
        self._clock = clock

    def allowance(self) -> None:
        """A folder takes everything."""

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        """See the port. A full disk leaves the rest of the batch certainly unsent."""
        outcomes = [Outcome(State.HELD)] * len(parcels)
        try:
            (self._folder / batch.campaign).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return Sent(tuple(outcomes), _trouble(self._folder / batch.campaign, error))
        for number, parcel in enumerate(parcels):
            path = self._path(batch, number + 1, parcel)
            try:
                self._write(path, parcel)
            except FileExistsError:
                # Somebody wrote this very message before: the ledger does not know, so nobody may guess.
                outcomes[number] = Outcome(State.UNKNOWN, "already in the outbox")
            except OSError as error:
                return Sent(tuple(outcomes), _trouble(path.parent, error))
            else:
                outcomes[number] = Outcome(State.ACCEPTED)
        return Sent(tuple(outcomes))

    def _path(self, batch: BatchId, number: int, parcel: Parcel) -> Path:
        recipient = hashlib.sha256(parcel.recipient.id.encode()).hexdigest()[:12]
        name = (
            f"{batch.revision}-{batch.wave}-{batch.number:06d}.{batch.attempt}-{number:02d}-{recipient}.eml"
        )
        return self._folder / batch.campaign / name

    def _write(self, path: Path, parcel: Parcel) -> None:
        assert_same_row(parcel.message, parcel.recipient)
        content = parcel.message.as_email(self._clock.now())
        unfinished = path.with_suffix(".part")
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.link(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def _trouble(folder: Path, error: OSError) -> TransportTrouble:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    remedy = "Make room" if full else "Look at the folder and its permissions"
    return TransportTrouble(
        f"The outbox {folder} cannot take the message: {error.strerror}.",
        f"{remedy}, then deliver again: what was not written is still to be sent.",
    )
