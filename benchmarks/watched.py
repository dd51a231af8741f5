"""A command while it runs: how long it takes, and the most memory that it and its children have at a time."""

import re
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

_NOW = re.compile(r"VmRSS:\s+(\d+) kB")
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_LOOK_SECONDS = 0.05


@dataclass
class Watched:
    """What became of a command. `megabytes` are MiB, what several of them share counted for each."""

    words: list[str]
    folder: Path
    seconds: float = 0.0
    megabytes: float = 0.0
    said: str = ""

    def run(self) -> "Watched":
        """Run it to its end."""
        start = time.perf_counter()
        with subprocess.Popen(self.words, cwd=self.folder, stdout=subprocess.PIPE, text=True) as process:
            watch = threading.Thread(target=self._watch, args=(process,))
            watch.start()
            assert process.stdout is not None
            self.said = process.stdout.read()
            process.wait()
            self.seconds = time.perf_counter() - start
            watch.join()
        assert process.returncode in {0, 1}, self.said
        return self

    def _watch(self, process: subprocess.Popen[str]) -> None:
        """Looks often; the peak of the command itself is known also between two looks.

        Children count from the second look on: one that is just being started is for a moment a copy of its
        parent, with all the memory of that, before it becomes `git`.
        """
        before: set[int] = set()
        while process.poll() is None:
            family = set(_family(process.pid))
            together = sum(_megabytes(pid, _NOW) for pid in family & (before | {process.pid}))
            self.megabytes = max(self.megabytes, together, _megabytes(process.pid, _PEAK))
            before = family
            time.sleep(_LOOK_SECONDS)


def _family(pid: int) -> list[int]:
    children = [
        int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in _text(path).split()
    ]
    return [pid, *(member for child in children for member in _family(child))]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""  # it has ended


def _megabytes(pid: int, which: re.Pattern[str]) -> float:
    found = which.search(_text(Path(f"/proc/{pid}/status")))
    return int(found[1]) / 1024 if found else 0.0
