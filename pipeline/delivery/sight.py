"""One campaign as it stands: what main wants, what the ledger knows, what holds it, what is next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from pipeline.delivery.intent import Intent, Ready
from pipeline.feedback.heard import Heard
from pipeline.ledger.entry import Account, Order, Revision, WaveRecord
from pipeline.ledger.hold import Hold
from pipeline.plan.delivery_plan import DeliveryPlan, Freeze, Send, Soak, Step, steps


@dataclass(frozen=True, slots=True)
class Sight:
    """Read at one moment; everything below decides from this alone.

    `revision` is the newest; `ended` says that nothing more of it is reserved. `placed` are the holds that
    stand in the ledger. `released_at` is when a person last lifted one of this campaign's own. `judged` are
    the gate's questions that a person has answered. `under_way` counts those of `account.unknown` whose
    call has no outcome at all yet. `heard` is None where no events are read. `was_in_trouble` are the lifted
    holds of a transport in trouble: one for each try that failed before the last one.
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
    #: Why a branch on the remote holds it.
    halted: str | None = None
    under_way: int = 0
    heard: Heard | None = None
    was_in_trouble: tuple[Hold, ...] = ()

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


def next_step(sight: Sight, plan: DeliveryPlan) -> Step | None:
    """The first step of the plan that is not done; None when nobody is left to send to.

    It walks the very list that the plan showed; only the end of a soak is counted from what happened.
    """
    if sight.finished:
        return None
    recipients = sight.revision.recipients if sight.revision else 0
    seen_at = sight.order.seen_at if sight.order else sight.now
    open_steps = (_what_is_left(sight, plan, step) for step in steps(plan, recipients, seen_at))
    return next((step for step in open_steps if step is not None), None)


def _what_is_left(sight: Sight, plan: DeliveryPlan, step: Step) -> Step | None:
    """The step, if it is not done."""
    match step:
        case Freeze():
            return None if sight.is_current else step
        case Send(wave, size):
            record = sight.waves.get(wave)
            is_open = record is None or record.reserved < size or bool(record.deferred)
            return step if is_open else None
        case Soak(wave):
            until = sight.waves[wave].last_entry_at + plan.soak
            is_over = wave + 1 in sight.waves or sight.now >= until
            return None if is_over else Soak(wave, until)
        case _:
            assert_never(step)


def due_at(sight: Sight, plan: DeliveryPlan, step: Step | None) -> datetime | None:
    """When a step that sends was meant to happen: what being late is measured from."""
    if sight.order is None or step is None or isinstance(step, Soak):
        return None
    meant = plan.send_at or sight.order.seen_at + plan.undo_window
    match step:
        case Send(wave) if wave in sight.waves:
            meant = max(meant, sight.waves[wave].last_entry_at)
        case Send(wave) if wave - 1 in sight.waves:
            meant = max(meant, sight.waves[wave - 1].last_entry_at + plan.soak)
        case _:
            pass
    return meant if sight.released_at is None else max(meant, sight.released_at)
