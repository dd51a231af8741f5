"""kill -9 at any moment: whoever had the mail does not get it again, and everybody is accounted for.

POSTMERGE_CHAOS_SEED repeats a run; POSTMERGE_KILLS says how many kills there are.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import wiring
from pipeline.ledger.entry import State
from tests.stories.senders import (
    Books,
    Sender,
    alive,
    books,
    copied,
    ordered,
    run,
    senders,
    wait_until,
    written,
)
from tests.stories.story import Story

_SEED = os.environ.get("POSTMERGE_CHAOS_SEED") or os.urandom(8).hex()
_KILLS_EACH = 5
_TESTS = -(-int(os.environ.get("POSTMERGE_KILLS", "10")) // _KILLS_EACH)
_MEMBERS = 120
#: Batches of 50, several of them under way at a time.
_MOST_UNDER_WAY = 50 * wiring._OUTBOX_IN_FLIGHT
_DELIVER = ("deliver",)


@dataclass(frozen=True, slots=True)
class Bed:
    """An order that nobody has delivered yet, and how long its delivery takes, in seconds."""

    story: Story
    takes: float


@pytest.fixture(scope="session")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Bed:
    folder = tmp_path_factory.mktemp("kill")
    story = ordered(folder / "order", members=_MEMBERS)
    tried = copied(story, folder / "tried")
    began = time.monotonic()
    assert run(tried.root, "deliver").status == 0
    return Bed(story, time.monotonic() - began)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    seed = f"{_SEED}/{request.node.name}"
    print(f"POSTMERGE_CHAOS_SEED={_SEED}, so {seed}")
    return random.Random(seed)


def _moment(chance: random.Random, bed: Bed, sender: Sender) -> Callable[[], bool]:
    """When to kill: at a point of time, or at some message of a batch; at once when it is over."""
    over = time.monotonic() + chance.uniform(0, bed.takes)
    if chance.random() < 0.4:
        return lambda: time.monotonic() >= over or not sender.running
    messages = written(sender.root) + chance.randint(1, 60)
    return lambda: written(sender.root) >= messages or not sender.running


def _finish(story: Story, kills: int) -> Books:
    """Resume until it is over, and look into the books."""
    ended = run(story.root, "deliver")
    assert ended.status == 0, ended
    assert "complete" in ended.out
    found = books(story)
    found.assert_true()
    reached = found.in_state(State.ACCEPTED, State.UNKNOWN)
    assert reached == {f"m{n}@people.example" for n in range(1, _MEMBERS + 1)}
    assert found.account.unknown <= kills * _MOST_UNDER_WAY
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", range(_TESTS))
def test_a_killed_delivery_is_resumed_and_nobody_has_two(
    number: int, bed: Bed, chance: random.Random, tmp_path: Path
) -> None:
    story, kills, all_kills = copied(bed.story, tmp_path / "0"), 0, 0
    while all_kills < _KILLS_EACH:
        with senders(story.root, _DELIVER) as (sender,):
            wait_until(_moment(chance, bed, sender))
            killed = sender.running
            left_over = sender.kill()
        wait_until(lambda: not any(alive(pid) for pid in left_over))  # noqa: B023 used at once
        kills, all_kills = kills + killed, all_kills + killed
        if not killed:
            _finish(story, kills)
            story, kills = copied(bed.story, tmp_path / f"{number}-{all_kills}-{time.monotonic_ns()}"), 0
    _finish(story, kills)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(-(-_TESTS // 3)))
def test_of_two_senders_one_or_both_are_killed_and_nobody_has_two(
    number: int, bed: Bed, chance: random.Random, tmp_path: Path
) -> None:
    story = copied(bed.story, tmp_path / str(number))
    victims = chance.choice([1, 2])
    with senders(story.root, _DELIVER, _DELIVER) as both:
        for sender in both[:victims]:
            wait_until(_moment(chance, bed, sender))
            sender.kill()
        for sender in both[victims:]:
            assert sender.ended().status == 0
    _finish(story, victims)


@pytest.mark.slow
@pytest.mark.parametrize("messages", [1, 17, 60])
def test_a_killed_process_group_leaves_no_process_behind(messages: int, bed: Bed, tmp_path: Path) -> None:
    story = copied(bed.story, tmp_path / "group")
    with senders(story.root, _DELIVER, whole=True) as (sender,):
        wait_until(lambda: written(story.root) >= messages or not sender.running)
        sender.process.send_signal(signal.SIGSTOP)
        children = sender.descendants()
        sender.signal_group(signal.SIGKILL)
        sender.ended()
    assert children, "a delivery has a renderer and a git beside it"
    wait_until(lambda: not any(alive(pid) for pid in children))
    _finish(story, 1)


def test_a_delivery_that_is_killed_in_the_middle_of_a_batch_says_what_is_unknown(
    bed: Bed, tmp_path: Path
) -> None:
    story = copied(bed.story, tmp_path / "middle")
    with senders(story.root, _DELIVER) as (sender,):
        wait_until(lambda: written(story.root) > 0 or not sender.running)
        sender.kill()
    found = _finish(story, 1)
    status = run(story.root, "status", "sale")
    assert f"{found.account.unknown} unknown" in status.out
