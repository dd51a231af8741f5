"""One `git cat-file` that stays, because it is asked before every batch."""

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.errors import PipelineError
from pipeline.workspace import git_process


@dataclass(frozen=True, slots=True)
class Answer:
    """An object of git. `content` is empty unless it was asked for."""

    id: str
    kind: str
    size: int
    content: bytes = b""


class CatFile:
    """Asks a lasting `git cat-file`; starts it at the first question, and anew when it has died.

    git reads refs afresh for every question and looks for new packs when an object is missing, so the answer
    is the present one. The git directory is absolute: a repository put in place of the old one is seen.
    """

    def __init__(self, git_dir: Path, *, contents: bool) -> None:
        flag = "--batch" if contents else "--batch-check"
        self._words = git_process.arguments("--git-dir", str(git_dir), "cat-file", flag)
        self._git_dir = git_dir
        self._contents = contents
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    def ask(self, name: str) -> Answer | None:
        """The object that `name` names, None when there is none. Safe to call from several threads."""
        if "\n" in name or "\0" in name:
            return None
        with self._lock:
            assert not self._closed, "the repository has been closed"
            for _ in range(2):
                try:
                    return self._question(name)
                except (OSError, EOFError):
                    self._stop()
        raise PipelineError(
            "git stops answering questions about the repository.",
            "Run `git fsck` in it; nothing is sent while it cannot be read.",
        )

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed = True
            self._stop()

    def _question(self, name: str) -> Answer | None:
        stdin, stdout = self._pipes()
        stdin.write(name.encode("utf-8", "surrogateescape") + b"\n")
        stdin.flush()
        line = stdout.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        words = line.split()
        if len(words) != 3 or not words[2].isdigit():  # noqa: PLR2004 `id kind size`, else `… missing`
            return None
        size = int(words[2])
        content = b""
        if self._contents:
            content = stdout.read(size + 1)
            if len(content) != size + 1:
                raise EOFError
        return Answer(words[0].decode(), words[1].decode(), size, content[:-1])

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = git_process.start(self._words, self._git_dir, stdin=subprocess.PIPE)
        assert self._process.stdin is not None, "the pipe was asked for"
        assert self._process.stdout is not None, "the pipe was asked for"
        return self._process.stdin, self._process.stdout

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue  # what was left to write can no longer be read by anybody
        process.kill()
        process.wait()
