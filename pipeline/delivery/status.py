"""How a campaign stands: its state in one word, its holds, and numbers that add up (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.delivery.conditions import holds_of
from pipeline.delivery.intent import NotReady, Ready, Unreadable
from pipeline.delivery.sight import Sight
from pipeline.errors import PipelineError
from pipeline.feedback.heard import Heard
from pipeline.ledger.entry import Account
from pipeline.ledger.hold import LIFTED_BY_TIME, Hold, HoldKind


class Progress(StrEnum):
    """The state of a campaign."""

    #: Only time is missing before the first message.
    WAITING = "waiting"
    #: Something other than time is missing.
    HELD = "held"
    SENDING = "sending"
    #: Between two waves.
    SOAKING = "soaking"
    #: Nobody of its audience is left to send to.
    COMPLETE = "complete"
    #: Taken off main, or stopped there; who was not reached stays so.
    STOPPED = "stopped"
    #: Never sent, and not meant to be.
    DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Status:
    """One campaign for people and for machines. The account balances, or there is no status.

    `heard` is None where no events are read, or before anything has left.
    """

    campaign: str
    title: str
    progress: Progress
    holds: tuple[Hold, ...]
    account: Account
    excluded_before: dict[str, int]
    next_due: datetime | None
    heard: Heard | None = None


def status_of(sight: Sight) -> Status:
    """The status; raises PipelineError when the ledger's numbers do not add up."""
    account = sight.account
    if not account.balanced or min(account.held, account.refused) < 0:
        raise PipelineError(
            f"The accounting of {sight.campaign} does not add up: {account}.",
            "Nothing is sent on. Keep the ledger as it is and report this.",
        )
    if sight.revision is None and sight.order is not None:
        account = Account(planned=sight.order.recipients, held=sight.order.recipients)
    holds = holds_of(sight)
    times = [hold.until for hold in holds]
    waits = bool(holds) and None not in times
    return Status(
        campaign=sight.campaign,
        title=sight.campaign if isinstance(sight.intent, Unreadable) else sight.intent.title,
        progress=_progress(sight, holds),
        holds=holds,
        account=account,
        excluded_before=dict(sight.revision.excluded) if sight.revision else {},
        next_due=max(t for t in times if t is not None) if waits else None,
        heard=sight.heard,
    )


def _progress(sight: Sight, holds: tuple[Hold, ...]) -> Progress:
    if sight.finished:
        return Progress.COMPLETE
    if isinstance(sight.intent, NotReady):
        return Progress.DRAFT if sight.intent.why == "draft" and sight.revision is None else Progress.STOPPED
    if any(hold.kind not in LIFTED_BY_TIME for hold in holds):
        return Progress.HELD
    if any(hold.kind is HoldKind.SOAK for hold in holds):
        return Progress.SOAKING
    begun = bool(sight.waves)
    if holds:
        return Progress.SENDING if begun else Progress.WAITING
    ordered = isinstance(sight.intent, Ready) and sight.order is not None
    return Progress.SENDING if begun or ordered else Progress.WAITING
