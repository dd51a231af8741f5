"""How a delivery is shown to people elsewhere: one value for each state of a revision (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.clock import shown
from pipeline.delivery.intent import Ready
from pipeline.delivery.sight import Sight
from pipeline.delivery.status import Progress, Status, status_of


class ShownState(StrEnum):
    """Of the states that GitHub has for a deployment, those that a delivery can be in."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    #: Somebody has to look; it goes on when the hold is lifted.
    FAILURE = "failure"
    INACTIVE = "inactive"


_STATES: Final = {
    Progress.WAITING: ShownState.QUEUED,
    Progress.HELD: ShownState.FAILURE,
    Progress.SENDING: ShownState.IN_PROGRESS,
    Progress.SOAKING: ShownState.IN_PROGRESS,
    Progress.COMPLETE: ShownState.SUCCESS,
    Progress.STOPPED: ShownState.INACTIVE,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One revision of one campaign. It holds counts and reasons, no personal data.

    `revision` is the one under way, or the number of the one that comes; with its content digest it says
    which delivery is meant. Both are None where nothing was begun and nothing is wanted. `commit` is what
    main said when it was ordered.
    """

    campaign: str
    state: ShownState
    sentence: str
    revision: int | None = None
    digest: str | None = None
    commit: str | None = None


def shown_of(sight: Sight) -> Shown | None:
    """What to show of a campaign; None for a draft, which is no delivery.

    Raises PipelineError when the numbers do not add up, as `status` does.
    """
    status = status_of(sight)
    state = _STATES.get(status.progress)
    if state is None:
        return None
    zone = sight.intent.plan.zone if isinstance(sight.intent, Ready) else "UTC"
    told = Shown(sight.campaign, state, _sentence(status, zone))
    revision = sight.revision
    if isinstance(sight.intent, Ready) and not sight.is_current and not sight.finished:
        number = 1 if revision is None else revision.number + 1
        plan = sight.intent.plan
        return Shown(told.campaign, state, told.sentence, number, plan.digest, sight.intent.merge)
    if revision is None:
        return told
    return Shown(told.campaign, state, told.sentence, revision.number, revision.digest, revision.commit)


def stopped(campaign: str) -> Shown:
    """A campaign that main no longer wants, whatever its revision."""
    return Shown(campaign, ShownState.INACTIVE, "stopped: main no longer wants it")


def _sentence(status: Status, zone: str) -> str:
    """Numbers first: GitHub cuts what is long."""
    a = status.account
    counted = f"{a.accepted:,} of {a.planned:,} accepted"
    if a.unknown:
        counted += f", {a.unknown:,} unknown"
    why = "; ".join(hold.reason for hold in status.holds)
    match status.progress:
        case Progress.COMPLETE:
            return f"complete: {counted}, {a.refused:,} refused, {a.excluded:,} excluded"
        case Progress.STOPPED:
            return f"stopped: {counted}, {a.held:,} stay"
        case Progress.WAITING | Progress.SOAKING if status.next_due is not None:
            return f"{counted}; until {shown(status.next_due, zone)}: {why}"
        case _:
            return f"{counted}; {why}" if why else counted
