"""The port: who said yes to what a merge brought."""

from dataclasses import dataclass
from typing import Protocol


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

    def consent(self, commit: str, paths: tuple[str, ...]) -> Consent:
        """What was said about the change that `commit` brought to the main branch.

        `paths` are the files that the campaign reads, its own folder first. Raises PipelineError when
        it cannot be read.
        """
        ...
