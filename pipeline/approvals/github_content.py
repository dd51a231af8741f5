"""What a campaign's content was at a commit, also where only GitHub still has the commit."""

import base64
import binascii
import hashlib
from collections.abc import Mapping

from pipeline.approvals.github_answers import Blob, GitTree
from pipeline.approvals.reviews import Change
from pipeline.github import GitHubApi, HalfAnswer
from pipeline.sentence import Sentence
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.names import SEGMENTS
from pipeline.workspace.tree import Entry, Tree, is_ours


class GitHubTree:
    """The files of a commit that this copy of the repository need not have: a squash leaves it at GitHub.

    See `pipeline.workspace.tree.Tree`. Contents are named by their hash, so those that are here are taken
    from here, and the others are compared with it.
    """

    def __init__(self, api: GitHubApi, repository: Repository, commit: str, found: GitTree) -> None:
        self.label = commit[:12]
        files = (one for one in found.tree if one.type != "tree" and is_ours(one.path))
        self.entries: Mapping[str, Entry] = {
            one.path: Entry(one.mode, one.sha) for one in sorted(files, key=lambda one: one.path)
        }
        self._api = api
        self._repository = repository

    def read(self, path: str) -> bytes:
        """The bytes of the file at `path`. Raises HalfAnswer when GitHub does not give them."""
        wanted = self.entries[path].blob
        here = self._repository.content(wanted)
        return here if here is not None else self._fetched(wanted)

    def _fetched(self, wanted: str) -> bytes:
        blob = self._api.one(f"/git/blobs/{wanted}", Blob)
        try:
            content = base64.b64decode(blob.content) if blob is not None else b""
        except binascii.Error:
            content = b""
        algorithm = "sha1" if len(wanted) == 40 else "sha256"  # noqa: PLR2004 hex digits, by git
        if hashlib.new(algorithm, b"blob %d\0" % len(content) + content).hexdigest() != wanted:
            raise HalfAnswer(
                Sentence(
                    "GitHub does not give the content of a file that was reviewed.",
                    "レビューされたファイルの内容をGitHubから取得できません。",
                )
            )
        return content


class _Part:
    """The files of a tree that one campaign may depend on: the others need not be read."""

    def __init__(self, whole: Tree, paths: tuple[str, ...]) -> None:
        self.label = whole.label
        self.entries = _at(whole, (*paths, SEGMENTS.rstrip("/")))
        self._whole = whole

    def read(self, path: str) -> bytes:
        """See `pipeline.workspace.tree.Tree`."""
        return self._whole.read(path)


class Contents:
    """Content digests at commits; each is worked out once, because a commit does not change."""

    def __init__(self, api: GitHubApi, repository: Repository) -> None:
        self._api = api
        self._repository = repository
        self._known: dict[tuple[str, str, str], str | None] = {}

    def digest_at(self, commit: str, change: Change) -> str | None:
        """The campaign's content digest at `commit`; None where commit or campaign are not there.

        Raises HalfAnswer when GitHub does not list all files.
        """
        key = (commit, change.campaign, change.head)
        if key not in self._known:
            tree = self._tree(commit)
            if tree is None:
                return None
            self._known[key] = self._digest(tree, change)
        return self._known[key]

    def _digest(self, tree: Tree, change: Change) -> str | None:
        if _at(tree, change.paths) == _at(self._repository.tree(change.head), change.paths):
            return change.digest
        workspace = loading.load(_Part(tree, change.paths))
        return workspace.digest(change.campaign) if change.campaign in workspace.campaigns else None

    def _tree(self, commit: str) -> Tree | None:
        if self._repository.exists(commit):
            return self._repository.tree(commit)
        found = self._api.one(f"/git/trees/{commit}", GitTree, recursive="1")
        if found is None:
            return None
        if found.truncated:
            raise HalfAnswer(
                Sentence(
                    "GitHub does not list all files of what was reviewed.",
                    "レビューされた内容のファイル一覧をGitHubから取得できません。",
                )
            )
        return GitHubTree(self._api, self._repository, commit, found)


def _at(tree: Tree, paths: tuple[str, ...]) -> Mapping[str, Entry]:
    """The files at or below one of the paths."""
    below = tuple(f"{path}/" for path in paths)
    return {path: entry for path, entry in tree.entries.items() if path in paths or path.startswith(below)}
