"""One batch: who may still get it, their messages, the reservation, the call, the outcomes."""

import gc
import hashlib
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final, Self

from pipeline.audience.frozen import FrozenAudience
from pipeline.audience.rule import AudienceRule
from pipeline.delivery.gate import RENDERING
from pipeline.delivery.standing_now import StandingNow
from pipeline.delivery.transport import Parcel, Sent
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
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource

Refusal = Taken | HeldBack | Superseded

#: Threads that share the child: while one makes messages of its answer, the other has asked already.
_ASKING: Final = 2
#: For how long one of our threads may compute while others wait for their turn, in seconds. Whoever claims a
#: batch waits for disk and git a dozen times, and after each wait as long as this for a thread that computes.
_TURN: Final = 0.001
#: Batches whose messages are made before their turn comes.
_MADE_AHEAD: Final = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch with its messages made: `parcels` and `failures` by the place of a recipient in the batch."""

    batch: Batch
    recipients: tuple[Recipient, ...]
    parcels: Mapping[int, Parcel]
    failures: Mapping[int, RenderFailure]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A batch that is ours: whom to leave out, and what is to leave. One call, then one settlement."""

    prepared: Prepared
    settled: Mapping[int, Outcome]
    parcels: Mapping[int, Parcel]


class Sending:
    """The sending of one revision. A context manager: it keeps a render child and the contacts open.

    Messages are made ahead, in a thread of their own, while earlier batches are under way; everything that
    decides whether somebody gets his message happens after that, at the reservation.
    """

    def __init__(
        self, world: World, revision: Revision, rule: AudienceRule, source: MailSource, frozen: FrozenAudience
    ) -> None:
        self._world = world
        self._revision = revision
        self._rule = rule
        self._source = source
        self._frozen = frozen
        self._open = ExitStack()

    def __enter__(self) -> Self:
        # First: it looks for the files, and where one is missing nothing else has begun.
        self._standing = self._open.enter_context(StandingNow(self._world.contacts, self._rule))
        self._open.enter_context(_nothing_old_searched())
        self._open.enter_context(_short_turns())
        self._renderer = self._open.enter_context(Renderer(self._source, self._world.key))
        self._ahead = self._open.enter_context(ThreadPoolExecutor(_ASKING, thread_name_prefix="render"))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def prepared(self, batches: Iterable[Batch]) -> Iterator[Prepared]:
        """The batches in their order, each with its messages, made a little ahead."""
        waiting: deque[Future[Prepared]] = deque()
        try:
            for batch in batches:
                waiting.append(self._ahead.submit(self._prepare, batch))
                if len(waiting) > _MADE_AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def claim(self, prepared: Prepared, may_leave: Callable[[], bool]) -> Claimed | Refusal:
        """Reserve a batch, for those who may still get it.

        `may_leave` is asked before the reservation and again after it: a stop that comes in between finds
        everybody still here, and they go back to held.
        """
        batch = prepared.batch
        if not may_leave():
            return HeldBack(())
        reasons = self._standing.reasons(prepared.recipients)
        reservation = Reservation(batch, self._token(batch.id), self._world.clock.now())
        reply = self._world.ledger.reserve(reservation)
        if not isinstance(reply, Reserved):
            return reply
        if not self._still(batch.id, may_leave, len(batch.positions)):
            return HeldBack(())
        settled = {n: Outcome(State.REFUSED, RENDERING) for n in prepared.failures}
        settled |= {
            n: Outcome(State.EXCLUDED, reasons[r.id].value)
            for n, r in enumerate(prepared.recipients)
            if r.id in reasons
        }
        parcels = {n: parcel for n, parcel in prepared.parcels.items() if n not in settled}
        return Claimed(prepared, settled, parcels)

    def settle(self, claimed: Claimed, sent: Sent) -> None:
        """Write what became of everybody of a batch."""
        outcomes = {**claimed.settled, **dict(zip(claimed.parcels, sent.outcomes, strict=True))}
        batch = claimed.prepared.batch
        self._settle(batch.id, [outcomes[n] for n in range(len(batch.positions))])

    def _still(self, batch: BatchId, may_leave: Callable[[], bool], size: int) -> bool:
        """Ask once more, now that the batch is ours; a no, or no answer, gives everybody back as held."""
        leaves = False
        try:
            leaves = may_leave()
        finally:
            if not leaves:
                self._settle(batch, [Outcome(State.HELD)] * size)
        return leaves

    def _prepare(self, batch: Batch) -> Prepared:
        recipients = self._frozen.at(batch.positions)
        messages = self._renderer.render(recipients, _tags(batch.id))
        made = list(enumerate(zip(recipients, messages, strict=True)))
        return Prepared(
            batch,
            recipients,
            {n: Parcel(r, message) for n, (r, message) in made if isinstance(message, Message)},
            {n: message for n, (_, message) in made if isinstance(message, RenderFailure)},
        )

    def _settle(self, batch: BatchId, outcomes: Sequence[Outcome]) -> None:
        self._world.ledger.settle(Settlement(batch, tuple(outcomes), self._world.clock.now()))

    def _token(self, batch: BatchId) -> str:
        return hashlib.sha256(f"{self._world.sender}\n{batch}".encode()).hexdigest()[:32]


@contextmanager
def _nothing_old_searched() -> Iterator[None]:
    """Spare Python's search for garbage what lives as long as the process: the models of AWS, the campaign.

    It would walk through all of that again and again, because every recipient is a few new objects.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def _short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _tags(batch: BatchId) -> dict[str, str]:
    return {
        "campaign": batch.campaign,
        "revision": str(batch.revision),
        "wave": str(batch.wave),
        "batch": f"{batch.number}-{batch.attempt}",
    }
