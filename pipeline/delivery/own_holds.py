"""Holds that the machine places: once each, and lifted by itself where it may."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pipeline.delivery.sight import Sight
from pipeline.delivery.transport import TransportTrouble
from pipeline.delivery.world import World
from pipeline.errors import PipelineError
from pipeline.ledger.hold import LIFTED_BY_A_PERSON, MACHINE, Hold, HoldKind, Lift


def place_once(world: World, campaign: str, kind: HoldKind, reason: str, *, about: str = "") -> None:
    """Place a hold that a person has to lift, unless one of its kind stands."""
    if any(hold.kind is kind and hold.scope == campaign for hold in world.ledger.holds(campaign)):
        return
    world.narrate(campaign, f"holds: {reason}")
    world.ledger.place(Hold(campaign, kind, reason, MACHINE, world.clock.now(), about))


def keep_machine_hold(world: World, sight: Sight, kind: HoldKind, reason: str | None) -> None:
    """Let a hold of the machine's own say `reason`, and stand no longer when there is none."""
    _keep(world, sight.placed, Hold(sight.campaign, kind, reason or "", MACHINE, world.clock.now()))


@contextmanager
def held_by_transport_trouble(world: World, campaign: str) -> Iterator[None]:
    """Let a transport in trouble hold the campaign, so that `status` says why nothing leaves.

    A later delivery lifts it and tries again, when `conditions.tries_again_at` says so: the hold tells how
    many had been reached, and by that the tries in a row are counted.
    """
    try:
        yield
    except TransportTrouble as trouble:
        with suppress(PipelineError):  # a ledger in trouble, too, must not hide what is to be told
            about = f"{world.ledger.account(campaign).accepted} accepted"
            now = world.clock.now()
            hold = Hold(campaign, HoldKind.TRANSPORT, trouble.sentence, MACHINE, now, about)
            _keep(world, world.ledger.holds(campaign), hold)
        raise


def _keep(world: World, placed: tuple[Hold, ...], wanted: Hold) -> None:
    """Let `wanted` be the only one of its kind and scope; without a reason, let none be there."""
    assert wanted.kind not in LIFTED_BY_A_PERSON, "only a person lifts that"
    standing = [hold for hold in placed if (hold.kind, hold.scope) == (wanted.kind, wanted.scope)]
    for hold in standing:
        if hold.reason != wanted.reason:
            world.ledger.lift(Lift(hold.id, "no longer so", MACHINE, wanted.since))
    if wanted.reason and all(hold.reason != wanted.reason for hold in standing):
        world.narrate(wanted.scope, f"holds: {wanted.reason}")
        world.ledger.place(wanted)
