"""The port: a batch of messages leaves, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.errors import PipelineError
from pipeline.ledger.entry import BatchId, Outcome
from pipeline.models.recipient import Recipient
from pipeline.render.message import Message


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message beside the row it was made for: compared once more before it leaves."""

    recipient: Recipient
    message: Message


class TransportTrouble(PipelineError):
    """The transport refuses to send, or cannot be reached: it stops the sender, and holds the campaign."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One outcome a parcel, in their order; `trouble` is a broken environment that stops the sender.

    `slow_down` says that the other side would take the rest later: nothing is broken, it was too much.
    """

    outcomes: tuple[Outcome, ...]
    trouble: TransportTrouble | None = None
    slow_down: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the other side takes: recipients per second, and how many more today (None: no limit)."""

    rate: float
    left_today: int | None


class Transport(Protocol):
    """Something that takes mail."""

    def allowance(self) -> Allowance | None:
        """What it would take now; None when it takes everything. Raises TransportTrouble when unreadable."""
        ...

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        """Hand over one batch, once.

        HELD as an outcome says that this one was certainly not sent; whatever is not certain is UNKNOWN.
        """
        ...
