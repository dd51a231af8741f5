"""Why a campaign is not going out now, from a sight of it (pure)."""

from collections.abc import Iterator
from datetime import datetime

from pipeline.approvals import requirement
from pipeline.clock import shown
from pipeline.delivery.intent import NotReady, Ready, Unreadable
from pipeline.delivery.sight import Sight, due_at, next_step
from pipeline.ledger.hold import MACHINE, Hold, HoldKind
from pipeline.plan.calendar import quiet_until
from pipeline.plan.delivery_plan import Soak, late_after


def holds_of(sight: Sight) -> tuple[Hold, ...]:
    """Every hold that stands: those placed in the ledger first, then those that follow from the world."""
    match sight.intent:
        case NotReady():
            return sight.placed
        case Unreadable(why):
            return (*sight.placed, _hold(sight, HoldKind.BROKEN, why))
        case Ready():
            return () if sight.finished else (*sight.placed, *_derived(sight, sight.intent))


def late_reason(sight: Sight) -> str | None:
    """Why it is too late to go on without a person; None while it is not."""
    intent = sight.intent
    if not isinstance(intent, Ready) or sight.finished:
        return None
    plan = intent.plan
    meant = due_at(sight, plan, next_step(sight, plan))
    if meant is None or sight.now <= late_after(plan, meant):
        return None
    return f"it was due at {shown(meant, plan.zone)} and asks a person before it leaves so late"


def _hold(sight: Sight, kind: HoldKind, reason: str, until: datetime | None = None) -> Hold:
    since = sight.order.seen_at if sight.order else sight.now
    return Hold(sight.campaign, kind, reason, MACHINE, since, until=until)


def _derived(sight: Sight, ready: Ready) -> Iterator[Hold]:
    if sight.halted is not None:
        yield _hold(sight, HoldKind.HALT_BRANCH, sight.halted)
    yield from _consent(sight, ready)
    plan = ready.plan
    if not sight.test_sent and ready.policy.approvals.test_send == "required":
        yield _hold(sight, HoldKind.TEST_SEND, "no test send of exactly this content is on record")
    if _has_moved(sight, ready):
        reason = "schedule, sender or audience rule are no longer those that the delivery was ordered with"
        yield _hold(sight, HoldKind.MOVED, reason)
    yield from _time(sight, ready)
    step = next_step(sight, plan)
    if isinstance(step, Soak):
        reason = f"wave {step.wave} has left; the next one follows after the soak"
        yield _hold(sight, HoldKind.SOAK, reason, step.until)


def _consent(sight: Sight, ready: Ready) -> Iterator[Hold]:
    if ready.merge is None:
        reason = "no merge in the history explains its content; in a shallow clone: git fetch --unshallow"
        yield _hold(sight, HoldKind.APPROVAL, reason)
        return
    known = [r.recipients for r in (sight.order, sight.revision) if r is not None]
    needed = requirement.required(ready.policy.approvals, max(known, default=0))
    lacking = requirement.missing(ready.consent, needed, ready.policy.checklist.confirm)
    if lacking is not None:
        yield _hold(sight, HoldKind.APPROVAL, lacking)


def _has_moved(sight: Sight, ready: Ready) -> bool:
    promised = sight.revision.checksum if sight.is_current and sight.revision else None
    if promised is None and sight.order is not None:
        promised = sight.order.checksum
    return promised is not None and promised != ready.plan.checksum


def _time(sight: Sight, ready: Ready) -> Iterator[Hold]:
    plan, now = ready.plan, sight.now
    if sight.order is not None and now < sight.order.seen_at + plan.undo_window:
        until = sight.order.seen_at + plan.undo_window
        yield _hold(sight, HoldKind.UNDO_WINDOW, "until then a revert stops everything", until)
    if plan.send_at is not None and now < plan.send_at:
        yield _hold(sight, HoldKind.SCHEDULED, "it is not time yet", plan.send_at)
        return
    quiet = quiet_until(now, plan.quiet, plan.zone)
    if quiet is not None:
        yield _hold(sight, HoldKind.QUIET_HOURS, "nothing leaves in the quiet hours", quiet)
