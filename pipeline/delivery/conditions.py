"""Why a campaign is not going out now, from a sight of it (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from pipeline.approvals import requirement
from pipeline.clock import shown
from pipeline.delivery import gate
from pipeline.delivery.intent import NotReady, Ready, Unreadable
from pipeline.delivery.sight import Sight, due_at, next_step
from pipeline.ledger.accounting import LEFT_OUT
from pipeline.ledger.hold import MACHINE, Hold, HoldKind
from pipeline.ledger.resolution import NOT_SENT
from pipeline.plan.calendar import quiet_until
from pipeline.plan.delivery_plan import DeliveryPlan, Send, Soak, Step, late_after

#: After trouble of the transport: doubled with every try in a row, up to the longest.
_FIRST_WAIT: Final = timedelta(minutes=1)
_LONGEST_WAIT: Final = timedelta(minutes=30)
_DOUBLED: Final = 5


def holds_of(sight: Sight) -> tuple[Hold, ...]:
    """Every hold that stands: those placed in the ledger first, then those that follow from the world."""
    match sight.intent:
        case NotReady():
            return sight.placed
        case Unreadable(why):
            return (*sight.placed, _hold(sight, HoldKind.BROKEN, why))
        case Ready():
            placed = (_with_the_next_try(sight, hold) for hold in sight.placed)
            return () if sight.finished else (*placed, *_derived(sight, sight.intent))


def tries_again_at(hold: Hold, before: Sequence[Hold]) -> datetime:
    """When a delivery tries once more after trouble of the transport: 1, 2, 4 … 30 minutes later.

    The wait grows with every try since which nobody has been reached. All of it stands in the holds, so it
    is the same for every process, and for one that is started anew each time.
    """
    in_vain = sum(earlier.about == hold.about for earlier in before)
    return hold.since + min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(in_vain, _DOUBLED)))


def _with_the_next_try(sight: Sight, hold: Hold) -> Hold:
    """A hold of the transport says until when, while that is still to come."""
    if hold.kind is not HoldKind.TRANSPORT:
        return hold
    at = tries_again_at(hold, sight.was_in_trouble)
    return replace(hold, until=at) if sight.now < at else hold


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


def verdict(sight: Sight, ready: Ready) -> gate.Verdict:
    """What the gate says to what has left, before anything more does."""
    tally = _tally(sight)
    if tally is None:
        return gate.Proceed()
    soaked_at = _soaked_at(sight, ready.plan, next_step(sight, ready.plan))
    return gate.decide(tally, ready.policy.gates, now=sight.now, soaked_at=soaked_at, judged=sight.judged)


def _tally(sight: Sight) -> gate.Tally | None:
    """What is known of this delivery; None before anything has left."""
    if sight.revision is None or not sight.waves:
        return None
    account = sight.account
    unrendered = account.reasons.get(gate.RENDERING, 0)
    # Refused by us or by a person, not by the transport: that says nothing about the mail.
    ours = account.reasons.get(LEFT_OUT, 0) + account.reasons.get(NOT_SENT, 0)
    return gate.Tally(
        begun_at=sight.revision.opened_at,
        last_at=max(record.last_entry_at for record in sight.waves.values()),
        accepted=account.accepted,
        refused=max(0, account.refused - unrendered - ours),
        unknown=max(0, account.unknown - sight.under_way),
        rendering_failures=unrendered,
        heard=sight.heard,
    )


def _soaked_at(sight: Sight, plan: DeliveryPlan, step: Step | None) -> datetime | None:
    """When the soak before the next step ends, if a wave has left and the next has not begun."""
    match step:
        case Soak(_, until):
            return until
        case Send(wave) if wave not in sight.waves and wave - 1 in sight.waves:
            return sight.waves[wave - 1].last_entry_at + plan.soak
        case _:
            return None


def _hold(sight: Sight, kind: HoldKind, reason: str, until: datetime | None = None) -> Hold:
    since = sight.order.seen_at if sight.order else sight.now
    return Hold(sight.campaign, kind, reason, MACHINE, since, until=until)


def _derived(sight: Sight, ready: Ready) -> Iterator[Hold]:
    if sight.halted is not None:
        yield _hold(sight, HoldKind.HALT_BRANCH, sight.halted)
    yield from _consent(sight, ready)
    if not sight.test_sent and ready.policy.approvals.test_send == "required":
        yield _hold(sight, HoldKind.TEST_SEND, "no test send of exactly this content is on record")
    if _has_moved(sight, ready):
        reason = "schedule, sender or audience rule are no longer those that the delivery was ordered with"
        yield _hold(sight, HoldKind.MOVED, reason)
    yield from _time(sight, ready)
    said = verdict(sight, ready)
    if isinstance(said, gate.Wait):
        yield _hold(sight, HoldKind.SOAK, said.reason, said.until)


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
