"""The last campaign to the same people: what a reviewer compares a new one with."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.ledger.store import Ledger
from pipeline.models.campaign import Expect, State
from pipeline.plan.delivery_plan import DeliveryPlan, plan_for
from pipeline.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Last:
    """What is known of it. `recipients` is None where no ledger knows, the rest where its folder is gone.

    `send_at` is None, too, for one that left when it was merged and of which no ledger knows when that was.
    """

    campaign: str
    recipients: int | None = None
    subject: str | None = None
    send_at: datetime | None = None
    expect: Expect | None = None


def last_of_segment(before: Workspace, plan: DeliveryPlan, ledger: Ledger | None) -> Last | None:
    """The one that was sent last, by the ledger; where that knows none, the latest that `before` orders.

    Of those the latest that leaves before this one does, if there is one: a mail of January is not what one
    of December follows.
    """
    sent = ledger.last_of_segment(plan.segment, other_than=plan.campaign) if ledger else None
    ordered = {found.campaign: found for found in _ordered(before, plan)}
    if sent is not None:
        written = ordered.get(sent.campaign, Last(sent.campaign))
        at = written.send_at or sent.opened_at
        return Last(sent.campaign, sent.recipients, written.subject, at, written.expect)
    due = [one for one in ordered.values() if _before(one, plan)]
    return max(due or ordered.values(), key=_when, default=None)


def _ordered(before: Workspace, plan: DeliveryPlan) -> list[Last]:
    """Campaigns of `before` that are sent to the same segment."""
    if before.policy is None:
        return []
    found = []
    for name, folder in before.campaigns.items():
        campaign = folder.campaign
        same = campaign.audience.segment == plan.segment and name != plan.campaign
        if same and campaign.state is not State.DRAFT and campaign.from_ in before.policy.senders:
            planned = plan_for(name, campaign, before.policy, digest="", rule="")
            found.append(Last(name, None, campaign.subject, planned.send_at, planned.expect))
    return found


def _before(last: Last, plan: DeliveryPlan) -> bool:
    return last.send_at is None or plan.send_at is None or last.send_at <= plan.send_at


def _when(last: Last) -> tuple[str, str]:
    """For the order: those without a time first."""
    return (last.send_at.isoformat() if last.send_at else "", last.campaign)
