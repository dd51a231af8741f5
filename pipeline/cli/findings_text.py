"""Findings for people, for programs and for GitHub."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import click
from rich.cells import cell_len

from pipeline.checklist.catalogue import ALL
from pipeline.checklist.report import CampaignReport, Item, Report, Status
from pipeline.checklist.rule import HEADINGS, PERSON
from pipeline.models.finding import Finding, Severity, blocking
from pipeline.workspace.tree import Tree

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
#: Columns of the line of source that are shown, and characters before the caret where the line is longer.
_CONTEXT_MAX = 74
_BEFORE_CARET = 30
#: Of more campaigns than this only those that are not green are shown item by item.
_DETAILED_MAX = 5
_HEADINGS = {**HEADINGS, PERSON: "承認者の確認"}
_TITLES = {rule.id: (rule.title, rule.title_ja) for rule in ALL}
#: Items that are only counted; every other status is worth a line.
_QUIET = frozenset({Status.PASS, Status.NOT_APPLICABLE})
_STATUS_COLOURS = {
    Status.FAIL: "red",
    Status.COULD_NOT_RUN: "red",
    Status.WARN: "yellow",
    Status.WAIVED: "yellow",
    Status.LATER: "blue",
}


def as_text(report: Report, tree: Tree, *, ja: bool = False) -> str:
    """With the line of source and a caret under the place; then how each campaign stands, by heading."""
    lines: list[str] = []
    for finding in report.all_findings():
        lines += [*_with_source(finding, tree), ""]
    for campaign in report.campaigns:
        lines.append(_summary(campaign))
        if len(report.campaigns) <= _DETAILED_MAX or not campaign.green:
            lines += _by_heading(campaign, ja=ja)
    lines.append(_total(report))
    return "\n".join(lines) + "\n"


def _with_source(finding: Finding, tree: Tree) -> Iterator[str]:
    place = f"{finding.path}:{finding.position.line}:{finding.position.column}"
    severity = click.style(str(finding.severity), fg=_COLOURS[finding.severity])
    yield f"{click.style(place, bold=True)}: {severity}: {finding.message} [{finding.rule}]"
    source = _line(finding, tree)
    if source is not None:
        yield from _pointed_at(*source)
    if finding.remedy:
        yield f"  → {finding.remedy}"


def _pointed_at(text: str, column: int) -> Iterator[str]:
    """The part of a line around a column, and a caret; full-width characters are two columns wide."""
    start = max(0, column - 1 - _BEFORE_CARET) if cell_len(text) > _CONTEXT_MAX else 0
    cut = "…" if start else ""
    # Cut before it is measured: taking a line of 200 KB down letter by letter takes minutes.
    shown = text[start : start + _CONTEXT_MAX]
    while cell_len(cut + shown) > _CONTEXT_MAX:
        shown = shown[:-1]
    yield f"    {cut}{shown}"
    yield f"    {' ' * cell_len(cut + text[start : column - 1])}^"


def _line(finding: Finding, tree: Tree) -> tuple[str, int] | None:
    """The line as it can be shown, and the column in it."""
    entry = tree.entries.get(finding.path)
    if entry is None or entry.mode not in {"100644", "100755"}:
        return None
    try:
        lines = tree.read(finding.path).decode("utf-8-sig").splitlines()
    except (UnicodeDecodeError, OSError):
        return None
    if not 0 < finding.position.line <= len(lines):
        return None
    text = "".join(c if c.isprintable() else " " for c in lines[finding.position.line - 1])
    return text, min(finding.position.column, len(text) + 1)


def _summary(campaign: CampaignReport) -> str:
    counts: dict[str, int] = {}
    for item in campaign.items:
        counts[item.status] = counts.get(item.status, 0) + 1
    listed = ", ".join(f"{count} {status}" for status, count in counts.items())
    mark = click.style("ok  ", fg="green") if campaign.green else click.style("FAIL", fg="red")
    digest = f" ({campaign.digest[:16]})" if campaign.digest else ""
    return f"{mark} {campaign.id}{digest}: {listed}"


def _by_heading(campaign: CampaignReport, *, ja: bool) -> Iterator[str]:
    """A line for each heading of the paper checklist, and one for each item that does not simply hold."""
    width = max(cell_len(f"{name} {title}") for name, title in _HEADINGS.items())
    for heading, title in _HEADINGS.items():
        items = [item for item in campaign.items if item.heading == heading]
        if not items:
            continue
        name = f"{heading} {title}"
        counts = Counter(item.status for item in items)
        listed = ", ".join(f"{counts[status]} {status}" for status in Status if counts[status])
        yield f"     {name}{' ' * (width - cell_len(name))}  {listed}"
        yield from (_shown(item, ja=ja) for item in items if item.status not in _QUIET)


def _shown(item: Item, *, ja: bool) -> str:
    status = click.style(str(item.status), fg=_STATUS_COLOURS[item.status])
    title = _TITLES.get(item.rule, ("", ""))[1 if ja else 0]
    said = " – ".join(filter(None, (title, item.reason)))
    return f"       {status} {item.rule}{': ' if said else ''}{said}"


def _total(report: Report) -> str:
    found = list(report.all_findings())
    errors = len(blocking(found))
    later = sum(item.status is Status.LATER for c in report.campaigns for item in c.items)
    postponed = f", {later} for delivery to check" if later else ""
    noun = "campaign" if len(report.campaigns) == 1 else "campaigns"
    return f"{len(report.campaigns)} {noun}, {errors} errors, {len(found) - errors} other findings{postponed}"


def as_data(report: Report) -> dict[str, Any]:
    """The documented JSON."""
    return {
        "campaigns": [
            {
                "id": campaign.id,
                "digest": campaign.digest,
                "items": [
                    {"rule": i.rule, "heading": i.heading, "status": str(i.status), "reason": i.reason}
                    for i in campaign.items
                ],
                "findings": [_finding_data(finding) for finding in campaign.findings],
            }
            for campaign in report.campaigns
        ],
        "findings": [_finding_data(finding) for finding in report.findings],
        "ok": report.ok,
    }


def _finding_data(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "path": finding.path,
        "line": finding.position.line,
        "column": finding.position.column,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def as_github(report: Report) -> str:
    """Workflow commands that GitHub shows on the lines of the pull request."""
    return "".join(f"{_annotation(finding)}\n" for finding in report.all_findings())


def _annotation(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.position.line),
        "col": str(finding.position.column),
        "title": finding.rule,
    }
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return (
        f"::{_LEVELS[finding.severity]} {listed}::{_message(f'{finding.message} {finding.remedy}'.strip())}"
    )


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
