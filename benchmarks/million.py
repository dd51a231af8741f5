"""A million recipients: how much memory the passes of a delivery need, each a process of its own.

`python -m benchmarks.million` sends to all of them; `python -m benchmarks.million 20000` stops after so many,
which has the same peak: everything that grows with the audience is there before the first message leaves.
"""

import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from benchmarks import campaign as mails
from benchmarks.delivery import double_on_the_other_core
from pipeline import wiring
from pipeline.delivery.dispatch import deliver

_COMMAND = "python -m benchmarks.million"
_PEOPLE = 1_000_000
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")
_SHARES = "1%, 100%"
#: The first wave and, an hour later, the second.
_PASSES = ("frozen, and the first hundredth sent", "the others sent")


def one_pass(folder: Path, hours: int, most: int) -> str:
    """Deliver once; stop when `most` more have been accepted."""
    start = time.perf_counter()
    left, child = [most], [0.0]

    def narrate(_campaign: str, sentence: str) -> None:
        if sentence.startswith("batch "):
            left[0] -= int(sentence.rpartition(" ")[2])
            child[0] = max(child[0], _largest_child())

    clock = mails.AheadClock(timedelta(hours=hours))
    calling = wiring.Calling(clock=clock, narrate=narrate, stopping=lambda: left[0] <= 0)
    with wiring.open_world(folder, calling) as world:
        done = deliver(world)
        assert not done.troubles, done.troubles
        accepted = world.ledger.account(mails.CAMPAIGN).accepted
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{accepted}\t{own + child[0]:.0f}\t{time.perf_counter() - start:.0f}"


def _largest_child() -> float:
    """The peak of the largest child, in MiB: what it had itself, not what it was forked from."""
    listed = [_read(path) for path in Path("/proc/self/task").glob("*/children")]
    peaks = [_PEAK.search(_read(Path(f"/proc/{pid}/status"))) for pid in " ".join(listed).split()]
    return max((int(peak[1]) / 1024 for peak in peaks if peak), default=0.0)


def _read(path: Path) -> str:
    """What it says; nothing when the thread or process has just ended."""
    with suppress(OSError):
        return path.read_text()
    return ""


def measured(most: int) -> Iterator[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    with tempfile.TemporaryDirectory() as name, double_on_the_other_core() as double:
        folder = Path(name)
        mails.write(folder, people=_PEOPLE, shares=_SHARES)
        double.reset(keep="counts")
        for hours, what in enumerate(_PASSES):
            command = [sys.executable, "-m", "benchmarks.million", "--pass", name, str(hours), str(most)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            accepted, megabytes, seconds = told.split("\t")
            assert int(accepted), told
            figure = f"{megabytes} MiB, {int(accepted):,} accepted by then, {int(seconds):,} s"
            yield (
                f"{_PEOPLE:,} recipients, {what}: peak memory, with the child that renders",
                figure,
                _COMMAND,
            )
        assert not double.twice(), "nobody has two"


if __name__ == "__main__":
    if "--pass" in sys.argv:
        print(one_pass(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])), end="")
    else:
        for what, figure, _ in measured(int(sys.argv[1]) if len(sys.argv) > 1 else _PEOPLE):
            print(f"{what}: {figure}", flush=True)
