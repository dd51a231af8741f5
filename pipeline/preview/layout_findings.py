"""What the browser saw, and branches that nobody takes, as findings at their place in the files."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pipeline.models.finding import Finding, Position, Severity
from pipeline.preview.layout import Trouble, troubles
from pipeline.preview.measured import Measured
from pipeline.render.branch import Branch
from pipeline.render.cast import Cast
from pipeline.workspace.folder import CampaignFolder, NotText
from pipeline.workspace.workspace import Workspace

UNREACHED: Final = "display/unreached-branch"
#: Of one rule.
_MOST: Final = 10


def findings_of(
    folder: CampaignFolder,
    workspace: Workspace,
    measured: Mapping[str, Mapping[str, Measured]],
    cast: Cast,
) -> tuple[Finding, ...]:
    """Warnings, each once for the campaign, in whoever's mail it was seen first."""
    found: dict[tuple[str, str], Trouble] = {}
    for pages in measured.values():
        for _mode, trouble in troubles(pages):
            found.setdefault((trouble.rule, trouble.words), trouble)
    seen = [_of_trouble(folder, trouble) for trouble in found.values()]
    return (*_few(seen), *unreached_of(folder, workspace, cast.unreached))


def unreached_of(folder: CampaignFolder, workspace: Workspace, lost: Iterable[Branch]) -> Iterator[Finding]:
    """One warning for every branch that no invented person takes."""
    for branch in lost:
        path, position = place_of(folder, workspace, branch)
        yield Finding(
            UNREACHED,
            path,
            f"{_WORDS[branch.kind, branch.outcome]} No invented person reaches this branch.",
            "Correct the condition, or describe somebody who reaches it in personas.yaml.",
            position,
            Severity.WARNING,
            folder.id,
        )


_WORDS = {
    ("if", "yes"): "The condition never holds.",
    ("if", "elif"): "The condition never holds where the ones before it do not.",
    ("if", "else"): "One of the conditions always holds.",
    ("if", "no"): "The condition always holds.",
    ("for", "many"): "The list is always empty.",
    ("choice", "yes"): "The condition never holds.",
    ("choice", "no"): "The condition always holds.",
    ("fallback", "value"): "The value is always empty.",
    ("fallback", "words"): "The value is never empty.",
}


def place_of(folder: CampaignFolder, workspace: Workspace, branch: Branch) -> tuple[str, Position]:
    """The file and the line of a branch; subject and preheader stand in campaign.yaml."""
    if branch.template in {"subject", "preheader"}:
        return folder.yaml.path, folder.yaml.position((branch.template,))
    name = branch.template
    own = name in folder.files and not name.startswith("_shared/")
    path = f"{folder.path}/{name}" if own else f"campaigns/_shared/{name.removeprefix('_shared/')}"
    return path if path in workspace.tree.entries else folder.yaml.path, Position(branch.line)


def _of_trouble(folder: CampaignFolder, trouble: Trouble) -> Finding:
    path, position = _where(folder, trouble.words)
    return Finding(trouble.rule, path, trouble.message, trouble.remedy, position, Severity.WARNING, folder.id)


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


def _few(findings: list[Finding]) -> Iterator[Finding]:
    """At most ten of a rule: the eleventh tells nobody anything."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.rule] = counts.get(finding.rule, 0) + 1
        if counts[finding.rule] <= _MOST:
            yield finding
