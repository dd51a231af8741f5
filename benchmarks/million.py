"""A million recipients: how much memory the passes of a delivery need, each a process of its own.

`python -m benchmarks.million` sends to all of them; `python -m benchmarks.million 20000` stops after so many,
which has the same peak: everything that grows with the audience is there before the first message leaves.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from benchmarks import campaign as mails
from benchmarks.delivery import double_on_the_other_core
from benchmarks.watched import Watched
from pipeline import wiring
from pipeline.delivery.dispatch import deliver

_COMMAND = "python -m benchmarks.million"
_PEOPLE = 1_000_000
_SHARES = "1%, 100%"
_HERE = Path(__file__).resolve().parent.parent
#: The first wave and, an hour later, the second.
_PASSES = ("frozen, and the first hundredth sent", "the others sent")


def one_pass(folder: Path, hours: int, most: int) -> int:
    """Deliver once, and stop when `most` more have been accepted; how many are accepted by then."""
    left = [most]

    def narrate(_campaign: str, sentence: str) -> None:
        if sentence.startswith("batch "):
            left[0] -= int(sentence.rpartition(" ")[2])

    clock = mails.AheadClock(timedelta(hours=hours))
    calling = wiring.Calling(clock=clock, narrate=narrate, stopping=lambda: left[0] <= 0)
    with wiring.open_world(folder, calling) as world:
        done = deliver(world)
        assert not done.troubles, done.troubles
        return world.ledger.account(mails.CAMPAIGN).accepted


def measured(most: int) -> Iterator[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    with tempfile.TemporaryDirectory() as name, double_on_the_other_core() as double:
        folder = Path(name)
        mails.write(folder, people=_PEOPLE, shares=_SHARES)
        double.reset(keep="counts")
        for hours, what in enumerate(_PASSES):
            command = [sys.executable, "-m", "benchmarks.million", "--pass", name, str(hours), str(most)]
            told = Watched(command, _HERE).run()
            assert int(told.said), "somebody got it"
            figure = f"{told.megabytes:.0f} MiB, {int(told.said):,} accepted by then, {told.seconds:,.0f} s"
            yield (
                f"{_PEOPLE:,} recipients, {what}: most memory at a time, with the child that renders",
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
