"""Findings for people, for programs and for GitHub."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import click
from rich.cells import cell_len

from pipeline.checklist.catalogue import ALL
from pipeline.checklist.report import CampaignReport, Item, Report, Status
from pipeline.cli.findings_words import Words, words_of
from pipeline.models.finding import Finding, Severity, blocking
from pipeline.sentence import SILENCE, Language, Sentence
from pipeline.workspace.tree import Tree

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
#: Columns of the line of source that are shown, and characters before the caret where the line is longer.
_CONTEXT_MAX = 74
_BEFORE_CARET = 30
#: Of more campaigns than this only those that are not green are shown item by item.
_DETAILED_MAX = 5
_TITLES = {rule.id: Sentence(rule.title, rule.title_ja) for rule in ALL}
#: Items that are only counted; every other status is worth a line.
_QUIET = frozenset({Status.PASS, Status.NOT_APPLICABLE})
_STATUS_COLOURS = {
    Status.FAIL: "red",
    Status.COULD_NOT_RUN: "red",
    Status.WARN: "yellow",
    Status.WAIVED: "yellow",
    Status.LATER: "blue",
}


def as_text(report: Report, tree: Tree) -> str:
    """With the line of source and a caret under the place; then how each campaign stands, by heading.

    In the language of the policy. What is wrong with a piece that several campaigns share is told once.
    """
    words, language = words_of(report.language), report.language
    lines: list[str] = []
    for finding, campaigns in _once(report).items():
        lines += _with_source(finding, tree, language)
        if len(campaigns) > 1:
            listed = words.between.join(campaigns)
            lines.append(f"    {words.also.format(count=len(campaigns), campaigns=listed)}")
        lines.append("")
    for campaign in report.campaigns:
        lines.append(_summary(campaign, words))
        if len(report.campaigns) <= _DETAILED_MAX or not campaign.green:
            lines += _by_heading(campaign, language)
    lines.append(_total(report, words))
    return "\n".join(lines) + "\n"


def _once(report: Report) -> Mapping[Finding, Sequence[str]]:
    """Every finding once, and the campaigns that it belongs to."""
    found: dict[Finding, list[str]] = {}
    for finding in report.all_findings():
        campaigns = found.setdefault(replace(finding, campaign=None), [])
        campaigns += [finding.campaign] if finding.campaign is not None else []
    return found


def _with_source(finding: Finding, tree: Tree, language: Language) -> Iterator[str]:
    place = f"{finding.path}:{finding.position.line}:{finding.position.column}"
    severity = click.style(words_of(language).severity[finding.severity], fg=_COLOURS[finding.severity])
    message, remedy = finding.message.in_language(language), finding.remedy.in_language(language)
    yield f"{click.style(place, bold=True)}: {severity}: {message} [{finding.rule}]"
    source = _line(finding, tree)
    if source is not None:
        yield from _pointed_at(*source)
    if remedy:
        yield f"  → {remedy}"


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


def _summary(campaign: CampaignReport, words: Words) -> str:
    mark = click.style(words.green, fg="green") if campaign.green else click.style(words.not_green, fg="red")
    digest = f" ({campaign.digest[:16]})" if campaign.digest else ""
    counts = Counter(item.status for item in campaign.items)
    return f"{mark} {campaign.id}{digest}: {_listed({words.status[s]: counts[s] for s in Status}, words)}"


def _listed(counts: Mapping[str, int], words: Words) -> str:
    return words.between.join(words.counted.format(count=n, what=what) for what, n in counts.items() if n)


def _by_heading(campaign: CampaignReport, language: Language) -> Iterator[str]:
    """A line for each heading of the paper checklist, and one for each item that does not simply hold."""
    words, alike = words_of(language), campaign.alike
    width = max(cell_len(title) for title in words.headings.values())
    for heading, title in words.headings.items():
        items = [item for item in campaign.items if item.heading == heading]
        if not items:
            continue
        counts = Counter(item.status for item in items)
        listed = _listed({words.status[status]: counts[status] for status in Status}, words)
        yield f"     {title}{' ' * (width - cell_len(title))}  {listed}"
        yield from (
            _shown(item, language)
            for item in items
            if item.status not in _QUIET and (item.status, item.reason or SILENCE) not in alike
        )
    for (kind, reason), headings in alike.items():
        status = click.style(words.status[kind], fg=_STATUS_COLOURS[kind])
        by_title = {words.headings[heading]: count for heading, count in headings.items()}
        said = reason.in_language(language)
        yield f"     {words.at_once.format(status=status, count=headings.total(), reason=said)}"
        yield f"       {_listed(by_title, words)}"


def _shown(item: Item, language: Language) -> str:
    words = words_of(language)
    status = click.style(words.status[item.status], fg=_STATUS_COLOURS[item.status])
    told = (_TITLES.get(item.rule, SILENCE), item.reason or SILENCE)
    said = words.explained.join(sentence.in_language(language) for sentence in told if sentence)
    return f"       {status} {item.rule}{': ' if said else ''}{said}"


def _total(report: Report, words: Words) -> str:
    found = _once(report)
    errors = len(blocking(found))
    later = sum(item.status is Status.LATER for c in report.campaigns for item in c.items)
    count = len(report.campaigns)
    return words.total.format(
        campaigns=words.campaign if count == 1 else words.campaigns.format(count=count),
        errors=errors,
        others=len(found) - errors,
        postponed=words.postponed.format(count=later) if later else "",
    )


def as_data(report: Report) -> dict[str, Any]:
    """The documented JSON."""
    return {
        "campaigns": [
            {
                "id": campaign.id,
                "digest": campaign.digest,
                "items": [
                    {
                        "rule": item.rule,
                        "heading": item.heading,
                        "status": str(item.status),
                        "reason": item.reason.in_language(report.language) if item.reason else None,
                    }
                    for item in campaign.items
                ],
                "findings": [_finding_data(finding, report.language) for finding in campaign.findings],
            }
            for campaign in report.campaigns
        ],
        "findings": [_finding_data(finding, report.language) for finding in report.findings],
        "ok": report.ok,
    }


def _finding_data(finding: Finding, language: Language) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "path": finding.path,
        "line": finding.position.line,
        "column": finding.position.column,
        "message": finding.message.in_language(language),
        "remedy": finding.remedy.in_language(language),
    }


def as_github(report: Report) -> str:
    """Workflow commands that GitHub shows on the lines of the pull request, each mistake once."""
    return "".join(f"{_annotation(finding, report.language)}\n" for finding in _once(report))


def _annotation(finding: Finding, language: Language) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.position.line),
        "col": str(finding.position.column),
        "title": finding.rule,
    }
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_LEVELS[finding.severity]} {listed}::{_message(finding.in_full(language))}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
