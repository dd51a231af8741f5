"""Which merge brought a campaign's content to the main branch."""

from collections.abc import Callable

from pipeline.workspace.git import Repository


def merge_of(
    repository: Repository,
    head: str,
    paths: tuple[str, ...],
    digest: str,
    digest_at: Callable[[str], str | None],
) -> str | None:
    """The newest commit on the first-parent line of `head` that made the content what `digest` says.

    `digest_at` gives the campaign's digest at a commit, None where it is not there or cannot be read. None
    when no commit explains the content. In a shallow clone none does: the oldest commit there seems to have
    brought everything, and authors of a branch that was cut off are missing.
    """
    if repository.is_shallow():
        return None
    for commit in repository.history(head, paths):
        if digest_at(commit) != digest:
            return None
        parents = repository.commit(commit).parents
        if not parents or digest_at(parents[0]) != digest:
            return commit
    return None
