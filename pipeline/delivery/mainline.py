"""What the main branch says now, and which merge made it say so."""

from functools import lru_cache

from pipeline.approvals.merge import merge_of
from pipeline.models.finding import Finding
from pipeline.workspace import workspace as loading
from pipeline.workspace import yamllint
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace

#: Walking back through the history of one campaign looks at a few revisions, again and again.
_KEPT = 64


class Mainline:
    """The main branch of a repository, read anew at every question."""

    def __init__(self, repository: Repository, branch: str) -> None:
        """`branch` is a ref; it is resolved at every call of `commit`, never remembered."""
        self.repository = repository
        self.branch = branch
        self.workspace = lru_cache(maxsize=_KEPT)(self._load)
        self.yamllint = lru_cache(maxsize=_KEPT)(self._lint)
        self.merge_of = lru_cache(maxsize=_KEPT)(self._merge_of)

    def commit(self) -> str:
        """The commit that the branch points to at this moment. Raises PipelineError when unreadable."""
        return self.repository.resolve(self.branch)

    def digest_at(self, commit: str, campaign: str) -> str | None:
        """The content digest of a campaign at a commit; None where it is not there or cannot be read."""
        workspace = self.workspace(commit)
        return workspace.digest(campaign) if campaign in workspace.campaigns else None

    def _load(self, commit: str) -> Workspace:
        return loading.load(self.repository.tree(commit))

    def _lint(self, commit: str) -> tuple[Finding, ...]:
        return yamllint.lint(self.repository.tree(commit))

    def _merge_of(self, commit: str, campaign: str) -> str | None:
        """In a shallow clone nobody can tell: its oldest commit looks as if it had brought everything, and
        the approval of something else would count for this campaign.
        """
        if self.repository.is_shallow():
            return None
        workspace = self.workspace(commit)
        return merge_of(
            self.repository,
            commit,
            workspace.paths_read(campaign),
            workspace.digest(campaign),
            lambda at: self.digest_at(at, campaign),
        )
