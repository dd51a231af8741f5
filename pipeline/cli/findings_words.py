"""The words around findings, in the language of the policy (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.checklist.report import Status
from pipeline.checklist.rule import HEADINGS, PERSON
from pipeline.models.finding import Severity
from pipeline.sentence import Language


@dataclass(frozen=True, slots=True)
class Words:
    """Labels and half sentences of one language."""

    severity: Mapping[Severity, str]
    status: Mapping[Status, str]
    headings: Mapping[str, str]
    green: str
    not_green: str
    counted: str
    between: str
    explained: str
    at_once: str
    also: str
    campaign: str
    campaigns: str
    total: str
    postponed: str


_EN: Final = Words(
    severity={level: str(level) for level in Severity},
    status={status: str(status) for status in Status},
    headings={name: f"{name} {title}" for name, title in HEADINGS.items()}
    | {PERSON: f"{PERSON} 承認者の確認"},
    green="ok  ",
    not_green="FAIL",
    counted="{count} {what}",
    between=", ",
    explained=" – ",
    at_once="{status} {count} items: {reason}",
    also="in {count} campaigns: {campaigns}",
    campaign="1 campaign",
    campaigns="{count} campaigns",
    total="{campaigns}, {errors} errors, {others} other findings{postponed}",
    postponed=", {count} for delivery to check",
)
_JA: Final = Words(
    severity={Severity.ERROR: "エラー", Severity.WARNING: "注意", Severity.INFO: "参考"},
    status={
        Status.PASS: "合格",
        Status.FAIL: "不合格",
        Status.WARN: "注意",
        Status.NOT_APPLICABLE: "対象外",
        Status.COULD_NOT_RUN: "実行できず",
        Status.LATER: "配信時に確認",
        Status.WAIVED: "免除",
    },
    headings={**HEADINGS, PERSON: "承認者の確認"},
    green="OK  ",
    not_green="NG  ",
    counted="{what}{count}",
    between="、",
    explained=" – ",
    at_once="{status} {count}項目: {reason}",
    also="{count}件のキャンペーンに影響: {campaigns}",
    campaign="キャンペーン1件",
    campaigns="キャンペーン{count}件",
    total="{campaigns}、エラー{errors}件、そのほかの指摘{others}件{postponed}",
    postponed="、配信時に確認する項目{count}件",
)


def words_of(language: Language) -> Words:
    """The words of a language."""
    return _JA if language == "ja" else _EN
