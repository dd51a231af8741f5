"""What stands beside the pictures: people, findings at their place, facts, changes of the text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from pipeline.checklist.report import CampaignReport
from pipeline.models.campaign import Facts
from pipeline.models.finding import Finding, in_order
from pipeline.preview.reading import text_of_page, where_found
from pipeline.preview.sheet import Fact, Mail, Person
from pipeline.preview.studio import Roll
from pipeline.render.branch import Branch
from pipeline.render.cast import Part
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.source import MailSource
from pipeline.workspace.tree import FILE, PROGRAM, Tree

#: Lines above and below a finding, and around a change of the text.
_AROUND: Final = 1
_CONTEXT: Final = 2
_LONGEST_LINE: Final = 160
_MOST_LINES: Final = 400


def person(
    part: Part,
    message: Message | RenderFailure | None,
    before: Message | RenderFailure | None,
    roll: Roll,
    mail: Mail | None,
) -> Person:
    """One person of the cast, with everything that was found out about the mail."""
    if not isinstance(message, Message):
        return Person(part, None, message)
    earlier = before if isinstance(before, Message) else None
    return Person(
        part,
        mail,
        views=roll.views,
        unseen=roll.broke,
        text_change=changed_lines(earlier.text, message.text) if earlier else (),
        subject_before=earlier.subject if earlier and earlier.subject != message.subject else None,
    )


def changed_lines(before: str, after: str) -> tuple[str, ...]:
    """Every line that is gone or new, each with a few around it; empty where the text is the same."""
    old, new = before.splitlines()[: _MOST_LINES * 4], after.splitlines()[: _MOST_LINES * 4]
    lines: list[str] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        lines += ["…"] if lines else []
        for kind, i0, i1, j0, j1 in group:
            if kind == "equal":
                lines += (f" {line}" for line in old[i0:i1])
            else:
                lines += (f"-{line}" for line in old[i0:i1])
                lines += (f"+{line}" for line in new[j0:j1])
    return tuple(lines[:_MOST_LINES])


def facts(declared: Facts, messages: Sequence[Message]) -> tuple[Fact, ...]:
    """Every amount, link and day that the campaign declares, and where the first mail says it."""
    if not messages:
        return ()
    first = messages[0]
    parts = {"subject": first.subject, "text": first.text}
    if first.html is not None:
        parts["html"] = f"{text_of_page(first.html)} {first.html}"
    found = [
        Fact("amounts", name, value, where_found(value, parts)) for name, value in declared.amounts.items()
    ]
    found += [Fact("links", name, value, where_found(value, parts)) for name, value in declared.links.items()]
    return tuple(found)


def excerpts(findings: Iterable[Finding], tree: Tree) -> Mapping[Finding, tuple[tuple[int, str], ...]]:
    """The lines around each finding's place, with their numbers; none for a file that cannot be shown."""
    texts: dict[str, list[str]] = {}
    found = {}
    for finding in findings:
        if finding.path not in texts:
            texts[finding.path] = _lines(tree, finding.path)
        at = finding.position.line
        lines = texts[finding.path]
        shown = range(max(1, at - _AROUND), min(len(lines), at + _AROUND) + 1)
        found[finding] = tuple((number, lines[number - 1]) for number in shown)
    return found


def _lines(tree: Tree, path: str) -> list[str]:
    entry = tree.entries.get(path)
    if entry is None or entry.mode not in {FILE, PROGRAM}:
        return []
    try:
        text = tree.read(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        return []
    return [line[:_LONGEST_LINE] for line in text.splitlines()]


def source_line(source: MailSource, branch: Branch) -> str:
    """The line of a template where a branch stands, without the blanks around it."""
    lines = {"subject": source.subject, "preheader": source.preheader or ""}
    text = lines.get(branch.template, source.find(branch.template) or "")
    found = text.splitlines()[branch.line - 1 : branch.line]
    return found[0].strip()[:_LONGEST_LINE] if found else ""


def with_more(report: CampaignReport, more: Sequence[Finding]) -> CampaignReport:
    """A report with further findings, each once and in order."""
    return replace(report, findings=in_order([*report.findings, *more]))
