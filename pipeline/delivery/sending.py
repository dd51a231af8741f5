"""One batch: who may still get it, their messages, the reservation, the call, the outcomes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Self

from pipeline.audience.contacts import Standing
from pipeline.audience.frozen import FrozenAudience
from pipeline.audience.rule import AudienceRule
from pipeline.delivery.gate import RENDERING
from pipeline.delivery.transport import Parcel
from pipeline.delivery.world import World
from pipeline.ledger.entry import (
    Batch,
    BatchId,
    Outcome,
    Reservation,
    Reserved,
    Revision,
    Settlement,
    State,
    Superseded,
    Taken,
)
from pipeline.ledger.hold import HeldBack
from pipeline.models.recipient import Recipient
from pipeline.render.failure import RenderFailure
from pipeline.render.message import recipient_tag
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource

Reply = Reserved | Taken | HeldBack | Superseded


class Sending:
    """The sending of one revision. A context manager: it keeps a render child and the contacts open."""

    def __init__(
        self, world: World, revision: Revision, rule: AudienceRule, source: MailSource, frozen: FrozenAudience
    ) -> None:
        self._world = world
        self._revision = revision
        self._rule = rule
        self._source = source
        self._frozen = frozen
        self._open = ExitStack()
        self._standing: Standing | None = None
        self._fingerprint = ""

    def __enter__(self) -> Self:
        self._renderer = self._open.enter_context(Renderer(self._source, self._world.key))
        return self

    def __exit__(self, *_: object) -> None:
        if self._standing is not None:
            self._standing.__exit__()
        self._open.close()

    def send(self, batch: Batch, may_leave: Callable[[], bool]) -> tuple[Reply, int]:
        """Send one batch, and say how the reservation went and how many could not be rendered.

        `may_leave` is asked after the messages are ready and again when the batch is reserved: a stop
        that comes in between finds everybody still here, and they go back to held.
        """
        recipients = [self._frozen.recipients(p, p + 1)[0] for p in batch.positions]
        outcomes, parcels = self._prepare(batch.id, recipients)
        if not may_leave():
            return HeldBack(()), 0
        reservation = Reservation(batch, self._token(batch.id), self._world.clock.now())
        reply = self._world.ledger.reserve(reservation)
        if not isinstance(reply, Reserved):
            return reply, 0
        if not self._still(batch.id, may_leave, len(recipients)):
            return HeldBack(()), 0
        sent = self._world.transport.send(batch.id, list(parcels.values())) if parcels else None
        if sent is not None:
            outcomes |= dict(zip(parcels, sent.outcomes, strict=True))
        self._settle(batch.id, [outcomes[n] for n in range(len(recipients))])
        if sent is not None and sent.trouble is not None:
            raise sent.trouble
        return reply, sum(outcome.reason == RENDERING for outcome in outcomes.values())

    def _still(self, batch: BatchId, may_leave: Callable[[], bool], size: int) -> bool:
        """Ask once more, now that the batch is ours; a no, or no answer, gives everybody back as held."""
        leaves = False
        try:
            leaves = may_leave()
        finally:
            if not leaves:
                self._settle(batch, [Outcome(State.HELD)] * size)
        return leaves

    def _prepare(
        self, batch: BatchId, recipients: Sequence[Recipient]
    ) -> tuple[dict[int, Outcome], dict[int, Parcel]]:
        """Outcomes of those who get nothing, and parcels for the others, by their place in the batch."""
        reasons = self._now().reasons(recipients)
        outcomes = {
            n: Outcome(State.EXCLUDED, reasons[r.id].value)
            for n, r in enumerate(recipients)
            if r.id in reasons
        }
        left = {n: r for n, r in enumerate(recipients) if n not in outcomes}
        messages = self._renderer.render(list(left.values()), lambda r: self._tags(batch, r))
        parcels = {}
        for (n, recipient), message in zip(left.items(), messages, strict=True):
            if isinstance(message, RenderFailure):
                outcomes[n] = Outcome(State.REFUSED, RENDERING)
                self._world.narrate(batch.campaign, f"one message could not be rendered: {message}")
            else:
                parcels[n] = Parcel(recipient, message)
        return outcomes, parcels

    def _now(self) -> Standing:
        """The present judgement about people; made anew whenever one of its files has changed."""
        fingerprint = self._world.contacts.fingerprint(self._rule)
        if self._standing is None or fingerprint != self._fingerprint:
            if self._standing is not None:
                self._standing.__exit__()
            self._standing = self._world.contacts.standing(self._rule)
            self._fingerprint = fingerprint
        return self._standing

    def _settle(self, batch: BatchId, outcomes: Sequence[Outcome]) -> None:
        self._world.ledger.settle(Settlement(batch, tuple(outcomes), self._world.clock.now()))

    def _token(self, batch: BatchId) -> str:
        return hashlib.sha256(f"{self._world.sender}\n{batch}".encode()).hexdigest()[:32]

    def _tags(self, batch: BatchId, recipient: Recipient) -> Mapping[str, str]:
        return {
            "campaign": batch.campaign,
            "revision": str(batch.revision),
            "wave": str(batch.wave),
            "batch": f"{batch.number}-{batch.attempt}",
            "recipient": recipient_tag(batch.campaign, recipient.id),
        }
