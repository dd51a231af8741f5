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
    _keep(world, sight.campaign, sight.placed, kind, reason)


@contextmanager
def held_by_transport_trouble(world: World, campaign: str) -> Iterator[None]:
    """Let a transport in trouble hold the campaign, so that `status` says why nothing leaves.

    The next delivery lifts it and tries again.
    """
    try:
        yield
    except TransportTrouble as trouble:
        with suppress(PipelineError):  # a ledger in trouble, too, must not hide what is to be told
            _keep(world, campaign, world.ledger.holds(campaign), HoldKind.TRANSPORT, trouble.sentence)
        raise


def _keep(world: World, campaign: str, placed: tuple[Hold, ...], kind: HoldKind, reason: str | None) -> None:
    assert kind not in LIFTED_BY_A_PERSON, "only a person lifts that"
    standing = [hold for hold in placed if hold.kind is kind and hold.scope == campaign]
    now = world.clock.now()
    for hold in standing:
        if hold.reason != reason:
            world.ledger.lift(Lift(hold.id, "no longer so", MACHINE, now))
    if reason is not None and all(hold.reason != reason for hold in standing):
        world.narrate(campaign, f"holds: {reason}")
        world.ledger.place(Hold(campaign, kind, reason, MACHINE, now))
