"""What the main branch wants of one campaign, and who agreed to it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pipeline.approvals.reviews import Change, Consent, Reviews
from pipeline.delivery.mainline import Mainline
from pipeline.errors import PipelineError
from pipeline.models.campaign import State
from pipeline.models.policy import Policy
from pipeline.plan.delivery_plan import DeliveryPlan, plan_for


@dataclass(frozen=True, slots=True)
class Ready:
    """It is to be sent. `merge` is the commit that brought this content; None when history does not say."""

    title: str
    plan: DeliveryPlan
    policy: Policy
    merge: str | None
    consent: Consent


@dataclass(frozen=True, slots=True)
class NotReady:
    """It is not to be sent: `draft`, `stopped` or `removed`."""

    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """It is there, but its files or the policy cannot be read: nobody knows what is wanted."""

    why: str


Intent = Ready | NotReady | Unreadable


class Wanting(Protocol):
    """What says what is wanted, and who agreed to it: a world, or a part of one."""

    @property
    def main(self) -> Mainline:
        """The main branch."""
        ...

    @property
    def reviews(self) -> Callable[[Policy], Reviews]:
        """Where approvals stand, for each policy."""
        ...


Ask = Callable[[Reviews, Change], Consent]


def asked(reviews: Reviews, change: Change) -> Consent:
    """What reviewers said. Raises PipelineError when it cannot be read: nothing leaves then."""
    return reviews.consent(change)


def asked_if_possible(reviews: Reviews, change: Change) -> Consent:
    """The same for whoever only wants to know how things stand: not to be had is nobody's consent."""
    try:
        return reviews.consent(change)
    except PipelineError as trouble:
        return Consent(objections=(trouble.sentence.rstrip("."),))


def not_asked(_reviews: Reviews, _change: Change) -> Consent:
    """Who agreed to what has long left is no question any more: GitHub is not asked about old campaigns."""
    return Consent()


def intent_of(world: Wanting, commit: str, campaign_id: str, ask: Ask = asked) -> Intent:
    """What `commit` wants of the campaign."""
    workspace = world.main.workspace(commit)
    if workspace.policy is None:
        return Unreadable("policy.yaml on the main branch cannot be read; `postmerge check` says why")
    if campaign_id in workspace.broken:
        return Unreadable("its files on the main branch cannot be read; `postmerge check` says why")
    folder = workspace.campaigns.get(campaign_id)
    if folder is None:
        return NotReady(campaign_id, "removed")
    campaign = folder.campaign
    if campaign.state is not State.READY:
        return NotReady(campaign.title, campaign.state.value)
    if campaign.from_ not in workspace.policy.senders:
        return Unreadable(f"the policy names no sender {campaign.from_}")
    plan = plan_for(
        campaign_id,
        campaign,
        workspace.policy,
        digest=workspace.digest(campaign_id),
        rule=workspace.audience_rule_digest(campaign_id),
    )
    merge = world.main.merge_of(commit, campaign_id)
    consent = Consent()
    if merge is not None:
        change = Change(campaign_id, commit, merge, plan.digest, workspace.paths_read(campaign_id))
        consent = ask(world.reviews(workspace.policy), change)
    return Ready(campaign.title, plan, workspace.policy, merge, consent)
