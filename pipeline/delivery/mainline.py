"""What the main branch says now, and which merge made it say so."""

from functools import lru_cache

from pipeline.approvals.merge import merge_of
from pipeline.models.finding import Finding
from pipeline.workspace import workspace as loading
from pipeline.workspace import yamllint
from pipeline.workspace.git import Repository
from pipeline.workspace.remote import RemoteBranch
from pipeline.workspace.workspace import Workspace

#: Walking back through the history of one campaign looks at a few revisions, again and again.
_KEPT = 64


class Mainline:
    """The main branch of a repository, read anew at every question: of this clone, or of its remote."""

    def __init__(self, repository: Repository, branch: str, remote: RemoteBranch | None = None) -> None:
        """`branch` is a ref; it is resolved at every call of `commit`, never remembered.

        With `remote` that one says what main is, and this clone's own branch decides nothing.
        """
        self.repository = repository
        self.branch = branch
        self._remote = remote
        self.workspace = lru_cache(maxsize=_KEPT)(self._load)
        self.yamllint = lru_cache(maxsize=_KEPT)(self._lint)
        self._merges: dict[tuple[str, str], str] = {}

    def commit(self) -> str:
        """The commit that the branch points to at this moment. Raises PipelineError when unreadable."""
        return self.repository.resolve(self.branch) if self._remote is None else self._remote.commit()

    def halts(self) -> frozenset[str]:
        """The branches on the remote that pull the brake at this moment. Raises PipelineError as `commit`."""
        return frozenset() if self._remote is None else self._remote.halts()

    def merge_of(self, commit: str, campaign: str) -> str | None:
        """The merge that brought the campaign's content; None when the history does not say.

        That is asked again: a shallow clone may be completed in the meantime.
        """
        if (commit, campaign) not in self._merges:
            workspace = self.workspace(commit)
            found = merge_of(
                self.repository,
                commit,
                workspace.paths_read(campaign),
                workspace.digest(campaign),
                lambda at: self.digest_at(at, campaign),
            )
            if found is None:
                return None
            self._merges[commit, campaign] = found
        return self._merges[commit, campaign]

    def digest_at(self, commit: str, campaign: str) -> str | None:
        """The content digest of a campaign at a commit; None where it is not there or cannot be read."""
        workspace = self.workspace(commit)
        return workspace.digest(campaign) if campaign in workspace.campaigns else None

    def _load(self, commit: str) -> Workspace:
        return loading.load(self.repository.tree(commit))

    def _lint(self, commit: str) -> tuple[Finding, ...]:
        return yamllint.lint(self.repository.tree(commit))
