"""Severities of the policy, waivers of a campaign: what they change, what is wrong with them (pure)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.checklist.rule import Rule
from pipeline.models.campaign import Campaign, Waiver
from pipeline.models.finding import Finding, Position, Severity
from pipeline.models.policy import Policy
from pipeline.workspace.typed import offer
from pipeline.workspace.workspace import Workspace
from pipeline.workspace.yaml_file import YamlFile

WAIVER: Final = "settings/waiver"
SEVERITY: Final = "settings/severity"


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
    ja = policy.language == "ja"
    for name in policy.checklist.severity:
        place = yaml.position(("checklist", "severity", name))
        if name not in rules:
            yield _unknown(SEVERITY, rules, name, yaml.path, place, ja=ja)
        elif rules[name].mandatory:
            message = (
                f"{name} は必須の項目です。重要度は変更できません。"
                if ja
                else f"{name} is mandatory: its severity stays as it is."
            )
            remedy = "この行を削除してください。" if ja else "Remove the line."
            yield Finding(SEVERITY, yaml.path, message, remedy, place)


def wrong_waivers(
    rules: Mapping[str, Rule], campaign: Campaign, yaml: YamlFile, day: date, *, ja: bool
) -> Iterator[Finding]:
    """Waivers of no rule, of a mandatory one, and those that are over."""
    for index, waiver in enumerate(campaign.waivers):
        place = yaml.value_position(("waivers", index, "rule"))
        if waiver.rule not in rules:
            yield _unknown(WAIVER, rules, waiver.rule, yaml.path, place, ja=ja)
        elif rules[waiver.rule].mandatory:
            message = (
                f"{waiver.rule} は必須の項目です。免除できません。"
                if ja
                else f"{waiver.rule} is mandatory and cannot be waived."
            )
            remedy = "指摘された箇所を直してください。" if ja else "Mend what it finds."
            yield Finding(WAIVER, yaml.path, message, remedy, place)
        elif waiver.until < day:
            message = (
                f"{waiver.rule} の免除は {waiver.until} で期限切れです。"
                if ja
                else f"The waiver of {waiver.rule} ended on {waiver.until}."
            )
            place = yaml.value_position(("waivers", index, "until"))
            yield Finding(WAIVER, yaml.path, message, _over(ja=ja), place, Severity.WARNING)


def unused_waivers(
    campaign: Campaign, yaml: YamlFile, idle: Collection[Waiver], *, ja: bool
) -> Iterator[Finding]:
    """The waivers among `idle`, whose rules have found nothing to waive."""
    for index, waiver in enumerate(campaign.waivers):
        if waiver in idle:
            message = (
                f"{waiver.rule} の免除は使われていません。指摘がありません。"
                if ja
                else f"The waiver of {waiver.rule} waives nothing: the rule finds nothing."
            )
            place = yaml.value_position(("waivers", index, "rule"))
            yield Finding(WAIVER, yaml.path, message, _over(ja=ja), place, Severity.WARNING)


def _over(*, ja: bool) -> str:
    return "この免除を削除してください。" if ja else "Remove the waiver."


def _unknown(
    rule: str, rules: Mapping[str, Rule], name: str, path: str, place: Position, *, ja: bool
) -> Finding:
    message = f"{name} という項目はありません。" if ja else f"There is no rule {name}."
    otherwise = "docs/checklist.md に一覧があります。" if ja else "docs/checklist.md lists them."
    remedy = offer(name, rules, otherwise=otherwise)
    return Finding(rule, path, message, remedy, place, Severity.WARNING)
