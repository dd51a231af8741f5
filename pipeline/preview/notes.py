"""What stands beside the pictures: people, findings at their place, facts, changes of the text."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import SequenceMatcher
from html import unescape
from typing import Final

from pipeline.checklist.wording.amounts import says
from pipeline.checklist.wording.dates import WEEKDAYS, WEEKDAYS_JA, mentions
from pipeline.models.campaign import Facts
from pipeline.models.finding import Finding
from pipeline.preview.reading import text_of_page, where_found
from pipeline.preview.sheet import DateFound, Fact, Mail, Person
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


def facts(declared: Facts, messages: Sequence[Message], near: date) -> tuple[Fact, ...]:
    """Every day, amount and link that the campaign declares, and where the first mail says it.

    As the checklist reads it; a day without a year is the one nearest to `near`.
    """
    if not messages:
        return ()
    parts = _parts(messages[0])
    days = {part: {mention.on(near) for mention in mentions(words)} for part, words in parts.items()}
    found = [
        Fact("dates", name, day.isoformat(), tuple(part for part in parts if day in days[part]))
        for name, day in declared.dates.items()
    ]
    found += [
        Fact("amounts", name, value, tuple(part for part, words in parts.items() if says(words, value)))
        for name, value in declared.amounts.items()
    ]
    if messages[0].html is not None:
        # links stand in attributes
        parts["html"] += f" {unescape(messages[0].html)}"
    found += [Fact("links", name, value, where_found(value, parts)) for name, value in declared.links.items()]
    return tuple(found)


def dates(messages: Sequence[Message], declared: Facts, near: date) -> tuple[DateFound, ...]:
    """Every date that the first mail names, how it is understood, and in which parts; in their order."""
    found: dict[tuple[str, date | None], DateFound] = {}
    parts = _parts(messages[0]) if messages else {}
    for part, words in parts.items():
        for mention in mentions(words):
            written = words[mention.start : mention.end].strip()
            meant = mention.on(near)
            known = found.get((written, meant))
            where = (*known.found, part) if known and part not in known.found else (part,)
            found[written, meant] = DateFound(
                written,
                meant,
                meant is not None and mention.weekday in {None, meant.weekday()},
                mention.year is None,
                meant in {*declared.dates.values(), *declared.past_dates},
                known.found if known and part in known.found else where,
            )
    return tuple(sorted(found.values(), key=lambda each: (each.meant is not None, each.meant or near)))


def weekday(day: date, language: str) -> str:
    """The name of a day's weekday, as short as the language has it."""
    return WEEKDAYS_JA[day.weekday()] if language == "ja" else WEEKDAYS[day.weekday()][:3]


def _parts(message: Message) -> dict[str, str]:
    parts = {"subject": message.subject}
    if message.html is not None:
        parts["html"] = text_of_page(message.html)
    return {**parts, "text": message.text}


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
