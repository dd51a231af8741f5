"""The loop: look, take the first step that is due, look again; safe to run twice, and after a kill."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from pipeline.delivery import gate
from pipeline.delivery.audience_now import marker, open_frozen, put_together, rule_now
from pipeline.delivery.conditions import holds_of, late_reason, verdict
from pipeline.delivery.flight import Flight
from pipeline.delivery.green import blocking_sentence
from pipeline.delivery.intent import Intent, NotReady, Ready, Unreadable, intent_of
from pipeline.delivery.looking import (
    assert_clock_goes_forward,
    assert_ledger_is_whole,
    campaigns_of,
    halted_now,
    look,
    marker_key,
)
from pipeline.delivery.own_holds import held_by_transport_trouble, keep_machine_hold, place_once
from pipeline.delivery.progress import assert_no_old_copy, mark
from pipeline.delivery.sending import Claimed, Prepared, Sending
from pipeline.delivery.sight import Sight, next_step
from pipeline.delivery.status import Status, status_of
from pipeline.delivery.stopping import end_what_was_stopped, lets_go_of_stop
from pipeline.delivery.world import World
from pipeline.errors import PipelineError
from pipeline.ledger.entry import Revision, Taken
from pipeline.ledger.hold import HoldKind
from pipeline.plan.calendar import quiet_until
from pipeline.plan.delivery_plan import Freeze, Send, Soak
from pipeline.plan.waves import BATCH_MAX
from pipeline.render.of_campaign import mail_source

#: Our own verdicts on the moment: they are not asked about, they are found again.
_FOUND_ANEW = frozenset({HoldKind.CHECKLIST, HoldKind.BOUNDS, HoldKind.QUOTA, HoldKind.TRANSPORT})


#: In a long wave everything is looked at again so often: the gate, the quota, the checklist.
_LOOK_AGAIN: Final = timedelta(minutes=5)
#: So often the other side may take nothing at all before a pass leaves it to the next one.
_PATIENCE: Final = 5


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one pass did: how every campaign stands, and what was broken on the way."""

    statuses: tuple[Status, ...]
    troubles: tuple[PipelineError, ...]

    @property
    def next_due(self) -> datetime | None:
        """When something is due that only waits for time; None when nothing does."""
        return min((s.next_due for s in self.statuses if s.next_due is not None), default=None)


def deliver(world: World, only: Collection[str] = ()) -> Delivered:
    """Take every safe step that is due, for every campaign or `only` some, and return.

    One campaign that is in trouble does not stop the others; PipelineError is raised only where nothing
    can be decided at all: main, clock or ledger.
    """
    assert_clock_goes_forward(world)
    assert_ledger_is_whole(world.ledger, world.archive)
    statuses: list[Status] = []
    troubles: list[PipelineError] = []
    for campaign in campaigns_of(world):
        if only and campaign not in only:
            continue
        if world.stopping():
            break
        with _kept_apart(world, campaign, troubles), held_by_transport_trouble(world, campaign):
            advance(world, campaign)
        with _kept_apart(world, campaign, troubles):
            sight = look(world, campaign, remember=False)
            statuses.append(status_of(sight))
            world.show(sight)
    return Delivered(tuple(statuses), tuple(troubles))


@contextmanager
def _kept_apart(world: World, campaign: str, troubles: list[PipelineError]) -> Iterator[None]:
    """Note what goes wrong with one campaign, once, so that the others are still looked at."""
    try:
        yield
    except PipelineError as trouble:
        if all(trouble.sentence != known.sentence for known in troubles):
            troubles.append(trouble)
            world.narrate(campaign, trouble.sentence)


def advance(world: World, campaign: str) -> None:
    """Take the due steps of one campaign until something holds it, or nothing is left to do."""
    before: tuple[Revision | None, int] | None = None
    in_vain = 0
    while not world.stopping():
        sight = look(world, campaign)
        world.show(sight)
        reached = (sight.revision, sight.account.held)
        in_vain = in_vain + 1 if reached == before else 0
        before = reached
        if in_vain == _PATIENCE:
            world.narrate(campaign, f"nothing was taken {_PATIENCE} times in a row; the next run tries again")
            return
        match sight.intent:
            case NotReady():
                end_what_was_stopped(world.ledger, campaign, world.clock, world.narrate)
                return
            case Unreadable():
                return
            case Ready() as ready:
                if lets_go_of_stop(world.main, world.ledger, campaign, ready.merge, world.clock):
                    continue
                if not _takes_a_step(world, sight, ready):
                    return


def _takes_a_step(world: World, sight: Sight, ready: Ready) -> bool:
    """Take the first step that is due; False when there is none, or something holds it."""
    if sight.finished or _ask_when_late(world, sight) or _held(world, sight, ready):
        return False
    step = next_step(sight, ready.plan)
    match step:
        case Freeze():
            return _freeze(world, sight, ready)
        case Send(wave):
            _send_wave(world, sight, ready, wave)
            return True
        case Soak() | None:
            return False
        case _:
            assert_never(step)


def _ask_when_late(world: World, sight: Sight) -> bool:
    reason = late_reason(sight)
    if reason is None:
        return False
    place_once(world, sight.campaign, HoldKind.LATE, reason)
    return True


def _held(world: World, sight: Sight, ready: Ready) -> bool:
    """Whether anything but our own earlier verdict holds it; that is found anew, at once or after a wait."""
    if any(hold.kind not in _FOUND_ANEW or hold.until is not None for hold in holds_of(sight)):
        return True
    used_up = _quota_used_up(world, sight)
    keep_machine_hold(world, sight, HoldKind.TRANSPORT, None)
    keep_machine_hold(world, sight, HoldKind.QUOTA, used_up)
    if used_up is not None:
        return True
    red = blocking_sentence(world, sight.commit, sight.campaign)
    keep_machine_hold(world, sight, HoldKind.CHECKLIST, red)
    return red is not None or not _passes_the_gate(world, sight, ready)


def _quota_used_up(world: World, sight: Sight) -> str | None:
    """Why nothing more leaves today; a batch is never begun that today's quota does not cover."""
    allowance = world.transport.allowance()
    if allowance is None or allowance.left_today is None:
        return None
    largest = BATCH_MAX
    if sight.revision is not None:
        largest = min(max(sight.revision.batch_sizes, default=BATCH_MAX), sight.account.held)
    if allowance.left_today >= largest:
        return None
    return "the account's quota of 24 hours is used up; the rest goes by itself when there is room again"


def _passes_the_gate(world: World, sight: Sight, ready: Ready) -> bool:
    """Ask the gate about what has left so far; over a limit it stops by itself."""
    said = verdict(sight, ready)
    if isinstance(said, gate.HoldBack):
        place_once(world, sight.campaign, HoldKind.GATE, said.reason, about=said.about)
    return isinstance(said, gate.Proceed)


def _freeze(world: World, sight: Sight, ready: Ready) -> bool:
    """Begin the next revision; False when the audience is not what was approved."""
    if sight.revision is not None:
        world.ledger.end_revision(sight.campaign, sight.revision.number, world.clock.now())
    made = put_together(world, sight, ready.plan, ready.policy.audience.growth_max)
    keep_machine_hold(world, sight, HoldKind.BOUNDS, None if isinstance(made, Revision) else "; ".join(made))
    if not isinstance(made, Revision):
        return False
    if world.ledger.open_revision(made):
        excluded = sum(made.excluded.values())
        world.narrate(
            sight.campaign, f"audience frozen: {made.recipients:,} recipients, {excluded:,} excluded"
        )
    return True


def _send_wave(world: World, sight: Sight, ready: Ready, wave: int) -> None:
    """Send the batches of a wave until it is done or anything says stop."""
    revision = sight.revision
    assert revision is not None, "a wave belongs to a revision"
    # Before the first message: from now on a ledger that does not know this delivery is a lost one.
    world.archive.create(marker_key(revision), marker(revision))
    assert_no_old_copy(world, revision)
    mark(world, revision)
    rest = f" goes on, {sight.account.held:,} have not left yet" if wave in sight.waves else ""
    world.narrate(sight.campaign, f"wave {wave} of {len(revision.waves)}{rest}")
    _send_batches(world, sight, ready, revision, wave)
    mark(world, revision)


def _send_batches(world: World, sight: Sight, ready: Ready, revision: Revision, wave: int) -> None:
    source = mail_source(world.main.workspace(sight.commit), sight.campaign)
    allowance = world.transport.allowance()
    left_today = allowance.left_today if allowance else None
    rate = min(ready.plan.rate, allowance.rate) if allowance else ready.plan.rate
    pace = world.pacing(rate, ready.policy.pace)
    brake = Brake(world, sight, ready)
    rule = rule_now(world, sight.commit, sight.campaign)
    begun = world.clock.now()
    with (
        Sending(world, revision, rule, source, open_frozen(world, revision)) as sending,
        Flight(world.transport, world.executor, world.in_flight, sending.settle, pace.slow_down) as flight,
    ):
        for prepared in sending.prepared(world.ledger.open_batches(revision, wave)):
            if world.clock.now() - begun > _LOOK_AGAIN:
                return
            if left_today is not None:
                left_today -= len(prepared.recipients)
                if left_today < 0:
                    # Looking again finds that the quota is used up, and says so.
                    return
            pace.take(recipient.address for recipient in prepared.recipients)
            claimed = sending.claim(prepared, brake.lets_go)
            if isinstance(claimed, Taken):
                continue
            if not isinstance(claimed, Claimed):
                return
            flight.start(claimed)
            _tell_of_batch(world, prepared)
            if prepared.failures or flight.trouble is not None:
                # The gate decides whether so many are too many before anything more leaves.
                return


def _tell_of_batch(world: World, prepared: Prepared) -> None:
    batch = prepared.batch
    for failure in prepared.failures.values():
        world.narrate(batch.id.campaign, f"one message could not be rendered: {failure}")
    world.narrate(
        batch.id.campaign, f"batch {batch.id.number} of wave {batch.id.wave}: {len(batch.positions)}"
    )


class Brake:
    """Asked before every batch: does main still want exactly this, has it been agreed to, may it leave now.

    With a remote its answer is at most two seconds old, or there is none and nothing leaves.

    Holds in the ledger are looked at by the reservation itself, in its own transaction.
    """

    def __init__(self, world: World, sight: Sight, ready: Ready) -> None:
        self._world = world
        self._ready = ready
        self._same_at = {sight.commit}

    def lets_go(self) -> bool:
        """Whether the next batch may be reserved; raises PipelineError when main cannot be read."""
        if self._world.stopping():
            return False
        commit, plan = self._world.main.commit(), self._ready.plan
        if commit not in self._same_at:
            if not self._same(intent_of(self._world, commit, plan.campaign)):
                return False
            self._same_at.add(commit)
        if halted_now(self._world, plan.campaign) is not None:
            return False
        return quiet_until(self._world.clock.now(), plan.quiet, plan.zone) is None

    def _same(self, intent: Intent) -> bool:
        """Whether main moved without touching this delivery: content, plan, people and rules are the same."""
        ready = self._ready
        return (
            isinstance(intent, Ready)
            and (intent.plan, intent.merge, intent.consent) == (ready.plan, ready.merge, ready.consent)
            and intent.policy == ready.policy
        )
