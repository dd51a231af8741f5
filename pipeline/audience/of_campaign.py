"""The audience rule of a campaign in a workspace, or what is wrong with it and where."""

from collections.abc import Callable, Mapping
from typing import Final

from pipeline.audience.contacts import objections
from pipeline.audience.rule import AudienceRule, Objection, audience_rule
from pipeline.models.finding import Finding, Position
from pipeline.models.policy import ContactSource
from pipeline.sentence import Sentence
from pipeline.workspace.workspace import Workspace

_UNREADABLE: Final = (
    Sentence("Its audience cannot be read.", "配信先の設定を読み取れません。"),
    Sentence("`postmerge check` lists what is wrong with it.", "`postmerge check`で理由を確認してください。"),
)


def rule_of(workspace: Workspace, campaign_id: str) -> AudienceRule | tuple[Finding, ...]:
    """The rule, or the findings that stand in its way."""
    campaign, policy = workspace.campaigns[campaign_id].campaign, workspace.policy
    name = campaign.audience.segment
    if policy is None or name is None or name not in workspace.segments:
        folder = workspace.campaigns[campaign_id]
        place = folder.yaml.position(("audience",))
        path = f"{folder.path}/campaign.yaml"
        return (Finding("recipients/segment-exists", path, *_UNREADABLE, place),)
    segments = {file.name: file.segment for file in workspace.segments.values()}
    rule = audience_rule(name, segments, policy, campaign.kind, campaign_id)
    if isinstance(rule, AudienceRule):
        return rule
    return tuple(_finding(workspace, campaign_id, objection) for objection in rule)


def source_findings(
    workspace: Workspace,
    campaign_id: str,
    rule: AudienceRule,
    columns: Callable[[ContactSource], Mapping[str, str]],
) -> tuple[Finding, ...]:
    """Columns that the rule names and its contact sources do not have."""
    return tuple(_finding(workspace, campaign_id, objection) for objection in objections(rule, columns))


def _finding(workspace: Workspace, campaign_id: str, objection: Objection) -> Finding:
    return Finding(
        _rule_of(objection),
        objection.file,
        objection.sentence,
        objection.remedy,
        _position(workspace, objection),
        campaign=campaign_id,
    )


def _rule_of(objection: Objection) -> str:
    if objection.path[:1] == ("where",):
        return "recipients/predicate"
    return "legal/consent-record" if objection.about_consent else "recipients/column-exists"


def _position(workspace: Workspace, objection: Objection) -> Position:
    """The place in the file; an offset counts where the value stands on one line."""
    files = {file.path: file.yaml for file in workspace.segments.values()}
    if workspace.policy_yaml is not None:
        files[workspace.policy_yaml.path] = workspace.policy_yaml
    yaml = files.get(objection.file)
    if yaml is None:
        return Position()
    place = yaml.value_position(objection.path)
    return Position(place.line, place.column + objection.offset)
