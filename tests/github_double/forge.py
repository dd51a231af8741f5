"""Git as GitHub keeps it: a bare repository, written by one process a change."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_START_EPOCH: Final = 1_785_542_400  # 2026-08-01 00:00 UTC
ZERO: Final = "0" * 40


@dataclass(frozen=True, slots=True)
class Written:
    """A commit as it was written; people are `Name <address>`."""

    sha: str
    parents: tuple[str, ...]
    author: str
    committer: str
    message: str
    files: Mapping[str, str | None]


class Forge:
    """Branches and commits. Every commit is a minute younger than the one before it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.minutes = 0
        self.commits: dict[str, Written] = {}
        self.run("init", "-q", "--bare", "-b", "main", str(root))

    def run(self, *words: str, stdin: str = "") -> str:
        """Run git in the repository."""
        return self._output(*words, stdin=stdin).decode().strip()

    def content(self, blob: str) -> bytes:
        """The bytes of a file."""
        return self._output("cat-file", "blob", blob)

    def _output(self, *words: str, stdin: str = "") -> bytes:
        folder = self.root if self.root.exists() else self.root.parent
        environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            env=environment,
            input=stdin.encode(),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr.decode()}"
        return done.stdout

    def tip(self, branch: str) -> str | None:
        """What a branch points to."""
        # A file that git has just written: nothing here packs refs, and a process costs a hundred times that.
        file = self.root / "refs/heads" / branch
        return file.read_text("utf-8").strip() if file.is_file() else None

    def write(
        self,
        branch: str,
        files: Mapping[str, str | None],
        *,
        author: str,
        committer: str,
        message: str,
        parents: tuple[str, ...],
        tree: str | None = None,
    ) -> str:
        """Put a commit on `branch`, with the files of its first parent or of `tree`; None removes a file."""
        self.minutes += 1
        seconds = f"{_START_EPOCH + self.minutes * 60} +0000"
        lines = [f"commit refs/heads/{branch}", "mark :1", f"author {author} {seconds}"]
        lines += [f"committer {committer} {seconds}", _data(message)]
        lines += [f"{'from' if n == 0 else 'merge'} {parent}" for n, parent in enumerate(parents)]
        lines += [] if tree is None else ["deleteall", f'M 040000 {tree} ""']
        for path, text in files.items():
            lines.append(f"D {path}" if text is None else f"M 100644 inline {path}\n{_data(text)}")
        stream = "\n".join([*lines, "", "get-mark :1", ""])
        sha = self.run("fast-import", "--quiet", "--force", stdin=stream)
        self.commits[sha] = Written(sha, parents, author, committer, message, files)
        return sha

    def merged_tree(self, one: str, other: str) -> str:
        """The tree of a merge without conflicts."""
        return self.run("merge-tree", "--write-tree", one, other).splitlines()[0]

    def between(self, base: str, tip: str) -> list[str]:
        """The commits that `tip` has and `base` has not, the oldest first."""
        return self.run("rev-list", "--reverse", "--topo-order", f"{base}..{tip}").split()

    def touching(self, tip: str, path: str) -> list[str]:
        """The commits up to `tip` that changed a file below `path`, the newest first."""
        return self.run("log", "--format=%H", tip, "--", path).split()

    def listing(self, commit: str) -> list[tuple[str, str, str, str]]:
        """Path, mode, type and id of everything in a commit."""
        lines = self.run("ls-tree", "-r", "-t", "-z", commit).split("\0")
        parts = (line.partition("\t") for line in lines if line)
        return [(path, *_three(facts)) for facts, _, path in parts]

    def has(self, name: str, kind: str = "commit") -> bool:
        """Whether the object is there."""
        if kind == "commit" and name in self.commits:
            return True
        words = ["git", "cat-file", "-e", f"{name}^{{{kind}}}"]
        return subprocess.run(words, cwd=self.root, capture_output=True, check=False).returncode == 0


def _three(facts: str) -> tuple[str, str, str]:
    mode, kind, sha = facts.split()
    return mode, kind, sha


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}"
