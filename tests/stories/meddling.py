"""Bad luck at an exact moment: the real ledger and the real outbox, with something happening in between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from pipeline.delivery.transport import Allowance, Parcel, Sent, Transport
from pipeline.delivery.world import World
from pipeline.ledger.entry import BatchId, Reservation, Reserved
from pipeline.ledger.store import Ledger

#: `reserved`: a batch is ours, its call has not begun. `called`: the call is over, its outcome not recorded.
#: `settled`: the outcome is recorded, the next batch has not begun.
Moment = Literal["reserved", "called", "settled"]


@dataclass(slots=True)
class Meddle:
    """`act` happens at the `nth` such moment of a pass, once; `calls` are those that reached the outbox."""

    at: Moment
    act: Callable[[], object]
    nth: int = 1
    calls: list[BatchId] = field(default_factory=list)

    def passes(self, moment: Moment) -> None:
        """It is such a moment."""
        if moment == self.at:
            self.nth -= 1
            if self.nth == 0:
                self.act()


class _Ledger:
    """The real one; something happens right behind a reservation or a settlement."""

    def __init__(self, real: Ledger, meddle: Meddle) -> None:
        self._real = real
        self._meddle = meddle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def reserve(self, reservation: Reservation) -> object:
        reply = self._real.reserve(reservation)
        if isinstance(reply, Reserved):
            self._meddle.passes("reserved")
        return reply

    def settle(self, settlement: Any) -> bool:
        settled = self._real.settle(settlement)
        self._meddle.passes("settled")
        return settled


class _Transport:
    """The real one; something happens right behind a call."""

    def __init__(self, real: Transport, meddle: Meddle) -> None:
        self._real = real
        self._meddle = meddle

    def allowance(self) -> Allowance | None:
        return self._real.allowance()

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        self._meddle.calls.append(batch)
        sent = self._real.send(batch, parcels)
        self._meddle.passes("called")
        return sent


def meddled(world: World, meddle: Meddle) -> World:
    """The same world, in which `meddle` happens."""
    ledger = cast("Ledger", _Ledger(world.ledger, meddle))
    return replace(world, ledger=ledger, transport=_Transport(world.transport, meddle))
