"""Severities of the policy, waivers of a campaign: what they change, what is wrong with them (pure)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.models.campaign import Campaign, Waiver
from pipeline.models.finding import Finding, Position, Severity
from pipeline.models.policy import Policy
from pipeline.sentence import Sentence
from pipeline.workspace.typed import offer
from pipeline.workspace.workspace import Workspace
from pipeline.workspace.yaml_file import YamlFile

WAIVER: Final = "settings/waiver"
SEVERITY: Final = "settings/severity"
_OVER: Final = Sentence("Remove the waiver.", "この免除を削除してください。")
_LISTED: Final = Sentence("docs/checklist.md lists them.", "docs/checklist.md に一覧があります。")


@dataclass(frozen=True, slots=True)
class SetAside:
    """What weighs otherwise than its rule says: severities by rule id, None for off; waivers in force."""

    severities: Mapping[str, Severity | None]
    waivers: Mapping[str, Waiver]

    def off(self, rule: str) -> bool:
        """Whether the policy switches a rule off."""
        return rule in self.severities and self.severities[rule] is None

    def weight(self, finding: Finding) -> Severity:
        """What a finding weighs, waivers left out."""
        return self.severities.get(finding.rule) or finding.severity


def set_aside(rules: Mapping[str, Rule], policy: Policy | None, campaign: Campaign, day: date) -> SetAside:
    """What is in force on the day of the mail; mandatory and unknown rules are never set aside.

    `rules` may know a rule by another name, too.
    """
    chosen = policy.checklist.severity if policy else {}
    severities = {
        rules[name].id: None if level == "off" else Severity(level)
        for name, level in chosen.items()
        if name in rules and not rules[name].mandatory
    }
    waivers = {
        rules[waiver.rule].id: waiver
        for waiver in campaign.waivers
        if waiver.rule in rules and not rules[waiver.rule].mandatory and day <= waiver.until
    }
    return SetAside(severities, waivers)


def wrong_severities(rules: Mapping[str, Rule], workspace: Workspace) -> Iterator[Finding]:
    """Severities of the policy that name no rule, or one that cannot be weakened."""
    policy, yaml = workspace.policy, workspace.policy_yaml
    if policy is None or yaml is None:
        return
    for name in policy.checklist.severity:
        place = yaml.position(("checklist", "severity", name))
        if name not in rules:
            yield _unknown(SEVERITY, rules, name, yaml.path, place)
        elif rules[name].mandatory:
            message = Sentence(
                f"{name} is mandatory: its severity stays as it is.",
                f"{name} は必須の項目です。重要度は変更できません。",
            )
            remedy = Sentence("Remove the line.", "この行を削除してください。")
            yield Finding(SEVERITY, yaml.path, message, remedy, place)


def wrong_waivers(
    rules: Mapping[str, Rule], campaign: Campaign, yaml: YamlFile, day: date
) -> Iterator[Finding]:
    """Waivers of no rule, of a mandatory one, and those that are over."""
    for index, waiver in enumerate(campaign.waivers):
        place = yaml.value_position(("waivers", index, "rule"))
        if waiver.rule not in rules:
            yield _unknown(WAIVER, rules, waiver.rule, yaml.path, place)
        elif rules[waiver.rule].mandatory:
            message = Sentence(
                f"{waiver.rule} is mandatory and cannot be waived.",
                f"{waiver.rule} は必須の項目です。免除できません。",
            )
            remedy = Sentence("Mend what it finds.", "指摘された箇所を直してください。")
            yield Finding(WAIVER, yaml.path, message, remedy, place)
        elif waiver.until < day:
            message = Sentence(
                f"The waiver of {waiver.rule} ended on {waiver.until}.",
                f"{waiver.rule} の免除は {waiver.until} で期限切れです。",
            )
            place = yaml.value_position(("waivers", index, "until"))
            yield Finding(WAIVER, yaml.path, message, _OVER, place, Severity.WARNING)


def unused_waivers(campaign: Campaign, yaml: YamlFile, idle: Collection[Waiver]) -> Iterator[Finding]:
    """The waivers among `idle`, whose rules have found nothing to waive."""
    for index, waiver in enumerate(campaign.waivers):
        if waiver in idle:
            message = Sentence(
                f"The waiver of {waiver.rule} waives nothing: the rule finds nothing.",
                f"{waiver.rule} の免除は使われていません。指摘がありません。",
            )
            place = yaml.value_position(("waivers", index, "rule"))
            yield Finding(WAIVER, yaml.path, message, _OVER, place, Severity.WARNING)


def _unknown(rule: str, rules: Mapping[str, Rule], name: str, path: str, place: Position) -> Finding:
    message = Sentence(f"There is no rule {name}.", f"{name} という項目はありません。")
    remedy = offer(name, rules, otherwise=_LISTED)
    return Finding(rule, path, message, remedy, place, Severity.WARNING)
