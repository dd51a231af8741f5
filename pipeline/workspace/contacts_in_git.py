"""Contacts are never in git: lists of the policy that git has, or would take up, and that name somebody."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pipeline.models.finding import Finding, Position, Severity
from pipeline.models.policy import Policy
from pipeline.sentence import Sentence
from pipeline.workspace.git import takes_up
from pipeline.workspace.personas import is_nobodys
from pipeline.workspace.workspace import Workspace

CONTACTS_IN_GIT: Final = "recipients/contacts-in-git"
_ADDRESS: Final = re.compile(rb"[\w.+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,24})\b")
#: Bytes that are looked at; a list of people names one of them long before.
_LOOKED_AT: Final = 4_000_000


def contacts_in_git(root: Path, workspace: Workspace) -> tuple[Finding, ...]:
    """A finding for each list with the address of somebody in it; the policy weighs the rule, or drops it.

    Invented people have addresses that nobody can have. Raises PipelineError when git cannot be started.
    """
    policy, yaml = workspace.policy, workspace.policy_yaml
    level = policy.checklist.severity.get(CONTACTS_IN_GIT, "error") if policy else "off"
    if policy is None or yaml is None or level == "off":
        return ()
    return tuple(
        _finding(path, yaml.position(place), Severity(level))
        for place, path in _lists(policy)
        if (root / path).is_file() and takes_up(root / path) and _names_somebody(root / path)
    )


def _lists(policy: Policy) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, source in policy.sources.items():
        if source.kind != "parquet":  # compressed: what looks like an address in it is none
            yield ("sources", name, "path"), source.path
    for name, path in policy.suppression.items():
        yield ("suppression", name), path


def _names_somebody(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            text = file.read(_LOOKED_AT)
    except OSError:
        return False  # whoever looks up the audience says that it cannot be read
    return any(not is_nobodys(host.decode()) for host in set(_ADDRESS.findall(text)))


def _finding(path: str, position: Position, severity: Severity) -> Finding:
    return Finding(
        CONTACTS_IN_GIT,
        "policy.yaml",
        Sentence(
            f"{path} has real addresses in it, and git has the file or would take it up: whoever can read "
            "the repository, now or later, can read them.",
            f"{path}に実在のアドレスがあり、gitに入っているか、次のコミットで入ります。リポジトリを読める人は、"
            "いつまでも読めてしまいます。",
        ),
        Sentence(
            f"Name it in .gitignore, take it out with `git rm --cached {path}`, and have it fetched for each "
            "delivery. What was pushed stays in the history: ask whoever keeps the repository.",
            f".gitignoreに書き、`git rm --cached {path}`でgitから外し、配信のたびに取得してください。"
            "すでにプッシュした分は履歴に残ります。リポジトリの管理者に相談してください。",
        ),
        position,
        severity,
    )
