"""From a workspace to a draft: what its rules need, made once for each campaign."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from pipeline.audience.of_campaign import rule_of
from pipeline.audience.rule import AudienceRule
from pipeline.checklist.draft import Audience, Draft, Record
from pipeline.checklist.mail import Mail
from pipeline.checklist.means import LEFT_FOR_LATER, Means, Unmet
from pipeline.checklist.report import Status
from pipeline.checklist.round import Round, audience_of, send_at, zone_of
from pipeline.checklist.rule import Need
from pipeline.checklist.sources import mails_of
from pipeline.errors import PipelineError, Refused
from pipeline.render.cast import own_rows
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.of_campaign import mail_source
from pipeline.render.personas import invented
from pipeline.render.source import MailSource
from pipeline.sentence import Sentence
from pipeline.workspace.digest import mail_digest
from pipeline.workspace.workspace import Workspace

_T = TypeVar("_T")
#: The rules that failures of rendering are filed under.
RENDERS: Final = "system/renders-for-every-persona"
UNDEFINED: Final = "system/undefined-variable"


#: Characters of one part of one mail that rules read: more than twice what mail programs show.
PART_MAX: Final = 250_000


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, why some needs of rules are not met, and what went wrong while rendering."""

    draft: Draft
    unmet: dict[Need, Unmet]
    failures: tuple[RenderFailure, ...] = ()


def drafted(shared: Round, campaign: str, needs: frozenset[Need], first: Collection[str] = ()) -> Drafted:
    """The draft of a readable campaign; `shared` holds the people until the rules have seen them.

    Where findings of the rules `first` come first, nothing is rendered and nobody looked up.
    """
    workspace, means = shared.workspace, shared.means
    unmet: dict[Need, Unmet] = {}
    failures: tuple[RenderFailure, ...] = ()
    mails = audience = record = None
    if first:
        broken = _broken(first)
        unmet = {need: broken for need in needs if need is not Need.RECORD}
    else:
        if Need.RENDERED in needs:
            mails, failures = _rendered(shared, campaign)
        if Need.CONTACTS in needs:
            audience = _met(unmet, Need.CONTACTS, lambda: _audience(shared, campaign))
        if mails is None and Need.RENDERED in needs:
            unmet[Need.RENDERED] = _not_rendered(failures)
    if Need.RECORD in needs:
        record = _met(unmet, Need.RECORD, lambda: _record(shared, campaign))
    if (offline := _offline(workspace, means)) is not None:
        unmet.setdefault(Need.NETWORK, offline)
    draft = _draft(shared, campaign, mails, audience, record)
    return Drafted(draft, unmet, failures)


def _broken(first: Collection[str]) -> Unmet:
    listed = sorted(first)
    return Unmet(
        Status.COULD_NOT_RUN,
        Sentence(
            f"the other findings come first: {', '.join(listed)}",
            f"先にほかの指摘を直してください({'、'.join(listed)})",
        ),
    )


def failed_rule(failure: RenderFailure) -> str:
    """The rule that a failure of rendering breaks."""
    return UNDEFINED if failure.undefined else RENDERS


def _not_rendered(failures: tuple[RenderFailure, ...]) -> Unmet:
    listed = sorted({failed_rule(failure) for failure in failures})
    return Unmet(
        Status.COULD_NOT_RUN,
        Sentence(
            f"the mail does not render: see {', '.join(listed)}",
            f"メールを作成できません({'、'.join(listed)}を参照)",
        ),
    )


def _offline(workspace: Workspace, means: Means) -> Unmet | None:
    """Why the network is not asked; None when it is."""
    assert workspace.policy is not None, "a draft is made where the policy can be read"
    when = workspace.policy.links.verify
    if when == "never":
        return Unmet(
            Status.NOT_APPLICABLE,
            Sentence(
                "policy.yaml says links.verify: never",
                "policy.yamlでlinks.verify: neverとされています",
            ),
        )
    if when == "check" and (means.at_delivery or means.fetch is None):
        return Unmet(
            Status.NOT_APPLICABLE,
            Sentence(
                "asked by `check --online` only (links.verify of policy.yaml)",
                "`check --online`でのみ確認します(policy.yamlのlinks.verify)",
            ),
        )
    return LEFT_FOR_LATER[Need.NETWORK] if means.fetch is None else None


def _met(unmet: dict[Need, Unmet], need: Need, get: Callable[[], _T | None]) -> _T | None:
    """What `get` gives; where it gives nothing, or its environment is broken, that is left for later."""
    try:
        got = get()
    except PipelineError as error:
        unmet[need] = Unmet(Status.LATER, error.reason)
        return None
    if got is None:
        unmet[need] = LEFT_FOR_LATER[need]
    return got


def _draft(
    shared: Round,
    campaign: str,
    mails: tuple[Mail, ...] | None,
    audience: Audience | None,
    record: Record | None,
) -> Draft:
    workspace, means, policy = shared.workspace, shared.means, shared.policy
    folder, policy_yaml = workspace.campaigns[campaign], workspace.policy_yaml
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
        send_at=send_at(folder.campaign, policy),
        zone=zone_of(folder.campaign, policy),
        at_delivery=means.at_delivery,
        read=folder.read,
        files=tuple(folder.files),
        mail=mail_digest(folder.campaign, folder.files),
        read_shared=lambda path: workspace.tree.read(path) if path in workspace.tree.entries else None,
        others=tuple(other for other in shared.others if other.id != campaign),
        seen_mails=mails,
        seen_audience=audience,
        seen_record=record,
        seen_fetch=means.fetch,
    )


def _rendered(shared: Round, campaign: str) -> tuple[tuple[Mail, ...] | None, tuple[RenderFailure, ...]]:
    """The mails of a few invented people, each of whom stands for real ones.

    The difficult ones, the author's own, and whoever it takes to reach every branch of the templates.
    """
    workspace = shared.workspace
    folder = workspace.campaigns[campaign]
    columns = workspace.segments[folder.campaign.audience.segment or ""].segment.columns
    people = invented(columns, folder.campaign.language)
    people += tuple(own_rows(folder.personas, people[0]))
    try:
        source = mail_source(workspace, campaign)
    except Refused as refused:
        return None, (RenderFailure(refused.said, refused.to_do),)
    made = shared.rehearse(source, people)
    failures = tuple(result for result in made.results if isinstance(result, RenderFailure))
    mails = [result for result in made.results if isinstance(result, Message)]
    failures = failures or tuple(islice((large for mail in mails for large in _too_large(source, mail)), 1))
    return (None, failures) if failures else (mails_of(workspace, campaign, mails, made.people), ())


def _too_large(source: MailSource, mail: Message) -> Iterator[RenderFailure]:
    """What nobody reads, no rule reads either: the time of a check would grow with it."""
    html, text = source.html, source.text or source.html
    for part, template in ((mail.html or "", html), (mail.text, text)):
        if len(part) > PART_MAX and template is not None:
            yield RenderFailure(
                Sentence(
                    f"The mail is made of {len(part):,} characters here; the checklist reads {PART_MAX:,}.",
                    f"メールが{len(part):,}文字あります。チェックリストで確認できるのは{PART_MAX:,}文字までです。",
                ),
                Sentence(
                    "Shorten it: Gmail cuts a mail at 102,400 bytes. Look for a repetition.",
                    "短くしてください。Gmailは102,400バイトで切ります。繰り返しがないか確認してください。",
                ),
                template.name,
            )


def _audience(shared: Round, campaign: str) -> Audience | None:
    if shared.means.frozen is not None:
        return audience_of(shared.means.frozen)
    rule = rule_of(shared.workspace, campaign)
    if not shared.means.looks_up or not isinstance(rule, AudienceRule):
        return None
    return shared.audience(rule)


def _record(shared: Round, campaign: str) -> Record | None:
    if shared.history is None:
        return None
    others = tuple(each for each in shared.history if each.campaign != campaign)
    tested = shared.means.tested(campaign, shared.workspace.digest(campaign))
    return Record(others, begun=len(others) < len(shared.history), test_sent=tested)
