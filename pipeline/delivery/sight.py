"""One campaign as it stands: what main wants, what the ledger knows, what holds it, what is next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.delivery.intent import Intent, Ready
from pipeline.ledger.entry import Account, Order, Revision, WaveRecord
from pipeline.ledger.hold import Hold
from pipeline.plan.delivery_plan import DeliveryPlan


@dataclass(frozen=True, slots=True)
class Sight:
    """Read at one moment; everything below decides from this alone.

    `revision` is the newest; `ended` says that nothing more of it is reserved. `placed` are the holds that
    stand in the ledger. `released_at` is when a person last lifted one. `judged` are the waves whose gate
    a person has overruled.
    """

    campaign: str
    commit: str
    now: datetime
    intent: Intent
    order: Order | None
    revision: Revision | None
    ended: bool
    waves: Mapping[int, WaveRecord]
    account: Account
    placed: tuple[Hold, ...]
    released_at: datetime | None
    judged: frozenset[str]
    test_sent: bool

    @property
    def finished(self) -> bool:
        """Whether everybody of the last audience is settled or unknown. It stays so: sent once."""
        return self.revision is not None and self.account.held == 0

    @property
    def is_current(self) -> bool:
        """Whether the newest revision is the content that main has now, and may still be reserved from."""
        return (
            isinstance(self.intent, Ready)
            and self.revision is not None
            and not self.ended
            and self.revision.digest == self.intent.plan.digest
        )


@dataclass(frozen=True, slots=True)
class FreezeNow:
    """The audience of this content is not frozen yet."""


@dataclass(frozen=True, slots=True)
class SendWave:
    """A wave has recipients that nobody has claimed."""

    wave: int


@dataclass(frozen=True, slots=True)
class SoakUntil:
    """The wave has left; the gate is asked at `until`."""

    wave: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """Nobody is left to send to."""


Next = FreezeNow | SendWave | SoakUntil | Done


def next_step(sight: Sight, plan: DeliveryPlan) -> Next:
    """The first step of the plan that is not done."""
    if sight.finished:
        return Done()
    if not sight.is_current or sight.revision is None:
        return FreezeNow()
    ends = sight.revision.waves
    for wave, end in enumerate(ends, 1):
        record = sight.waves.get(wave)
        size = end - (ends[wave - 2] if wave > 1 else 0)
        if record is None or record.reserved < size or record.deferred:
            return SendWave(wave)
        if wave < len(ends) and wave + 1 not in sight.waves:
            until = record.last_entry_at + plan.soak
            if sight.now < until:
                return SoakUntil(wave, until)
    return Done()


def due_at(sight: Sight, plan: DeliveryPlan, step: Next) -> datetime | None:
    """When a step that sends was meant to happen: what being late is measured from."""
    if sight.order is None or isinstance(step, SoakUntil | Done):
        return None
    meant = plan.send_at or sight.order.seen_at + plan.undo_window
    match step:
        case SendWave(wave) if wave in sight.waves:
            meant = max(meant, sight.waves[wave].last_entry_at)
        case SendWave(wave) if wave - 1 in sight.waves:
            meant = max(meant, sight.waves[wave - 1].last_entry_at + plan.soak)
        case _:
            pass
    return meant if sight.released_at is None else max(meant, sight.released_at)
