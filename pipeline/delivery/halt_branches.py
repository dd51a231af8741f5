"""Which branch on the remote holds a campaign: the brake that needs git and nothing else (pure)."""

from collections.abc import Callable, Collection, Iterable

#: The branches that stop everything.
_EVERYTHING = ("halt", "halt/all")


def halted_by(branches: Iterable[str], campaign: str, known: Callable[[], Collection[str]]) -> str | None:
    """Why the branches hold `campaign`, as a sentence; None when none does.

    `halt/<campaign>` stops that campaign, `halt/all` and plain `halt` stop everything. So does a name that is
    no campaign's: somebody in a hurry has misspelt it, and nobody knows what was meant. `known` are all
    campaigns there are; it is only asked when there is a brake.
    """
    found = sorted(branches)
    for branch in found:
        if branch in _EVERYTHING:
            return f"the branch {branch} stops everything until it is deleted"
        if _name(branch) == campaign:
            return f"the branch {branch} stops it until it is deleted"
    strange = [branch for branch in found if _name(branch) not in known()]
    if strange:
        return (
            f"there is a branch {strange[0]}, but no campaign of that name: until it is renamed or deleted "
            "everything stands still"
        )
    return None


def _name(branch: str) -> str:
    """The campaign that `halt/<campaign>` or `halt/<campaign>/why` names."""
    return branch.split("/")[1] if "/" in branch else ""
