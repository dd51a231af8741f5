"""Settling what is unknown: by events, or by a person's word on record."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, assert_never

from pipeline.archive.store import Archive
from pipeline.audience.frozen import FrozenAudience
from pipeline.clock import Clock
from pipeline.delivery.gate import RENDERING
from pipeline.errors import Refused
from pipeline.feedback.event import MessageName
from pipeline.feedback.kept import Kept
from pipeline.feedback.proof import Proof, proofs
from pipeline.ledger.entry import Outcome, State, Superseded
from pipeline.ledger.hold import MACHINE
from pipeline.ledger.resolution import NOT_SENT, Overtaken, Resolved, Undecided
from pipeline.ledger.store import Ledger
from pipeline.models.recipient import Recipient
from pipeline.render.message import recipient_tag

#: A sender may still be at it: two dozen calls for a batch at the very most, each of which waits a minute for
#: its answer (`delivery.ses`, `delivery.ses_round`). Whoever judges earlier judges a mail that is leaving.
SETTLES_WITHIN: Final = timedelta(minutes=30)

SENT: Final = Outcome(State.ACCEPTED)
NOT: Final = Outcome(State.REFUSED, NOT_SENT)
AGAIN: Final = Outcome(State.HELD)

#: The outcome of the recipient at a place of a batch; None where nothing is said about them.
Judge = Callable[[Undecided, int], Outcome | None]


@dataclass(slots=True)
class Told:
    """What became of a resolution, in recipients."""

    resolved: Counter[State] = field(default_factory=Counter)
    #: Meant, but not touched: their sender may still be at work.
    too_young: int = 0
    #: Meant, but something was written about their batch at the same moment.
    overtaken: int = 0
    #: A second try was ordered, and nothing more of their delivery is sent.
    ended: int = 0

    @property
    def complete(self) -> bool:
        """Whether anybody was meant, and everybody who was is resolved."""
        return bool(self.resolved) and not (self.too_young or self.overtaken or self.ended)


def may_be_under_way(undecided: Undecided, now: datetime) -> bool:
    """Whether its sender may still be making the call."""
    return undecided.settled_at is None and now < undecided.reserved_at + SETTLES_WITHIN


def resolve(ledger: Ledger, clock: Clock, campaign: str, judge: Judge, *, reason: str, by: str) -> Told:
    """Put on record what `judge` says about everybody who is unknown.

    Raises Refused without a reason. What an order of a second try means is said in `pipeline.ledger.store`.
    """
    if not reason.strip():
        raise Refused("A reason is needed; it stays on record.", "Give one with --reason.")
    told, now = Told(), clock.now()
    for undecided in ledger.undecided(campaign):
        said = {place: outcome for place in undecided.places if (outcome := judge(undecided, place))}
        if not said:
            continue
        if may_be_under_way(undecided, now):
            told.too_young += len(said)
            continue
        answer = ledger.resolve(undecided.resolved(said, reason=reason, by=by, at=now))
        match answer:
            case Resolved():
                told.resolved.update(outcome.state for outcome in said.values())
            case Overtaken():
                told.overtaken += len(said)
            case Superseded():
                told.ended += len(said)
            case _:
                assert_never(answer)
    return told


class People:
    """Who stands at a place of a batch, read from the frozen audiences."""

    def __init__(self, ledger: Ledger, archive: Archive, campaign: str) -> None:
        self._archive = archive
        self._revisions = {revision.number: revision for revision in ledger.revisions(campaign)}
        self._frozen: dict[int, FrozenAudience] = {}

    def at(self, undecided: Undecided, place: int) -> Recipient:
        """The recipient. Raises PipelineError when the archive does not have the audience."""
        number = undecided.batch.id.revision
        if number not in self._frozen:
            revision = self._revisions[number]
            self._frozen[number] = FrozenAudience.open(self._archive, revision.campaign, revision.audience)
        position = undecided.batch.positions[place]
        [recipient] = self._frozen[number].recipients(position, position + 1)
        return recipient


def by_batch(wave: int, number: int, outcome: Outcome) -> Judge:
    """Everybody of one batch, in whatever revision and attempt."""

    def judge(undecided: Undecided, _place: int) -> Outcome | None:
        batch = undecided.batch.id
        return outcome if (batch.wave, batch.number) == (wave, number) else None

    return judge


def by_name(people: People, names: frozenset[str], outcome: Outcome) -> Judge:
    """Those whose id in the contacts, or whose tag on the messages, is among `names`."""

    def judge(undecided: Undecided, place: int) -> Outcome | None:
        recipient = people.at(undecided, place)
        tag = recipient_tag(undecided.batch.id.campaign, recipient.id)
        return outcome if {recipient.id, tag} & names else None

    return judge


def by_proof(people: People, proved: Mapping[MessageName, Proof]) -> Judge:
    """Those of whose message something is proved."""
    batches = {message.batch for message in proved}

    def judge(undecided: Undecided, place: int) -> Outcome | None:
        batch = undecided.batch.id
        if batch not in batches:
            return None
        tag = recipient_tag(batch.campaign, people.at(undecided, place).id)
        proof = proved.get(MessageName(batch, tag))
        return None if proof is None else _OUTCOMES[proof]

    return judge


_OUTCOMES: Final[Mapping[Proof, Outcome]] = {
    Proof.SENT: SENT,
    Proof.REJECTED: Outcome(State.REFUSED, "ses: Reject"),
    Proof.UNRENDERED: Outcome(State.REFUSED, RENDERING),
}


def resolve_by_events(ledger: Ledger, archive: Archive, clock: Clock, campaign: str, kept: Kept) -> Told:
    """Put on record what the events that are kept prove about everybody who is unknown.

    Also what came while their sender might still have been at work, and could not be said then.
    """
    batches = frozenset(undecided.batch.id for undecided in ledger.undecided(campaign))
    if not batches:
        return Told()
    judge = by_proof(People(ledger, archive, campaign), proofs(kept.events(campaign, batches)))
    return resolve(ledger, clock, campaign, judge, reason="events of Amazon SES", by=MACHINE)


def everybody(outcome: Outcome) -> Judge:
    """Everybody who is unknown."""
    return lambda _undecided, _place: outcome
