"""Whole commands, each as a new process: what a person at a terminal waits for."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import ledger as books
from pipeline.ledger.sqlite import SqliteLedger

_COMMAND = "python -m benchmarks.commands"
_HERE = Path(__file__).resolve().parent.parent
_RUNS = 5


def _seconds(folder: Path, *words: str) -> list[float]:
    """How long the command takes, several times over."""
    taken = []
    for _ in range(_RUNS):
        start = time.perf_counter()
        command = [sys.executable, "-m", "pipeline", *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        taken.append(time.perf_counter() - start)
        assert done.returncode in {0, 1}, done.stderr
    return taken


def _told(taken: list[float]) -> str:
    return f"{statistics.median(taken):.2f} s (median of {len(taken)}; {min(taken):.2f} to {max(taken):.2f})"


def repository(folder: Path) -> None:
    """The examples, committed, in a fresh folder."""
    for name in ("campaigns", "segments", "schema"):
        shutil.copytree(_HERE / name, folder / name)
    shutil.copy(_HERE / "policy.yaml", folder)
    (folder / ".gitignore").write_text(".postmerge/\n", encoding="utf-8")
    person = ["-c", "user.name=sato", "-c", "user.email=sato@hanamori.example"]
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], [*person, "commit", "-q", "-m", "Set up"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository(folder)
        path = folder / ".postmerge/ledger.db"
        ledger = SqliteLedger(path)
        revision = books.revision_of(1_000_000)
        assert ledger.open_revision(revision)
        books.fill(ledger, revision)
        ledger.close()
        status = _seconds(folder, "status", "winter-sale")
        demo = _seconds(folder, "demo")
    return [
        ("`postmerge status`, a delivery of 1,000,000 recipients, cold", _told(status), _COMMAND),
        ("`postmerge demo`, 1,038 messages", _told(demo), _COMMAND),
    ]


if __name__ == "__main__":
    for what, figure, _ in run():
        print(f"{what}: {figure}")
