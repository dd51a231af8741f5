"""What the browser saw, and branches that nobody takes, as findings: at their place in files and pictures."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from pipeline.checklist.answers import Answers
from pipeline.checklist.catalogue import ALL, PREVIEW_RULES
from pipeline.checklist.report import CampaignReport, Status
from pipeline.checklist.setting_aside import set_aside
from pipeline.models.finding import Finding, Position, Severity, in_order
from pipeline.preview.layout import Trouble, troubles, troubles_in
from pipeline.preview.measured import Box, Measured
from pipeline.preview.sheet import Person, Spot, View
from pipeline.render.branch import Branch
from pipeline.render.cast import Cast
from pipeline.sentence import SILENCE, Sentence
from pipeline.workspace.folder import CampaignFolder, NotText
from pipeline.workspace.workspace import Workspace

UNREACHED: Final = "display/unreached-branch"
#: Of one rule; and on one picture.
_MOST: Final = 10


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen of a campaign: measured by person and mode. `why_not` says why nothing was looked at."""

    measured: Sequence[Mapping[str, Measured]]
    cast: Cast
    why_not: Sentence = SILENCE


def judged(
    report: CampaignReport, folder: CampaignFolder, workspace: Workspace, looked: Looked, day: date
) -> CampaignReport:
    """The report with the items that only a preview asks about, weighed by policy and waivers of `day`."""
    answers = Answers(folder.id)
    answers.add(_seen(folder, looked.measured))
    answers.add(_unreached(folder, workspace, looked.cast.unreached))
    if not any(looked.measured):
        for rule in PREVIEW_RULES:
            if rule.id != UNREACHED:
                answers.status(rule.id, *_unseen(folder, looked.why_not))
    aside = set_aside({rule.id: rule for rule in ALL}, workspace.policy, folder.campaign, day)
    items = [answers.item(rule.id, aside) for rule in PREVIEW_RULES]
    findings = in_order([*report.findings, *answers.weighed(aside)])
    return replace(report, items=(*report.items, *items), findings=findings)


def spotted(people: Sequence[Person], looked: Looked, report: CampaignReport) -> tuple[Person, ...]:
    """The same people, their pictures with the places that findings of the report speak of."""
    rules = {finding.rule for finding in report.findings}
    return tuple(
        replace(person, views=tuple(replace(view, spots=_spots(view, pages, rules)) for view in person.views))
        for person, pages in zip(people, looked.measured, strict=True)
    )


def _spots(view: View, pages: Mapping[str, Measured], rules: Collection[str]) -> tuple[Spot, ...]:
    found: dict[Box, Spot] = {}
    for mode in view.modes:
        for trouble in troubles_in(mode, pages[mode]) if mode in pages else ():
            if trouble.rule in rules and trouble.box is not None and trouble.box.is_seen:
                found.setdefault(
                    trouble.box, Spot(trouble.box, Sentence(trouble.message, trouble.message_ja))
                )
    return tuple(found.values())[:_MOST]


def _unseen(folder: CampaignFolder, why_not: Sentence) -> tuple[Status, Sentence]:
    if folder.campaign.body.html is None:
        return Status.NOT_APPLICABLE, Sentence("there is no HTML part", "HTMLパートがありません")
    return Status.COULD_NOT_RUN, why_not or Sentence("no mail could be shown", "メールを表示できません")


def _seen(folder: CampaignFolder, measured: Sequence[Mapping[str, Measured]]) -> Iterator[Finding]:
    """Each trouble once for the campaign, in whoever's mail it was seen first."""
    found: dict[tuple[str, str], Trouble] = {}
    for pages in measured:
        for _mode, trouble in troubles(pages):
            found.setdefault((trouble.rule, trouble.words), trouble)
    counts: dict[str, int] = {}
    for trouble in found.values():
        counts[trouble.rule] = counts.get(trouble.rule, 0) + 1
        if counts[trouble.rule] <= _MOST:
            yield _of_trouble(folder, trouble)


def _unreached(folder: CampaignFolder, workspace: Workspace, lost: Iterable[Branch]) -> Iterator[Finding]:
    """One warning for every branch that no invented person takes."""
    for branch in lost:
        path, position = _place(folder, workspace, branch)
        english, japanese = _WORDS[branch.kind, branch.outcome]
        yield Finding(
            UNREACHED,
            path,
            Sentence(
                f"{english} No invented person reaches this branch.",
                f"{japanese}この分岐を通る受信者がいません。",
            ),
            Sentence(
                "Correct the condition, or describe somebody who reaches it in personas.yaml.",
                "条件を直すか、この分岐を通る人をpersonas.yamlに書いてください。",
            ),
            position,
            Severity.WARNING,
        )


_WORDS = {
    ("if", "yes"): ("The condition never holds.", "条件に合うことがありません。"),
    ("if", "elif"): (
        "The condition never holds where the ones before it do not.",
        "前の条件に合わないとき、この条件にも合いません。",
    ),
    ("if", "else"): ("One of the conditions always holds.", "いずれかの条件に必ず合います。"),
    ("if", "no"): ("The condition always holds.", "条件に必ず合います。"),
    ("for", "many"): ("The list is always empty.", "一覧が常に空です。"),
    ("choice", "yes"): ("The condition never holds.", "条件に合うことがありません。"),
    ("choice", "no"): ("The condition always holds.", "条件に必ず合います。"),
    ("fallback", "value"): ("The value is always empty.", "値が常に空です。"),
    ("fallback", "words"): ("The value is never empty.", "値が空になることがありません。"),
}


def _place(folder: CampaignFolder, workspace: Workspace, branch: Branch) -> tuple[str, Position]:
    """The file and the line of a branch; subject and preheader stand in campaign.yaml."""
    if branch.template in {"subject", "preheader"}:
        return folder.yaml.path, folder.yaml.position((branch.template,))
    name = branch.template
    own = name in folder.files and not name.startswith("_shared/")
    path = f"{folder.path}/{name}" if own else f"campaigns/_shared/{name.removeprefix('_shared/')}"
    return path if path in workspace.tree.entries else folder.yaml.path, Position(branch.line)


def _of_trouble(folder: CampaignFolder, trouble: Trouble) -> Finding:
    path, position = _where(folder, trouble.words)
    message = Sentence(trouble.message, trouble.message_ja)
    remedy = Sentence(trouble.remedy, trouble.remedy_ja)
    return Finding(trouble.rule, path, message, remedy, position, Severity.WARNING)


def _where(folder: CampaignFolder, words: str) -> tuple[str, Position]:
    """The first line of the HTML body that has the words; the body as a whole where none has."""
    name = folder.campaign.body.html or folder.campaign.body.text
    assert name is not None, "a body has a part"
    try:
        lines = folder.text(name).splitlines() if name in folder.files else []
    except NotText:
        lines = []
    for length in (len(words), 12, 6):
        wanted = words[:length]
        for number, line in enumerate(lines, 1):
            if wanted.strip() and (at := line.find(wanted)) >= 0:
                return f"{folder.path}/{name}", Position(number, at + 1)
    return f"{folder.path}/{name}", Position()
