"""Placing and lifting holds by hand."""

from pipeline.clock import Clock
from pipeline.errors import Refused
from pipeline.ledger.hold import EVERYTHING, RELEASABLE, Hold, HoldKind, Lift
from pipeline.ledger.store import Ledger


def halt(ledger: Ledger, clock: Clock, scope: str, *, reason: str, by: str, about: str = "") -> Hold:
    """Stop a campaign, or everything (`*`): from here on nothing more is reserved.

    `about` remembers which configuration sets are switched off with it (`switches.as_about`).
    """
    _with_reason(reason)
    hold = Hold(scope, HoldKind.HALT, reason, by, clock.now(), about)
    ledger.place(hold)
    return hold


def liftable(ledger: Ledger, scope: str, *, reason: str) -> tuple[Hold, ...]:
    """What a person may lift of exactly this scope.

    Raises Refused when there is nothing to lift, when an incident holds it, or without a reason.
    """
    _with_reason(reason)
    standing = [hold for hold in ledger.holds(scope) if hold.scope == scope]
    if any(hold.kind is HoldKind.FREEZE for hold in standing):
        raise Refused(
            "An incident holds it.", "Close the incident first: what is evidence must not be sent on."
        )
    found = tuple(hold for hold in standing if hold.kind in RELEASABLE)
    if not found:
        what = "everything" if scope == EVERYTHING else scope
        raise Refused(
            f"No hold on {what} waits for a release.",
            "`postmerge status` shows what holds it, and what would lift that.",
        )
    return found


def release(ledger: Ledger, clock: Clock, scope: str, *, reason: str, by: str) -> tuple[Hold, ...]:
    """Lift what a person may lift of exactly this scope, and say what was lifted; Refused as `liftable`."""
    found = liftable(ledger, scope, reason=reason)
    for hold in found:
        ledger.lift(Lift(hold.id, reason, by, clock.now()))
    return found


def _with_reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("A reason is needed; it stays on record.", "Give one with --reason.")
