"""Running the checklist over a workspace."""

from collections.abc import Iterable

from pipeline.audience.contacts import Contacts
from pipeline.audience.of_campaign import rule_of, source_findings
from pipeline.audience.rule import AudienceRule
from pipeline.checklist.catalogue import RULES
from pipeline.checklist.report import CampaignReport, Item, Report, Status
from pipeline.errors import PipelineError, Refused
from pipeline.models.finding import Finding, Severity, blocking, in_order
from pipeline.render.check import problems
from pipeline.render.failure import RenderFailure
from pipeline.render.of_campaign import mail_source
from pipeline.render.personas import invented
from pipeline.workspace.workspace import Workspace

_RENDERS = "display/renders"
_COLUMNS = "recipients/column-exists"


def run(
    workspace: Workspace, campaigns: Iterable[str], contacts: Contacts, more: Iterable[Finding] = ()
) -> Report:
    """Check the named campaigns. `more` are findings from elsewhere, such as yamllint's.

    Contacts that cannot be read leave their items for later: they are asked again at delivery.
    """
    found = (*workspace.findings, *more)
    reports = tuple(_check(workspace, campaign, contacts, found) for campaign in campaigns)
    return Report(reports, in_order(finding for finding in found if finding.campaign is None))


def _check(
    workspace: Workspace, campaign: str, contacts: Contacts, found: tuple[Finding, ...]
) -> CampaignReport:
    findings = [finding for finding in found if finding.campaign == campaign]
    status: dict[str, Item] = {}
    digest = None
    if campaign in workspace.campaigns and workspace.policy is not None:
        digest = workspace.digest(campaign)
        findings += _audience(workspace, campaign, contacts, status)
        findings += _rendering(workspace, campaign, findings, status)
    else:
        for rule in (_COLUMNS, _RENDERS):
            status[rule] = Item(rule, Status.COULD_NOT_RUN, "the campaign or the policy cannot be read")
    listed = in_order(findings)
    items = tuple(status.get(rule.id) or _item(rule.id, listed) for rule in RULES)
    return CampaignReport(campaign, digest, items, listed)


def _item(rule: str, findings: Iterable[Finding]) -> Item:
    severities = {finding.severity for finding in findings if finding.rule == rule}
    if Severity.ERROR in severities:
        return Item(rule, Status.FAIL)
    return Item(rule, Status.WARN if Severity.WARNING in severities else Status.PASS)


def _audience(
    workspace: Workspace, campaign: str, contacts: Contacts, status: dict[str, Item]
) -> tuple[Finding, ...]:
    rule = rule_of(workspace, campaign)
    if not isinstance(rule, AudienceRule):
        return rule
    try:
        return source_findings(workspace, campaign, rule, contacts)
    except PipelineError as error:
        status[_COLUMNS] = Item(_COLUMNS, Status.LATER, error.sentence)
        return ()


def _rendering(
    workspace: Workspace, campaign: str, findings: Iterable[Finding], status: dict[str, Item]
) -> tuple[Finding, ...]:
    """Render for a few invented people: what fails for one of them fails for somebody real."""
    if blocking(findings):
        status[_RENDERS] = Item(_RENDERS, Status.COULD_NOT_RUN, "the other findings come first")
        return ()
    folder = workspace.campaigns[campaign]
    segment = workspace.segments[folder.campaign.audience.segment or ""].segment
    try:
        failures = problems(
            mail_source(workspace, campaign), invented(segment.columns, folder.campaign.language)
        )
    except Refused as refused:
        failures = (RenderFailure(refused.sentence, refused.remedy),)
    return tuple(_render_finding(workspace, campaign, failure) for failure in failures)


def _render_finding(workspace: Workspace, campaign: str, failure: RenderFailure) -> Finding:
    folder = workspace.campaigns[campaign]
    path, position = f"{folder.path}/campaign.yaml", folder.yaml.position(("body",))
    if failure.template in {"subject", "preheader"}:
        position = folder.yaml.position((failure.template,))
    elif failure.template is not None:
        path = _file_of(workspace, campaign, failure.template)
        position = type(position)(failure.line or 1, 1)
    return Finding(_RENDERS, path, failure.sentence, failure.remedy, position, campaign=campaign)


def _file_of(workspace: Workspace, campaign: str, template: str) -> str:
    folder = workspace.campaigns[campaign]
    if template in folder.files:
        return f"{folder.path}/{template}"
    return f"campaigns/_shared/{template.removeprefix('_shared/')}"
