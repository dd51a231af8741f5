"""The checklist over the working tree, as the commands ask for it.

Loading this takes long, so whoever has something to start beside it starts that before.
"""

import json
from collections.abc import Sequence
from functools import partial

from pipeline import wiring
from pipeline.checklist.draft import Fetch
from pipeline.checklist.means import Means
from pipeline.checklist.one_campaign import several_at_once
from pipeline.checklist.report import Report
from pipeline.checklist.run import run
from pipeline.cli import findings_sarif, findings_text
from pipeline.cli.halves import in_halves
from pipeline.clock import SystemClock
from pipeline.errors import UsageError
from pipeline.models.finding import Finding
from pipeline.models.policy import Policy
from pipeline.plan.report import sights
from pipeline.render.check import rehearsals
from pipeline.render.child_process import Spare
from pipeline.sentence import Sentence
from pipeline.workspace import workspace as loading
from pipeline.workspace import yamllint
from pipeline.workspace.contacts_in_git import contacts_in_git
from pipeline.workspace.git import Repository
from pipeline.workspace.tree import Entry, Tree
from pipeline.workspace.workspace import Workspace


def report_of(
    repository: Repository,
    workspace: Workspace,
    names: list[str],
    target: str,
    base: str | None = None,
    *,
    fetch: Fetch | None = None,
    found: tuple[Finding, ...] | None = None,
    spare: Spare | None = None,
) -> Report:
    """What the checklist says of some campaigns of the working tree, and of the change since `base` left.

    `fetch` asks the pages that links lead to; without one, and where the policy wants no page to be asked,
    the network is left alone. `found` is what yamllint says, where it was asked already; `spare` has the
    child that is to render, where one was started already.

    Raises PipelineError where yamllint, git or the ledger cannot answer.
    """
    if found is None:
        found = yamllint.lint(workspace.tree)
    found = (*found, *contacts_in_git(repository.root, workspace))
    if workspace.policy is not None and workspace.policy.links.verify == "never":
        fetch = None
    if base is not None:
        found = (
            *found,
            *several_at_once(loading.load(repository.tree(repository.fork_point(base))), workspace),
        )
    more, now, rehearsing = found, SystemClock().now(), partial(rehearsals, spare)

    def some(names: Sequence[str]) -> Report:
        contacts = wiring.contacts_of(repository.root)
        with wiring.past_of(repository.root, workspace.policy, target) as (history, tested):
            means = Means(now, contacts, history=history, tested=tested, fetch=fetch, rehearsals=rehearsing)
            return run(workspace, names, means, more)

    # Whoever lends the network may want to know what was asked: that another process cannot tell. And a child
    # answers one of them.
    return in_halves(names, some) if fetch is None and spare is None else some(names)


def chosen(
    repository: Repository, workspace: Workspace, campaigns: tuple[str, ...], base: str | None
) -> list[str]:
    """The campaigns that are meant: those named, or all; with a base, those of them that differ from it.

    Raises UsageError for a name that no campaign has.
    """
    known = sorted({*workspace.campaigns, *workspace.broken})
    for name in campaigns:
        if name not in known:
            raise UsageError(
                Sentence(f"There is no campaign {name}.", f"キャンペーン{name}はありません。"),
                Sentence(
                    f"There are: {', '.join(known) or 'none'}.",
                    f"あるのは次のとおりです: {', '.join(known) or 'なし'}。",
                ),
            )
    meant = list(campaigns) or known
    if base is None:
        return meant
    fork = loading.load(repository.tree(repository.fork_point(base)))
    if _rules(fork) != _rules(workspace):
        return meant
    before, after = sights(fork), sights(workspace)
    # What cannot be read looks the same before and after: it is always looked at.
    return [name for name in meant if name in workspace.broken or before.get(name) != after.get(name)]


def _rules(workspace: Workspace) -> tuple[Policy | None, Entry | None]:
    """What every campaign is judged by: the policy, and the list of terms that it names."""
    terms = workspace.policy.checklist.terms if workspace.policy else None
    return workspace.policy, workspace.tree.entries.get(terms or "")


def shown(report: Report, form: str, tree: Tree) -> str:
    """The report in one of the forms that `postmerge check` knows."""
    match form:
        case "json":
            return json.dumps(findings_text.as_data(report), ensure_ascii=False, indent=2) + "\n"
        case "github":
            return findings_text.as_github(report)
        case "sarif":
            return json.dumps(findings_sarif.as_sarif(report, tree), ensure_ascii=False, indent=2) + "\n"
        case _:
            return findings_text.as_text(report, tree)
