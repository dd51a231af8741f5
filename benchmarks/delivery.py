"""A whole delivery through SES against plain loops of boto3: same mails, same double, same run.

The double of SES runs in a process of its own, on the other core where the machine has one. It checks
every request as it does in the tests; only what it accepted is counted and not kept. All three are served
by the same one.
"""

import gc
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import campaign as mails
from benchmarks import plain
from pipeline.cli import SEARCH_AFTER
from pipeline.delivery.dispatch import deliver
from pipeline.delivery.world import World
from tests.ses_double import Double, running

_COMMAND = "python -m benchmarks.delivery"
_REPETITIONS = 3
#: A large campaign: what a pass needs once, such as the child that renders, is shared by this many.
_WAVE = 45_000
#: Both loops go on as they begin.
_BULK, _SINGLE = 15_000, 1_500
_LATENCY_MS = 150
#: With latency a loop waits nearly all the time; a few calls say it.
_LATE_BULK, _LATE_SINGLE = 500, 10


@dataclass(frozen=True, slots=True)
class Run:
    """How many recipients in how many seconds, and the computing time of this process and its children."""

    recipients: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Recipients a second."""
        return self.recipients / self.seconds

    @property
    def micro(self) -> float:
        """Microseconds of computing a recipient."""
        return self.cpu_seconds / self.recipients * 1e6


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def measured(deed: Callable[[], int]) -> Run:
    """`deed` says how many recipients it reached."""
    start, cpu = time.perf_counter(), _cpu()
    recipients = deed()
    return Run(recipients, time.perf_counter() - start, _cpu() - cpu)


@contextmanager
def double_on_the_other_core() -> Iterator[Double]:
    """The double, kept to the last core; everything else goes where the kernel likes."""
    ours = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(ours)})
    try:
        with running(keep="counts") as double:
            os.sched_setaffinity(0, ours)
            os.environ.update(double.environment)
            yield double
    finally:
        os.sched_setaffinity(0, ours)


@contextmanager
def _garbage_as_the_command_line_has_it() -> Iterator[None]:
    """Python's search for it as seldom as in every command; the plain loops have it so, too."""
    before = gc.get_threshold()
    gc.set_threshold(SEARCH_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _wave(world: World) -> int:
    """The next wave of the campaign, all of it."""
    assert isinstance(world.clock, mails.AheadClock)
    world.clock.by += timedelta(hours=1)
    before = world.ledger.account(mails.CAMPAIGN).accepted
    done = deliver(world)
    assert not done.troubles, done.troubles
    return world.ledger.account(mails.CAMPAIGN).accepted - before


def _interleaved(world: World, loops: plain.Loops, double: Double, latency_ms: int) -> dict[str, list[Run]]:
    bulk, single = (_BULK, _SINGLE) if not latency_ms else (_LATE_BULK, _LATE_SINGLE)
    runs: dict[str, list[Run]] = {"postmerge": [], "bulk": [], "single": []}
    for _ in range(_REPETITIONS):
        double.change(latency_ms=latency_ms)
        runs["postmerge"].append(measured(lambda: _wave(world)))
        runs["bulk"].append(measured(lambda: loops.bulk(bulk)))
        runs["single"].append(measured(lambda: loops.single(single)))
    return runs


def _told(latency_ms: int, runs: dict[str, list[Run]]) -> Iterator[tuple[str, str, str]]:
    middle = {
        who: (statistics.median(r.rate for r in each), statistics.median(r.micro for r in each))
        for who, each in runs.items()
    }
    where = f"{latency_ms} ms latency" if latency_ms else "no latency"
    names = {
        "postmerge": "delivery through SES, ledger on disk",
        "bulk": "plain loop of `send_bulk_email`, no ledger",
        "single": "plain loop of `send_email`, no ledger",
    }
    for who, (rate, micro) in middle.items():
        ratio = "" if who == "postmerge" else f", {middle['postmerge'][0] / rate:.2f} of it is the delivery"
        yield (
            f"{names[who]}, {where}",
            f"{rate:,.0f} recipients a second, {micro:,.0f} µs CPU each{ratio}",
            _COMMAND,
        )


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    lines: list[tuple[str, str, str]] = []
    with (
        _garbage_as_the_command_line_has_it(),
        tempfile.TemporaryDirectory() as folder,
        double_on_the_other_core() as double,
    ):
        waves = 2 * _REPETITIONS
        with mails.ordered(Path(folder), double, people=_WAVE * waves, waves=waves) as world:
            loops = plain.Loops(mails.source_of(Path(folder)), double)
            for latency_ms in (0, _LATENCY_MS):
                lines += _told(latency_ms, _interleaved(world, loops, double, latency_ms))
        assert not double.twice(), "nobody has two"
    return lines


if __name__ == "__main__":
    for what, figure, _ in run():
        print(f"{what}: {figure}", file=sys.stdout, flush=True)
