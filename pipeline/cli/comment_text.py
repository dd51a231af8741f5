"""The one comment on a pull request: what a merge does, what the checklist says, what is missing (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pipeline.checklist.report import CampaignReport, Item, Report, Status
from pipeline.checklist.rule import HEADINGS, PERSON
from pipeline.cli.comment_approvals import NotAsked, Said, missing
from pipeline.models.finding import Finding, Severity
from pipeline.models.policy import Policy
from pipeline.plan.changes import Amend, Start, Unchanged
from pipeline.plan.describe import entry_markdown, escaped
from pipeline.plan.phrases import phrases
from pipeline.plan.report import Entry
from pipeline.sentence import Language

#: The first line, by which the comment is found again.
MARKER: Final = "<!-- postmerge: plan -->"
#: GitHub takes 65,536 characters (docs.github.com); some are left for what comes behind.
LIMIT: Final = 60_000
#: More findings of one campaign than a person reads in a comment; annotations show the others.
_FINDINGS_MAX: Final = 20
_SENTENCE_MAX: Final = 600

_MARKS: Final = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.INFO: "🔵"}


@dataclass(frozen=True, slots=True)
class Links:
    """Where a reader can go on; empty for no link. `files` is where files are shown, up to their path."""

    files: str = ""
    preview: str = ""
    run: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class _Words:
    checklist: str
    heading: str
    columns: tuple[str, str, str, str]
    person: str
    hindered: str
    no_policy: str
    more: str
    general: str
    preview: str
    run: str
    commit: str
    cut: str


_EN: Final = _Words(
    checklist="Checklist",
    heading="Heading",
    columns=("holds", "does not hold", "to look at", "later"),
    person="A person",
    hindered="- {count} of those that do not hold could not be looked at: {reason}",
    no_policy="⛔ policy.yaml cannot be read, so nothing is planned or sent: see below what is wrong.",
    more="… and {count} more: see the annotations and the run",
    general="Outside of any campaign",
    preview="Preview",
    run="Run",
    commit="for commit {commit}",
    cut="The rest does not fit into a comment: see the summary of the run.",
)
_JA: Final = _Words(
    checklist="チェックリスト",
    heading="見出し",
    columns=("合格", "不合格", "要確認", "後で確認"),
    person="人が確認",
    hindered="- 不合格のうち{count}項目は、まだ確認できていません: {reason}",
    no_policy="⛔ policy.yamlを読み取れないため、配信の計画も配信もできません。下の指摘を直してください。",
    more="ほか{count}件。注釈と実行結果をご覧ください",
    general="キャンペーン以外",
    preview="プレビュー",
    run="実行結果",
    commit="コミット{commit}時点",
    cut="これ以降はコメントに入りきりません。実行結果の要約をご覧ください。",
)


def comment(
    entries: Sequence[Entry], report: Report, policy: Policy | None, links: Links, said: Said | None = None
) -> str:
    """The comment, in the language of the policy and never longer than GitHub takes.

    Where the policy cannot be read there are no `entries`, and the comment says that nothing can be planned.
    `said` is who has agreed, for each campaign where that was asked.

    Whatever an author wrote is shown as text: no link, mention, table or HTML can come of it.
    """
    words = _words(report.language)
    blocks = _blocks(entries, report, policy, links, said or {})
    return fitted(blocks, words.cut)


def _words(language: Language) -> _Words:
    return _JA if language == "ja" else _EN


def fitted(blocks: Iterator[str], cut: str, limit: int = LIMIT) -> str:
    """As many whole blocks as fit, behind the marker; `cut` says that some are missing."""
    text = MARKER
    for block in blocks:
        if len(text) + len(block) + len(cut) + 4 > limit:
            return f"{text}\n\n{cut}\n"
        text = f"{text}\n\n{block}"
    return f"{text}\n"


def _blocks(
    entries: Sequence[Entry], report: Report, policy: Policy | None, links: Links, said: Said
) -> Iterator[str]:
    words, language = _words(report.language), report.language
    plain = phrases(language)
    yield f"## {plain.heading}"
    yield from _where(links, words)
    changed = [entry for entry in entries if not isinstance(entry.change, Unchanged)]
    if policy is None:
        yield words.no_policy
    elif not changed:
        yield plain.nothing
    checked = {campaign.id: campaign for campaign in report.campaigns}
    for entry in changed:
        yield entry_markdown(entry, plain)
        if isinstance(entry.change, Start | Amend) and policy is not None:
            yield "\n".join(missing(entry, policy, said.get(entry.change.campaign, NotAsked())))
        found = checked.pop(entry.change.campaign, None)
        if found is not None:
            yield from _checklist(found, links, words, language)
    yield from _others(checked.values(), report, links, words)
    if len(entries) > len(changed):
        yield plain.unchanged.format(count=len(entries) - len(changed))
    if report.findings:
        yield f"### {words.general}"
        yield from _findings(report.findings, links, words, language)


def _others(found: Iterable[CampaignReport], report: Report, links: Links, words: _Words) -> Iterator[str]:
    """Campaigns that the checklist was asked about, and that the merge does not change."""
    for other in found:
        yield f"### {escaped(other.id)}"
        yield from _checklist(other, links, words, report.language)


def _where(links: Links, words: _Words) -> Iterator[str]:
    found = [(words.preview, links.preview), (words.run, links.run)]
    listed = [f"[{label}]({quote(url, safe=':/?&=#%')})" for label, url in found if url]
    if links.commit:
        listed.append(words.commit.format(commit=escaped(links.commit[:12])))
    if listed:
        yield " · ".join(listed)


def _checklist(found: CampaignReport, links: Links, words: _Words, language: Language) -> Iterator[str]:
    lines = [f"**{words.checklist}**", "", f"| {words.heading} | {' | '.join(words.columns)} |"]
    lines.append("| --- | --- | --- | --- | --- |")
    names = {**HEADINGS, PERSON: words.person} if language == "ja" else {PERSON: words.person}
    for heading in dict.fromkeys(item.heading for item in found.items):
        items = [item for item in found.items if item.heading == heading]
        lines.append(f"| {names.get(heading, heading)} | {' | '.join(map(str, _counts(items)))} |")
    yield "\n".join(lines)
    hindered = [
        (headings.total(), reason.in_language(language))
        for reason, headings in found.because(Status.COULD_NOT_RUN).items()
    ]
    if hindered:
        yield "\n".join(words.hindered.format(count=n, reason=escaped(why)) for n, why in hindered)
    yield from _findings(found.findings, links, words, language)


def _counts(items: Sequence[Item]) -> tuple[int, int, int, int]:
    """How many hold, do not hold, are to be looked at, wait."""
    by = [item.status for item in items]
    holds = sum(s in {Status.PASS, Status.NOT_APPLICABLE, Status.WAIVED} for s in by)
    fails = sum(s in {Status.FAIL, Status.COULD_NOT_RUN} for s in by)
    return holds, fails, by.count(Status.WARN), by.count(Status.LATER)


def _findings(findings: Sequence[Finding], links: Links, words: _Words, language: Language) -> Iterator[str]:
    ordered = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    lines = [_finding(finding, links, language) for finding in ordered[:_FINDINGS_MAX]]
    if len(ordered) > _FINDINGS_MAX:
        lines.append(f"- {words.more.format(count=len(ordered) - _FINDINGS_MAX)}")
    if lines:
        yield "\n".join(lines)


def _finding(finding: Finding, links: Links, language: Language) -> str:
    place = f"{finding.path}:{finding.position.line}"
    shown = escaped(_short(place))
    if links.files:
        shown = f"[{shown}]({links.files}/{quote(finding.path)}#L{finding.position.line})"
    said = (finding.message.in_language(language), finding.remedy.in_language(language))
    sentence = " → ".join(filter(None, said))
    return f"- {_MARKS[finding.severity]} {shown}: {escaped(_short(sentence))} ({escaped(finding.rule)})"


def _short(text: str) -> str:
    return text if len(text) <= _SENTENCE_MAX else f"{text[:_SENTENCE_MAX]}…"
