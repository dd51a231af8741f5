"""Findings as SARIF 2.1.0, the format of code scanning."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.checklist.catalogue import ALL
from pipeline.checklist.report import Report
from pipeline.checklist.rule import Rule
from pipeline.models.finding import Finding, Severity
from pipeline.workspace.tree import Tree

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def as_sarif(report: Report, tree: Tree) -> dict[str, Any]:
    """One run with every rule, so that a rule without findings counts as checked."""
    index = {rule.id: number for number, rule in enumerate(ALL)}
    driver = {
        "name": "postmerge",
        "rules": [_descriptor(rule) for rule in ALL],
    }
    results = list(_results(report, tree, index))
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\n{rule.remedy}",
            "markdown": f"**{rule.title_ja}**\n\n{rule.why}\n\n{rule.remedy}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": [rule.heading]},
    }


def _results(report: Report, tree: Tree, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    """A fingerprint holds while lines are added above; equal ones are numbered."""
    seen: Counter[str] = Counter()
    for finding in report.all_findings():
        print_ = _fingerprint(finding, tree)
        seen[print_] += 1
        region = {"startLine": finding.position.line, "startColumn": finding.position.column}
        place = {"artifactLocation": {"uri": finding.path, "uriBaseId": "%SRCROOT%"}, "region": region}
        yield {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": _LEVELS[finding.severity],
            "message": {"text": finding.in_full(report.language)},
            "locations": [{"physicalLocation": place}],
            "partialFingerprints": {"postmerge/v1": f"{print_}:{seen[print_]}"},
        }


def _fingerprint(finding: Finding, tree: Tree) -> str:
    """A hash over rule, file and the words of the line, not over its number."""
    words = ""
    if finding.path in tree.entries:
        lines = tree.read(finding.path).decode("utf-8", errors="replace").splitlines()
        if finding.position.line <= len(lines):
            words = lines[finding.position.line - 1].strip()
    parts = "\n".join((finding.rule, finding.path, finding.campaign or "", words))
    return hashlib.sha256(parts.encode()).hexdigest()[:32]
