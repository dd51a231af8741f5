"""Running the checklist over a workspace."""

from collections.abc import Iterable, Mapping, Sequence

from pipeline.audience.of_campaign import rule_of, source_findings
from pipeline.audience.rule import AudienceRule
from pipeline.checklist.answers import Answers
from pipeline.checklist.catalogue import RULES, by_name
from pipeline.checklist.drafting import RENDERS, UNDEFINED, Drafted, drafted, failed_rule
from pipeline.checklist.means import Means
from pipeline.checklist.report import CampaignReport, Item, Report, Status
from pipeline.checklist.round import Round
from pipeline.checklist.rule import PERSON, Need, Rule
from pipeline.checklist.setting_aside import (
    WAIVER,
    SetAside,
    set_aside,
    unused_waivers,
    wrong_severities,
    wrong_waivers,
)
from pipeline.errors import PipelineError
from pipeline.models.finding import Finding, blocking, in_order
from pipeline.render.failure import RenderFailure
from pipeline.sentence import Sentence
from pipeline.workspace.workspace import Workspace

_COLUMNS = "recipients/column-exists"
_SEGMENT = "recipients/segment-exists"
_KNOWN: Mapping[str, Rule] = by_name()
_UNREADABLE = Sentence("the campaign or the policy cannot be read", "設定またはポリシーを読み込めません")
_HIDDEN = Sentence("the mail does not render", "メールを作成できません")


def run(
    workspace: Workspace,
    campaigns: Iterable[str],
    means: Means,
    more: Iterable[Finding] = (),
    rules: Sequence[Rule] = RULES,
) -> Report:
    """Check the named campaigns. `more` are findings from elsewhere, such as yamllint's.

    What a rule needs and `means` does not have is left for later: it is asked again at delivery.
    """
    found, wanted = (*workspace.findings, *more), tuple(campaigns)
    with Round(workspace, means) as shared:
        if workspace.policy is not None and any(Need.RENDERED in rule.needs for rule in rules):
            shared.get_ready()
        # One segment after the other: its people are looked up once.
        made = {
            name: _Run(shared, name, rules).report(found)
            for name in sorted(wanted, key=lambda name: _segment(workspace, name))
        }
    reports = tuple(made[name] for name in wanted)
    of_none = [finding for finding in found if finding.campaign is None]
    of_all = in_order([*of_none, *wrong_severities(_KNOWN, workspace)])
    return Report(reports, of_all, workspace.language)


def _segment(workspace: Workspace, campaign: str) -> str:
    folder = workspace.campaigns.get(campaign)
    return (folder.campaign.audience.segment or "") if folder is not None else ""


class _Run:
    """The checklist of one campaign, while it is run."""

    def __init__(self, shared: Round, campaign: str, rules: Sequence[Rule]) -> None:
        self._round = shared
        self._workspace = shared.workspace
        self._campaign = campaign
        self._means = shared.means
        self._rules = rules
        self._answers = Answers(campaign)

    def report(self, found: Sequence[Finding]) -> CampaignReport:
        """Everything that is found, and a status for every rule."""
        self._answers.add(finding for finding in found if finding.campaign == self._campaign)
        if self._campaign not in self._workspace.campaigns or self._workspace.policy is None:
            return self._unreadable()
        self._audience()
        needs = frozenset[Need]().union(*(rule.needs | rule.uses for rule in self._rules))
        first = {finding.rule for finding in blocking(self._answers.findings)}
        draft = drafted(self._round, self._campaign, needs, first)
        self._rendering(draft, sound=not first)
        for rule in self._rules:
            if rule.check is not None:
                self._answers.ask(rule, draft)
            elif rule.hold:
                self._held_by_delivery(rule)
        return self._settled(draft)

    def _unreadable(self) -> CampaignReport:
        for rule in self._rules:
            if rule.check is not None or rule.id in {_COLUMNS, RENDERS, UNDEFINED}:
                self._answers.status(rule.id, Status.COULD_NOT_RUN, _UNREADABLE)
        findings = in_order(self._answers.findings)
        items = tuple(self._answers.item(rule.id, SetAside({}, {})) for rule in self._rules)
        return CampaignReport(self._campaign, None, items, findings)

    def _audience(self) -> None:
        rule = rule_of(self._workspace, self._campaign)
        if not isinstance(rule, AudienceRule):
            self._answers.add([finding for finding in rule if not self._is_told(finding)])
            return
        try:
            columns = self._round.columns
            self._answers.add(source_findings(self._workspace, self._campaign, rule, columns))
        except PipelineError as error:
            self._answers.status(_COLUMNS, Status.LATER, error.reason)

    def _is_told(self, finding: Finding) -> bool:
        """Whether the reader of the files has told of it: a source or segment that is not there."""
        told = self._answers.findings
        if finding.rule not in {_COLUMNS, _SEGMENT}:
            return False
        same_line = {(known.path, known.position.line) for known in told}
        return (finding.path, finding.position.line) in same_line or finding.rule in {f.rule for f in told}

    def _held_by_delivery(self, rule: Rule) -> None:
        if self._means.at_delivery:
            reason = Sentence("delivery itself asks", "配信側で確認しています")
            self._answers.status(rule.id, Status.NOT_APPLICABLE, reason)
            return
        reason = Sentence(f"delivery asks (hold `{rule.hold}`)", f"配信のときに確認します(保留: {rule.hold})")
        self._answers.status(rule.id, Status.LATER, reason)

    def _rendering(self, draft: Drafted, *, sound: bool) -> None:
        if not sound:
            unmet = draft.unmet.get(Need.RENDERED)
            if unmet is not None:
                for rule in (RENDERS, UNDEFINED):
                    self._answers.status(rule, unmet.status, unmet.reason)
            return
        findings = [_render_finding(self._workspace, self._campaign, each) for each in draft.failures]
        self._answers.add(findings)
        failed = {finding.rule for finding in findings}
        for rule in {RENDERS, UNDEFINED} - failed if failed else ():
            # What fails early hides what would fail behind it.
            self._answers.status(rule, Status.COULD_NOT_RUN, _HIDDEN)

    def _settled(self, drafted_: Drafted) -> CampaignReport:
        workspace, draft = self._workspace, drafted_.draft
        today = draft.now.astimezone(draft.zone).date()
        day = today if self._means.at_delivery else draft.day
        aside = set_aside(_KNOWN, workspace.policy, draft.campaign, day)
        if any(rule.id == WAIVER for rule in self._rules):
            self._answers.add(wrong_waivers(_KNOWN, draft.campaign, draft.yaml, day))
            idle = aside.waivers.keys() - {finding.rule for finding in self._answers.findings}
            answered = {rule.id for rule in self._rules} - self._answers.open()
            waivers = [aside.waivers[name] for name in idle & answered]
            self._answers.add(unused_waivers(draft.campaign, draft.yaml, waivers))
        items = [self._answers.item(rule.id, aside) for rule in self._rules]
        items += self._confirmations()
        findings = in_order(self._answers.weighed(aside))
        return CampaignReport(self._campaign, workspace.digest(self._campaign), tuple(items), findings)

    def _confirmations(self) -> Iterable[Item]:
        """What only a person can judge; delivery asks for it among the approvals."""
        policy = self._workspace.policy
        for name in policy.checklist.confirm if policy is not None else ():
            reason = Sentence(
                f"the approver confirms it (`Confirmed: {name}`)",
                f"承認者が確認します(`Confirmed: {name}`)",
            )
            yield Item(f"{PERSON}/{name}", Status.LATER, reason)


def _render_finding(workspace: Workspace, campaign: str, failure: RenderFailure) -> Finding:
    folder = workspace.campaigns[campaign]
    path, position = f"{folder.path}/campaign.yaml", folder.yaml.position(("body",))
    if failure.template in {"subject", "preheader"}:
        position = folder.yaml.position((failure.template,))
    elif failure.template is not None:
        path = _file_of(workspace, campaign, failure.template)
        position = type(position)(failure.line or 1, 1)
    return Finding(failed_rule(failure), path, failure.sentence, failure.remedy, position, campaign=campaign)


def _file_of(workspace: Workspace, campaign: str, template: str) -> str:
    folder = workspace.campaigns[campaign]
    if template in folder.files:
        return f"{folder.path}/{template}"
    return f"campaigns/_shared/{template.removeprefix('_shared/')}"
