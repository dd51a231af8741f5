"""A git repository: what a ref names now, the files of a revision, who committed what."""

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Self

from pipeline.errors import PipelineError
from pipeline.workspace import git_process
from pipeline.workspace.cat_file import CatFile
from pipeline.workspace.commit import FORMAT, Commit, read_log
from pipeline.workspace.tree import Revision, WorkingTree

_FULL_ID = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


class Repository:
    """An open repository with a working tree. Close it, or use it with `with`: it keeps two processes.

    `resolve`, `exists` and reading files may be called from several threads.
    """

    def __init__(self, root: Path, git_dir: Path) -> None:
        self.root = root
        self._checks = CatFile(git_dir, contents=False)
        self._blobs = CatFile(git_dir, contents=True)
        # What full ids say never changes, and a delivery asks for it at every look.
        self._tree = lru_cache(maxsize=32)(self._read_tree)
        self._logged = lru_cache(maxsize=512)(self._log)

    @classmethod
    def open(cls, start: Path) -> Self:
        """The repository that `start` is in. Raises PipelineError for no git, no repository, a bare one."""
        found = git_process.run(start, "rev-parse", "--is-bare-repository", "--absolute-git-dir")
        if found.returncode != 0:
            raise _no_repository(start, git_process.complaint(found))
        bare, _, git_dir = os.fsdecode(found.stdout).rstrip("\n").partition("\n")
        top = git_process.run(start, "rev-parse", "--show-toplevel")
        if bare == "true" or top.returncode != 0:
            raise PipelineError(
                f"{start} belongs to a repository without a working tree.",
                "Start in a clone that has its files checked out.",
            )
        return cls(Path(os.fsdecode(top.stdout).rstrip("\n")), Path(git_dir))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes. Reading afterwards is a bug."""
        self._checks.close()
        self._blobs.close()

    def resolve(self, ref: str) -> str:
        """The full id of the commit that `ref` names at this moment.

        A plain name is a branch before it is anything else: a tag called `main` must not decide what is sent.
        Raises PipelineError when there is no such commit, or git cannot read it.
        """
        found = self._commit_id(ref)
        if found is None:
            raise PipelineError(
                f"git cannot read the commit {ref!r} in {self.root}.",
                "Check the name, and fetch: a clone for continuous integration may lack the branch.",
            )
        return found

    def exists(self, ref: str) -> bool:
        """Whether `ref` names a commit that is here."""
        return self._commit_id(ref) is not None

    def is_ancestor(self, one: str, other: str) -> bool:
        """Whether `other` descends from `one` or is the same; a clone that lacks history may not know it."""
        return git_process.run(self.root, "merge-base", "--is-ancestor", one, other).returncode == 0

    def is_shallow(self) -> bool:
        """Whether the clone lacks history, so that questions about history may have wrong answers."""
        return git_process.output(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def tree(self, commit: str) -> Revision:
        """The files of a commit."""
        return self._tree(self.resolve(commit))

    def content(self, blob: str) -> bytes | None:
        """What the blob of that id holds; None when it is not here."""
        answer = self._blobs.ask(blob)
        return answer.content if answer is not None and answer.kind == "blob" else None

    def working_tree(self) -> WorkingTree:
        """The files on disk, as a commit of everything would contain them."""
        return WorkingTree(self.root)

    def commit(self, sha: str) -> Commit:
        """Who committed it, when, and its trailers."""
        return self._logged("--no-walk=unsorted", self.resolve(sha), "--")[0]

    def commits_between(self, base: str, tip: str) -> tuple[Commit, ...]:
        """The commits that `tip` has and `base` has not, the newest first, with merges and their branches."""
        return self._logged("--topo-order", f"{self.resolve(base)}..{self.resolve(tip)}", "--")

    def commits_of(self, tip: str, path: str) -> tuple[Commit, ...]:
        """Every commit up to `tip`, merges left out, that changed a file at or below `path`; newest first."""
        literal = f":(top,literal){path}"
        return self._logged("--no-merges", "--full-history", self.resolve(tip), "--", literal)

    def merge_base(self, one: str, other: str) -> str | None:
        """The youngest commit that both descend from; None if there is none, or the clone is too shallow."""
        done = git_process.run(self.root, "merge-base", self.resolve(one), self.resolve(other))
        return done.stdout.decode().strip() or None

    def fork_point(self, base: str, tip: str = "HEAD") -> str:
        """Where `tip` left `base`: what a pull request is compared with. Raises PipelineError without one."""
        common = self.merge_base(base, tip)
        if common is None:
            raise PipelineError(
                f"{tip} and {base} have no commit in common, as far as this clone knows.",
                "Fetch the whole history: git fetch --unshallow.",
            )
        return common

    def user_name(self) -> str | None:
        """Git's user.name, None when it is not set."""
        return git_process.run(self.root, "config", "user.name").stdout.decode().strip() or None

    def history(self, ref: str, paths: Iterable[str]) -> Iterator[str]:
        """First-parent commits up to `ref` that changed a file at or below one of `paths`, the newest first.

        A merge counts as one change against its first parent: what the merge brought to the branch.
        """
        words = ["log", "--first-parent", "-m", "-s", "--format=%H", self.resolve(ref), "--"]
        literal = [f":(top,literal){path}" for path in paths]
        assert literal, "a history of nothing would be the history of everything"
        return _lines(git_process.start(git_process.arguments(*words, *literal), self.root))

    def _read_tree(self, commit: str) -> Revision:
        return Revision(self.root, commit, self._blobs)

    def _log(self, *words: str) -> tuple[Commit, ...]:
        return tuple(read_log(git_process.output(self.root, "log", "-z", "-s", f"--format={FORMAT}", *words)))

    def _commit_id(self, ref: str) -> str | None:
        for name in _readings(ref):
            answer = self._checks.ask(f"{name}^{{commit}}")
            if answer is not None:
                return answer.id
        return None


def takes_up(path: Path) -> bool:
    """Whether git has a file, or `git add` would take it up: nothing in the repository says to ignore it.

    Its folder is there. Raises PipelineError when git cannot be started.
    """
    path = path.resolve()
    # 0: it is ignored; 1: it is not, or git has it already; 128: there is no repository around it
    return git_process.run(path.parent, "check-ignore", "--quiet", "--", str(path)).returncode == 1


def _readings(ref: str) -> tuple[str, ...]:
    if not ref or not ref.isprintable():
        return ()
    if _FULL_ID.fullmatch(ref) or ref == "HEAD" or ref.startswith("refs/") or re.search(r"[~^:@]", ref):
        return (ref,)
    return (f"refs/heads/{ref}", f"refs/remotes/{ref}", f"refs/tags/{ref}", ref)


def _lines(process: subprocess.Popen[bytes]) -> Iterator[str]:
    """Ids as git finds them: most readers want the first few of a long history."""
    finished = False
    try:
        assert process.stdout is not None, "the pipe was asked for"
        for line in process.stdout:
            yield line.decode().strip()
        finished = True
    finally:
        if not finished:
            process.kill()
        with process:
            process.wait()
    if process.returncode != 0:
        raise PipelineError("git cannot read the history.", "Run `git fsck` in the repository.")


def _no_repository(start: Path, complaint: str) -> PipelineError:
    if "dubious ownership" in complaint:
        return PipelineError(
            f"git refuses {start}, because another user owns it.",
            f"If you trust it: git config --global --add safe.directory {start.resolve()}",
        )
    return PipelineError(
        f"{start} is not in a git repository ({complaint}).", "Start in the repository of the campaigns."
    )
