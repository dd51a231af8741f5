"""A revert, from its push to the last message that SES accepts, and how many leave meanwhile."""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ses_double import Double, running
from tests.stories.senders import NO_SOAK, Sender, senders, unordered, wait_until
from tests.stories.story import Story

_COMMAND = "python -m benchmarks.revert"
_RUNS = 3
#: A typical new account, and one that has grown. Messages a second, and how many people.
_RATES = ((14, 600), (200, 6000))
#: So many have left when the revert is pushed.
_SECONDS_BEFORE = 3


@dataclass(frozen=True, slots=True)
class _Stopped:
    """`seconds` from the beginning of the push to the last acceptance; `messages` accepted in that time."""

    seconds: float
    messages: int


@contextmanager
def _account(rate: int) -> Iterator[Double]:
    with running(max_send_rate=rate, max_24_hour_send=1_000_000, keep="counts") as ses:
        before = dict(os.environ)
        os.environ.update(ses.environment, POSTMERGE_UNSUBSCRIBE_KEY="k" * 40)
        try:
            yield ses
        finally:
            os.environ.clear()
            os.environ.update(before)


def _ordered(root: Path, rate: int, people: int) -> tuple[Story, Path]:
    """A desk with a merged campaign on a bare remote, and the clone of the sender."""
    desk = unordered(root / "desk", members=people, rate=f"{rate}/s")
    policy = (desk.root / "policy.yaml").read_text(encoding="utf-8")
    policy = policy.replace("outbox: .postmerge/outbox", "ses: {region: us-east-1}")
    policy = policy.replace("reviews: trailers", "reviews: trailers\n    remote: origin")
    desk.commit({"policy.yaml": f"{policy}approvals: {{test_send: optional}}\n"})
    desk.change(desk.campaign(yaml=NO_SOAK.replace("[20%, 100%]", "[100%]")))
    desk.merge()
    desk.git("clone", "-q", "--bare", ".", str(root / "remote.git"))
    desk.git("remote", "add", "origin", str(root / "remote.git"))
    desk.git("clone", "-q", str(root / "remote.git"), str(root / "sender"))
    for name in ("members.csv", "unsubscribed.csv"):
        (root / "sender" / name).write_bytes((desk.root / name).read_bytes())
    return desk, root / "sender"


def _accepted(ses: Double) -> int:
    return sum(count for _, count in ses.moments())


def _stop_once(rate: int, people: int) -> _Stopped:
    with tempfile.TemporaryDirectory() as name, _account(rate) as ses:
        desk, clone = _ordered(Path(name), rate, people)
        desk.revert()
        with senders(clone, ("deliver",)) as (sender,):
            wait_until(lambda: _accepted(ses) >= rate * _SECONDS_BEFORE)
            pushed = time.time()
            desk.git("push", "-q", "origin", "main")
            _end(sender)
        late = [(moment, count) for moment, count in ses.moments() if moment > pushed]
        assert _accepted(ses) < people, "everything had left before the revert"
        assert max(ses.accepted().values()) == 1, "somebody has two"
        last = max((moment for moment, _ in late), default=pushed)
        return _Stopped(last - pushed, sum(count for _, count in late))


def _end(sender: Sender) -> None:
    ended = sender.ended()
    assert ended.status == 0, ended.err
    assert "stopped" in ended.out, ended.out


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    rows = []
    for rate, people in _RATES:
        stops = [_stop_once(rate, people) for _ in range(_RUNS)]
        seconds = [stop.seconds for stop in stops]
        messages = [stop.messages for stop in stops]
        what = f"from the push of a revert to the last message, at {rate} a second"
        took = f"{statistics.median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f})"
        left = f"{statistics.median(messages):.0f} messages ({min(messages)} to {max(messages)})"
        rows.append((what, f"{took}, {left}", _COMMAND))
    return rows


if __name__ == "__main__":
    for what, figure, _ in run():
        print(f"{what}: {figure}")
