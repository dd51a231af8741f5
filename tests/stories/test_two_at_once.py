"""Several senders at the same time, and a brake beside them: real processes on one repository."""

import sqlite3
from pathlib import Path

import pytest

from pipeline import wiring
from pipeline.ledger.entry import State
from tests.stories.senders import books, ordered, run, senders, wait_until, written

#: Batches of 50, several of them under way at a time, of two senders.
_MOST_UNDER_WAY = 2 * 50 * wiring._OUTBOX_IN_FLIGHT


def _claims(root: Path) -> set[tuple[str, int, int]]:
    """Every batch that was ever claimed."""
    db = sqlite3.connect(root / ".postmerge/ledger.db")
    try:
        return set(db.execute("SELECT revision, wave, batch FROM reservation"))
    finally:
        db.close()


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 4])
def test_senders_at_the_same_time_reach_everybody_once(count: int, tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", members=300)
    with senders(story.root, *[("deliver",)] * count) as together:
        ends = [sender.ended() for sender in together]
    assert [end.status for end in ends] == [0] * count, ends
    # Whoever comes too late for a batch may leave while another still sends it: nothing is lost by that.
    assert "complete" in run(story.root, "deliver").out
    found = books(story)
    found.assert_true()
    assert len(found.in_state(State.ACCEPTED)) == 300
    assert found.account.unknown == 0


@pytest.mark.slow
@pytest.mark.parametrize("messages", [1, 30, 200])
def test_after_a_halt_has_returned_nothing_more_is_claimed(messages: int, tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", members=1500)
    with senders(story.root, ("deliver",), ("deliver",)) as together:
        wait_until(lambda: written(story.root) >= messages)
        halted = run(story.root, "halt", "sale", "--reason", "wrong price", "--by", "sato")
        claimed = _claims(story.root)
        after = books(story)
        ends = [sender.ended() for sender in together]
    assert halted.status == 0
    assert "sale: halted." in halted.out
    found = books(story)
    found.assert_true()
    assert _claims(story.root) == claimed, "claimed after the hold"
    assert found.in_state(State.HELD) == after.in_state(State.HELD)
    newly = found.in_state(State.ACCEPTED) - after.in_state(State.ACCEPTED)
    assert len(newly) <= _MOST_UNDER_WAY, "more than the batches in flight"
    assert found.account.unknown == 0
    assert found.account.held > 0, "the brake came too late to show anything"
    assert [end.status for end in ends] == [1, 1], ends


@pytest.mark.slow
def test_a_halt_on_everything_stops_what_runs_and_a_release_lets_it_end(tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", members=1000)
    with senders(story.root, ("deliver",)) as (sender,):
        wait_until(lambda: written(story.root) > 0)
        assert run(story.root, "halt", "--all", "--reason", "stop", "--by", "sato").status == 0
        assert sender.ended().status == 1
    stopped = books(story)
    stopped.assert_true()
    assert stopped.account.held > 0
    assert run(story.root, "deliver").status == 1
    assert books(story) == stopped

    assert run(story.root, "release", "--all", "--reason", "all is well", "--by", "sato").status == 0
    assert run(story.root, "deliver").status == 0
    found = books(story)
    found.assert_true()
    assert len(found.in_state(State.ACCEPTED)) == 1000
