"""Every rule against its examples: `cases/<heading>/<rule>.yaml`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from pipeline.checklist.catalogue import RULES
from pipeline.checklist.report import CampaignReport, Status
from pipeline.checklist.rule import Rule
from pipeline.models.finding import Finding, Severity
from tests.checklist.drafts import OWN_KEYS, Case, loaded

CASES: Final = Path(__file__).parent / "cases"
JAPANESE: Final = re.compile("[ぁ-んァ-ヶ一-龠]")
OURS: Final = tuple(rule for rule in RULES if rule.check is not None)
QUOTED: Final = re.compile("“[^”]*”")


def path_of(rule: Rule) -> Path:
    return CASES / f"{rule.id}.yaml"


def examples(kind: str) -> Iterator[Any]:
    for rule in OURS:
        if path_of(rule).exists():
            listed = loaded(path_of(rule)).get(kind) or ()
            for number, example in enumerate(listed, 1):
                name = f"{rule.id} {kind} {number}: {example.get('name', '')}".strip(": ")
                yield pytest.param(rule, example, id=name)


@pytest.mark.parametrize(("rule", "example"), list(examples("pass")))
def test_what_is_right_passes(rule: Rule, example: dict[str, Any]) -> None:
    report = Case(example).report(rule)
    assert [f"{f.path}:{f.position.line}: {f.message}" for f in report.findings] == []
    assert status(report, rule) in {Status.PASS, Status.NOT_APPLICABLE}


@pytest.mark.parametrize(("rule", "example"), list(examples("not-applicable")))
def test_what_there_is_nothing_of_is_not_applicable(rule: Rule, example: dict[str, Any]) -> None:
    report = Case(example).report(rule)
    assert status(report, rule) is Status.NOT_APPLICABLE
    assert report.items[0].reason


@pytest.mark.parametrize(("rule", "example"), list(examples("fail")))
def test_what_is_wrong_is_found_in_its_place(rule: Rule, example: dict[str, Any]) -> None:
    case = Case(example)
    report = case.report(rule)
    assert report.findings, report.items
    remark = all(found.severity is Severity.INFO for found in report.findings)
    assert status(report, rule) in ({Status.PASS} if remark else {Status.FAIL, Status.WARN}), report.items
    assert len(report.findings) == example.get("places", len(report.findings))
    for found in report.findings:
        assert rule.id == found.rule
    assert any(_as_expected(example, found, case) for found in report.findings), [
        (found, _line(case, found)) for found in report.findings
    ]


@pytest.mark.parametrize(("rule", "example"), list(examples("fail")))
def test_a_finding_speaks_both_languages(rule: Rule, example: dict[str, Any]) -> None:
    for found in Case(example).report(rule).findings:
        assert JAPANESE.search(found.message.ja)
        assert not JAPANESE.search(QUOTED.sub("", found.message.en))
        assert bool(JAPANESE.search(found.remedy.ja)) == bool(found.remedy.en)


def _as_expected(example: dict[str, Any], found: Finding, case: Case) -> bool:
    written = {
        "line": found.position.line,
        "column": found.position.column,
        "severity": str(found.severity),
    }
    return (
        all(example[key] == value for key, value in written.items() if key in example)
        and found.path.endswith(example.get("path", ""))
        and example.get("says", "") in found.in_full(example.get("policy", {}).get("language", "en"))
        and _line(case, found)[found.position.column - 1 :].startswith(example.get("under", ""))
    )


def _line(case: Case, found: Finding) -> str:
    lines = case.files()[found.path].decode("utf-8", errors="replace").splitlines()
    return lines[found.position.line - 1] if found.position.line <= len(lines) else ""


def status(report: CampaignReport, rule: Rule) -> Status:
    return next(item.status for item in report.items if item.rule == rule.id)


# --- The rules of the rules


@pytest.mark.parametrize("rule", OURS, ids=lambda rule: rule.id)
def test_every_rule_has_examples(rule: Rule) -> None:
    listed = loaded(path_of(rule)) if path_of(rule).exists() else {}
    assert listed.keys() <= {"pass", "fail", "not-applicable"}
    assert len(listed.get("pass") or ()) >= 1
    assert len(listed.get("fail") or ()) >= 2
    for example in listed["fail"]:
        assert example.keys() & {"says", "under", "line"}, "a bad example says what is expected"


def test_every_file_of_examples_belongs_to_a_rule() -> None:
    known = {path_of(rule) for rule in OURS}
    assert {path for path in CASES.rglob("*") if path.is_file()} <= known


def test_keys_of_examples_are_ours_or_the_campaigns() -> None:
    from pipeline.models.campaign import Campaign  # noqa: PLC0415

    fields = {field.alias or name for name, field in Campaign.model_fields.items()}
    for rule in OURS:
        listed = loaded(path_of(rule)) if path_of(rule).exists() else {}
        for example in (each for kind in listed.values() for each in kind or ()):
            assert set(example) <= OWN_KEYS | fields, f"{rule.id}: {example.get('name')}"
