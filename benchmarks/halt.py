"""The brake: how much mail SES still accepts after a hold was written, while a fast sender is under way.

A real `postmerge deliver` sends through the double of SES, which takes a while for every answer; in the
middle a person halts. What the double accepts after the hold was written is counted.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline import wiring
from pipeline.clock import SystemClock
from pipeline.incident import brakes
from pipeline.ledger.sqlite import SqliteLedger
from pipeline.plan.waves import BATCH_MAX
from tests.ses_double import Double, running
from tests.stories.senders import ordered, senders, wait_until
from tests.stories.story import CAMPAIGN, Story

_COMMAND = "python -m benchmarks.halt"
_PEOPLE = 4_000
_LATENCY_MS = 150.0
#: Accepted before somebody notices the mistake.
_NOTICED_AFTER = 600
_CALLS = wiring._SES_IN_FLIGHT  # noqa: SLF001 what is measured against is what is in use
#: Reserved before the hold, so their calls may still be made.
MOST = _CALLS * BATCH_MAX
_AT_ONCE = CAMPAIGN.replace("waves: [10%, 100%], soak: 30m", "waves: [100%], soak: 0s")


@dataclass(frozen=True, slots=True)
class Halted:
    """Messages accepted before the hold and after it, and seconds from the hold to the last one."""

    before: int
    after: int
    seconds: float


def measure(folder: Path, double: Double, *, people: int = _PEOPLE, noticed: int = _NOTICED_AFTER) -> Halted:
    """One delivery that is halted in the middle."""
    with _surroundings(double):
        double.reset(latency_ms=_LATENCY_MS)
        story = ordered(folder / "repository", members=people, campaign=_AT_ONCE)
        _through_ses(story)
        with senders(story.root, ("deliver",)) as (sender,):
            wait_until(lambda: sum(count for _, count in double.moments()) >= noticed or not sender.running)
            ledger = SqliteLedger(story.root / ".postmerge/ledger.db")
            brakes.halt(ledger, SystemClock(), "sale", reason="wrong price", by="sato")
            written = time.time()
            sender.ended()
            ledger.close()
    moments = double.moments()
    late = [(moment, count) for moment, count in moments if moment > written]
    after = sum(count for _, count in late)
    return Halted(
        before=sum(count for _, count in moments) - after,
        after=after,
        seconds=max((moment - written for moment, _ in late), default=0.0),
    )


@contextmanager
def _surroundings(double: Double) -> Iterator[None]:
    """The environment of a sender, put back afterwards."""
    before = dict(os.environ)
    os.environ.update(double.environment, POSTMERGE_UNSUBSCRIBE_KEY="k" * 40)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _through_ses(story: Story) -> None:
    policy = (story.root / "policy.yaml").read_text("utf-8")
    ses = policy.replace("{outbox: .postmerge/outbox}", "{ses: {region: ap-northeast-1}}")
    story.commit({"policy.yaml": ses})


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    with tempfile.TemporaryDirectory() as name, running() as double:
        halted = measure(Path(name), double)
    assert halted.after <= MOST, halted
    figure = (
        f"{halted.after} (at most {MOST}: {_CALLS} calls of {BATCH_MAX}); "
        f"the last {halted.seconds:.2f} s after it"
    )
    what = f"messages that SES accepts after a hold was written, calls of {_LATENCY_MS:.0f} ms under way"
    return [(what, figure, _COMMAND)]


if __name__ == "__main__":
    for what, figure, _ in run():
        print(f"{what}: {figure}")
