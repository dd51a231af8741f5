"""The branches of a campaign's templates, and who takes which of them (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Branch:
    """One way through a template. `line` counts from 1.

    `kind` and `outcome` go together: `if` yes, elif, else, no; `for` none, one, many; `choice` yes, no;
    `fallback` value, words (`a or b`, and the filter `default`). `fixed` says that the recipient has no
    say in it; `parent` is the number of the branch around it.
    """

    template: str
    line: int
    kind: str
    outcome: str
    fixed: bool = False
    parent: int | None = None


def unreached(branches: Sequence[Branch], taken: Iterable[int]) -> tuple[Branch, ...]:
    """The branches that nobody takes although somebody could, each cause once.

    What a campaign's own settings decide is no fault of its templates; nor is what stands inside a branch
    that nobody takes. Of a loop only the body counts: some lists are never empty, or always are of one.
    """
    reached = set(taken)
    found = []
    for number, branch in enumerate(branches):
        if number in reached or branch.fixed or _is_closed(branch.parent, branches, reached):
            continue
        if branch.kind == "for" and (branch.outcome != "many" or number - 1 in reached):
            continue
        found.append(branch)
    return tuple(found)


def _is_closed(parent: int | None, branches: Sequence[Branch], reached: set[int]) -> bool:
    """Whether nobody comes to the branch around it at all."""
    if parent is None:
        return False
    if branches[parent].kind == "for" and branches[parent].outcome == "many":
        return not {parent, parent - 1} & reached
    return parent not in reached
