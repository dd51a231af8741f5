"""What a merge would cause, campaign by campaign: the steps, the numbers, and what is unusual."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.audience.contacts import Contacts
from pipeline.audience.of_campaign import rule_of
from pipeline.audience.rule import AudienceRule
from pipeline.errors import PipelineError, Refused
from pipeline.ledger.store import Ledger
from pipeline.models.policy import Gates
from pipeline.plan.changes import Amend, Change, Sight, Start, between
from pipeline.plan.delivery_plan import (
    DeliveryPlan,
    Forecast,
    Step,
    late_after,
    plan_for,
    starts_at,
    steps,
)
from pipeline.plan.earlier import Last, last_of_segment
from pipeline.plan.unusual import (
    Compared,
    NoSender,
    NotCounted,
    TimeHasPassed,
    TooLate,
    Unusual,
    audience_objections,
)
from pipeline.render.of_campaign import mail_source
from pipeline.render.personas import invented
from pipeline.render.stencil_report import Sharing, sharing_of
from pipeline.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Delivered:
    """What an earlier delivery of the campaign has done; `held` are still to come."""

    reached: int
    held: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One campaign of the plan. Only a start or an amendment has a plan, and steps where it was counted."""

    change: Change
    title: str
    plan: DeliveryPlan | None = None
    forecast: Forecast | None = None
    steps: tuple[Step, ...] = ()
    unusual: tuple[Unusual, ...] = ()
    delivered: Delivered | None = None
    sharing: Sharing | None = None
    gates: Gates | None = None
    #: Whether the target reads the events that the gates for bounces and complaints need.
    events: bool = False
    subject: str = ""
    #: The last campaign to the same people; None where nothing knows of one.
    last: Last | None = None


def sights(workspace: Workspace) -> Mapping[str, Sight]:
    """Every campaign of a workspace, as far as changes are concerned."""
    found = {
        name: Sight(folder.campaign.state, workspace.digest(name))
        for name, folder in workspace.campaigns.items()
    }
    return found | {name: Sight(None, "unreadable") for name in workspace.broken}


def make(
    before: Workspace,
    after: Workspace,
    *,
    contacts: Contacts,
    ledger: Ledger | None,
    now: datetime,
    sharing: bool = False,
    events: bool = False,
) -> tuple[Entry, ...]:
    """The plan of merging `after` where `before` is; a merge at `now` is assumed for the times.

    With `sharing` it says too how the mails share templates, for a transport that can use it; `events`
    says whether the gates will know of bounces and complaints.
    """
    entries = tuple(
        replace(_entry(change, before, after, contacts, ledger, now), events=events)
        for change in between(sights(before), sights(after))
    )
    return tuple(replace(entry, sharing=_sharing(after, entry)) for entry in entries) if sharing else entries


def _sharing(workspace: Workspace, entry: Entry) -> Sharing | None:
    """How invented people's mails would travel; None where the campaign does not render yet."""
    folder = workspace.campaigns.get(entry.change.campaign)
    segment = folder.campaign.audience.segment if folder else None
    if entry.plan is None or folder is None or segment is None or segment not in workspace.segments:
        return None
    columns = workspace.segments[segment].segment.columns
    try:
        source = mail_source(workspace, folder.id)
    except Refused:
        return None
    return sharing_of(source, invented(columns, folder.campaign.language))


def _entry(  # noqa: PLR0917
    change: Change,
    before: Workspace,
    after: Workspace,
    contacts: Contacts,
    ledger: Ledger | None,
    now: datetime,
) -> Entry:
    folder = after.campaigns.get(change.campaign) or before.campaigns.get(change.campaign)
    title = folder.campaign.title if folder else change.campaign
    delivered = _delivered(ledger, change.campaign)
    if not isinstance(change, Start | Amend) or after.policy is None:
        return Entry(change, title, delivered=delivered)
    campaign = after.campaigns[change.campaign].campaign
    if campaign.from_ not in after.policy.senders:
        return Entry(change, title, delivered=delivered, unusual=(NoSender(campaign.from_),))
    plan = plan_for(
        change.campaign,
        campaign,
        after.policy,
        digest=after.digest(change.campaign),
        rule=after.audience_rule_digest(change.campaign),
    )
    forecast = _forecast(after, change.campaign, contacts)
    listed = steps(plan, forecast.recipients, now) if forecast.recipients is not None else ()
    unusual = _unusual(plan, forecast, ledger, after.policy.audience.growth_max, now)
    return Entry(
        change,
        title,
        plan,
        forecast,
        listed,
        unusual,
        delivered,
        gates=after.policy.gates,
        subject=campaign.subject,
        last=last_of_segment(before, plan, ledger),
    )


def _delivered(ledger: Ledger | None, campaign: str) -> Delivered | None:
    if ledger is None or not ledger.revisions(campaign):
        return None
    account = ledger.account(campaign)
    return Delivered(account.accepted + account.refused + account.unknown, account.held)


def _forecast(workspace: Workspace, campaign: str, contacts: Contacts) -> Forecast:
    rule = rule_of(workspace, campaign)
    if not isinstance(rule, AudienceRule):
        return Forecast(None, problem=rule[0].message)
    try:
        with contacts.resolve(rule) as resolution:
            excluded = {reason.value: count for reason, count in resolution.excluded.items() if count}
            return Forecast(resolution.recipients, excluded)
    except PipelineError as error:
        return Forecast(None, problem=error.reason)


def _unusual(
    plan: DeliveryPlan, forecast: Forecast, ledger: Ledger | None, growth_max: float, now: datetime
) -> tuple[Unusual, ...]:
    found: list[Unusual] = []
    if forecast.recipients is None:
        found.append(NotCounted(forecast.problem))
    else:
        last = ledger.last_of_segment(plan.segment, other_than=plan.campaign) if ledger else None
        compared = (Compared(last.recipients, last.campaign),) if last else ()
        found += audience_objections(plan, forecast.recipients, compared=compared, growth_max=growth_max)
    if plan.send_at is not None and starts_at(plan, now) > late_after(plan, plan.send_at):
        found.append(TooLate())
    elif plan.send_at is not None and plan.send_at < now:
        found.append(TimeHasPassed())
    return tuple(found)
