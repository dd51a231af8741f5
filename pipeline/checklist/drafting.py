"""From a workspace to a draft: what its rules need, made once for each campaign."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from pipeline.audience.contacts import Resolution
from pipeline.audience.of_campaign import rule_of
from pipeline.audience.rule import AudienceRule
from pipeline.checklist.draft import Audience, Draft, Other, Record
from pipeline.checklist.mail import Mail
from pipeline.checklist.means import LEFT_FOR_LATER, Means, Unmet
from pipeline.checklist.report import Status
from pipeline.checklist.rule import Need
from pipeline.checklist.sources import mails_of
from pipeline.errors import PipelineError, Refused
from pipeline.models.campaign import Campaign
from pipeline.models.policy import Policy
from pipeline.models.recipient import Reason
from pipeline.plan.calendar import in_utc
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.of_campaign import mail_source
from pipeline.render.personas import invented
from pipeline.workspace.workspace import Workspace

_T = TypeVar("_T")
_BROKEN = Unmet(Status.COULD_NOT_RUN, "the other findings come first", "先にほかの指摘を直してください")
_NOT_RENDERED = Unmet(
    Status.COULD_NOT_RUN,
    "the mail does not render; see system/renders-for-every-persona",
    "メールを作成できません(system/renders-for-every-personaを参照)",
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, why some needs of rules are not met, and what went wrong while rendering."""

    draft: Draft
    unmet: dict[Need, Unmet]
    failures: tuple[RenderFailure, ...] = ()


def drafted(
    workspace: Workspace,
    campaign: str,
    means: Means,
    needs: frozenset[Need],
    keep: ExitStack,
    *,
    sound: bool,
) -> Drafted:
    """The draft of a readable campaign. `keep` holds the people until the rules have seen them.

    Unless the files are `sound`, nothing is rendered and nobody looked up: the other findings come first.
    """
    unmet: dict[Need, Unmet] = {}
    failures: tuple[RenderFailure, ...] = ()
    mails = audience = record = None
    if not sound:
        unmet = {need: _BROKEN for need in needs if need is not Need.RECORD}
    else:
        if Need.RENDERED in needs:
            mails, failures = _rendered(workspace, campaign, means)
        if Need.CONTACTS in needs:
            audience = _met(unmet, Need.CONTACTS, lambda: _audience(workspace, campaign, means, keep))
        if mails is None and Need.RENDERED in needs:
            unmet[Need.RENDERED] = _NOT_RENDERED
    if Need.RECORD in needs:
        record = _met(unmet, Need.RECORD, lambda: _record(workspace, campaign, means))
    if (offline := _offline(workspace, means)) is not None:
        unmet.setdefault(Need.NETWORK, offline)
    draft = _draft(workspace, campaign, means, mails, audience, record)
    return Drafted(draft, unmet, failures)


def _offline(workspace: Workspace, means: Means) -> Unmet | None:
    """Why the network is not asked; None when it is."""
    assert workspace.policy is not None, "a draft is made where the policy can be read"
    when = workspace.policy.links.verify
    if when == "never":
        return Unmet(
            Status.NOT_APPLICABLE,
            "policy.yaml says links.verify: never",
            "policy.yamlでlinks.verify: neverとされています",
        )
    if when == "check" and (means.at_delivery or means.fetch is None):
        return Unmet(
            Status.NOT_APPLICABLE,
            "asked by `check --online` only (links.verify of policy.yaml)",
            "`check --online`でのみ確認します(policy.yamlのlinks.verify)",
        )
    return LEFT_FOR_LATER[Need.NETWORK] if means.fetch is None else None


def _met(unmet: dict[Need, Unmet], need: Need, get: Callable[[], _T | None]) -> _T | None:
    """What `get` gives; where it gives nothing, or its environment is broken, that is left for later."""
    try:
        got = get()
    except PipelineError as error:
        unmet[need] = Unmet(Status.LATER, error.sentence, error.sentence)
        return None
    if got is None:
        unmet[need] = LEFT_FOR_LATER[need]
    return got


def _draft(  # noqa: PLR0917
    workspace: Workspace,
    campaign: str,
    means: Means,
    mails: tuple[Mail, ...] | None,
    audience: Audience | None,
    record: Record | None,
) -> Draft:
    folder, policy, policy_yaml = workspace.campaigns[campaign], workspace.policy, workspace.policy_yaml
    assert policy is not None, "a draft is made where the policy can be read"
    assert policy_yaml is not None, "a draft is made where the policy can be read"
    return Draft(
        id=campaign,
        campaign=folder.campaign,
        yaml=folder.yaml,
        policy=policy,
        policy_yaml=policy_yaml,
        segments={name: file.segment for name, file in workspace.segments.items()},
        segment_yaml={name: file.yaml for name, file in workspace.segments.items()},
        now=means.now,
        send_at=_send_at(folder.campaign, policy),
        zone=_zone(folder.campaign, policy),
        at_delivery=means.at_delivery,
        read=folder.read,
        files=tuple(folder.files),
        read_shared=lambda path: workspace.tree.read(path) if path in workspace.tree.entries else None,
        others=tuple(_others(workspace, campaign, policy, means)),
        seen_mails=mails,
        seen_audience=audience,
        seen_record=record,
        seen_fetch=means.fetch,
    )


def _zone(campaign: Campaign, policy: Policy) -> ZoneInfo:
    return ZoneInfo(campaign.schedule.time_zone or policy.schedule.time_zone)


def _send_at(campaign: Campaign, policy: Policy) -> datetime | None:
    local, zone = campaign.schedule.send_at, _zone(campaign, policy)
    return in_utc(local, zone.key).astimezone(zone) if isinstance(local, datetime) else None


def _others(workspace: Workspace, campaign: str, policy: Policy, means: Means) -> Iterator[Other]:
    for name, folder in workspace.campaigns.items():
        if name != campaign:
            yield Other(
                name,
                folder.campaign,
                _send_at(folder.campaign, policy),
                lambda name=name: _ids(workspace, name, means),  # type: ignore[misc]
            )


def _ids(workspace: Workspace, campaign: str, means: Means) -> frozenset[str]:
    rule = rule_of(workspace, campaign)
    if not isinstance(rule, AudienceRule):
        return frozenset()
    with means.contacts.resolve(rule) as resolution:
        return frozenset(id_ for rows in resolution.columnar() for id_ in rows.ids)


def _rendered(
    workspace: Workspace, campaign: str, means: Means
) -> tuple[tuple[Mail, ...] | None, tuple[RenderFailure, ...]]:
    """The mails of a few invented people: what is wrong with one of them is wrong with a real one."""
    folder = workspace.campaigns[campaign]
    columns = workspace.segments[folder.campaign.audience.segment or ""].segment.columns
    people = invented(columns, folder.campaign.language)
    try:
        source = mail_source(workspace, campaign)
    except Refused as refused:
        return None, (RenderFailure(refused.sentence, refused.remedy),)
    results = means.render(source, people)
    failures = tuple(result for result in results if isinstance(result, RenderFailure))
    if failures:
        return None, failures
    return mails_of(
        workspace, campaign, [result for result in results if isinstance(result, Message)], people
    ), ()


def _audience(workspace: Workspace, campaign: str, means: Means, keep: ExitStack) -> Audience | None:
    if means.frozen is not None:
        return audience_of(means.frozen)
    rule = rule_of(workspace, campaign)
    if not means.looks_up or not isinstance(rule, AudienceRule):
        return None
    return audience_of(keep.enter_context(means.contacts.resolve(rule)))


def audience_of(resolution: Resolution) -> Audience:
    """A resolved audience as rules see it."""
    had_it = resolution.excluded.get(Reason.ALREADY_HAD_IT, 0)
    return Audience(
        size=resolution.recipients + had_it,
        excluded=resolution.excluded,
        columns=resolution.columns(),
        rows=resolution.columnar,
        values=resolution.values,
        consents=resolution.consents,
    )


def _record(workspace: Workspace, campaign: str, means: Means) -> Record | None:
    if means.history is None:
        return None
    history = means.history()
    others = tuple(each for each in history if each.campaign != campaign)
    tested = means.tested(campaign, workspace.digest(campaign))
    return Record(others, begun=len(others) < len(history), test_sent=tested)
