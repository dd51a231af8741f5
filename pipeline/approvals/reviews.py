"""The port: who said yes to what a merge brought."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Change:
    """What is asked about: the content of one campaign, and the merge that brought it.

    `head` is the commit that main is at in this copy, `merge` the one on its first-parent line that made the
    campaign what its content digest says. `paths` are what the campaign reads, its own folder first.
    """

    campaign: str
    head: str
    merge: str
    digest: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consent:
    """What the reviewers of one merge said.

    `approvers` are people other than the authors, each once. `confirmed` are the items that only a person
    can judge. `objections` say why somebody's word does not count, one sentence each.
    """

    approvers: tuple[str, ...] = ()
    confirmed: frozenset[str] = frozenset()
    objections: tuple[str, ...] = ()


class Reviews(Protocol):
    """Where approvals stand."""

    def consent(self, change: Change) -> Consent:
        """What was said about the change; asked anew at every call, as things stand now.

        Raises PipelineError when it cannot be read.
        """
        ...
