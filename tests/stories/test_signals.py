"""Asked to leave, a sender finishes the batch in flight and tells the truth."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from pipeline import wiring
from pipeline.ledger.entry import State
from tests.stories.senders import (
    NO_SOAK,
    Books,
    Ended,
    books,
    ordered,
    run,
    senders,
    unordered,
    wait_until,
    written,
)
from tests.stories.story import Story

#: After the first batch of ten, a sender waits for minutes before the next.
_SLOW = "0.02/s"


def _assert_left_tidily(story: Story, ended: Ended) -> Books:
    assert ended.status == 0, ended
    found = books(story)
    found.assert_true()
    account = found.account
    assert f"Stopped at a batch border, {account.held} recipients are still to go" in ended.out
    assert account.unknown == 0
    assert account.held > 0
    told = f"{account.accepted} accepted + 0 refused + 0 excluded + {account.held} held + 0 unknown"
    assert told in ended.out
    return found


def _assert_goes_on(story: Story, members: int) -> None:
    assert run(story.root, "deliver").status == 0
    found = books(story)
    found.assert_true()
    assert len(found.in_state(State.ACCEPTED)) == members


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "group", "messages"),
    [
        (signal.SIGINT, True, 1),
        (signal.SIGINT, False, 50),
        (signal.SIGTERM, True, 50),
        (signal.SIGTERM, False, 1),
        (signal.SIGHUP, True, 15),
    ],
)
def test_a_signal_lets_the_batch_in_flight_finish(
    number: signal.Signals, *, group: bool, messages: int, tmp_path: Path
) -> None:
    story = ordered(tmp_path / "repository", members=300, rate="150/s")
    with senders(story.root, ("deliver",)) as (sender,):
        wait_until(lambda: written(story.root) >= messages)
        if group:
            sender.signal_group(number)
        else:
            sender.process.send_signal(number)
        _assert_left_tidily(story, sender.ended())
    _assert_goes_on(story, 300)


def test_a_signal_ends_the_wait_for_the_rate(tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", rate=_SLOW)
    with senders(story.root, ("deliver",)) as (sender,):
        wait_until(lambda: written(story.root) == 10)
        sender.process.send_signal(signal.SIGTERM)
        found = _assert_left_tidily(story, sender.ended())
    assert found.account.accepted == 10


@pytest.mark.slow
def test_an_impatient_ctrl_c_loses_nothing_either(tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", members=300, rate="150/s")
    with senders(story.root, ("deliver",)) as (sender,):
        wait_until(lambda: written(story.root) >= 5)
        for _ in range(20):
            sender.signal_group(signal.SIGINT)
        ended = sender.ended()
    found = books(story)
    found.assert_true()
    assert found.account.unknown == 0, ended


@pytest.mark.slow
def test_ctrl_c_while_git_works_does_not_end_git_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = ordered(tmp_path / "repository")
    working = tmp_path / "working"
    _let_git_take_its_time(monkeypatch, tmp_path / "bin", working)
    with senders(story.root, ("deliver",)) as (sender,):
        wait_until(working.exists)
        sender.signal_group(signal.SIGINT)
        ended = sender.ended()
    assert ended.status == 0, ended
    assert "Stopped at a batch border" in ended.out
    assert "git" not in ended.err
    assert not story.mailbox()


def _let_git_take_its_time(monkeypatch: pytest.MonkeyPatch, folder: Path, working: Path) -> None:
    """A git that is slow to list files, and says when it is at it."""
    git = shutil.which("git")
    folder.mkdir()
    script = folder / "git"
    pause = f"[ -e {working} ] || {{ touch {working}; sleep 1; }}"
    script.write_text(f'#!/bin/sh\ncase "$*" in *" ls-tree "*) {pause};; esac\nexec {git} "$@"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


@pytest.mark.slow
def test_what_the_caller_ignores_stays_ignored(tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", members=300, rate="150/s")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with senders(story.root, ("deliver",)) as (sender,):
            wait_until(lambda: written(story.root) >= 5)
            sender.process.send_signal(signal.SIGHUP)
            assert "complete" in sender.ended().out
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.slow
def test_deliver_for_a_while_stops_at_a_batch_border_and_says_so(tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", rate="10/s")
    assert 0 < _delivered_for_a_while(story).account.accepted < 120


@pytest.mark.slow
def test_deliver_for_a_while_does_not_sit_out_the_rate_beyond_it(tmp_path: Path) -> None:
    story = ordered(tmp_path / "repository", rate=_SLOW)
    assert _delivered_for_a_while(story).account.accepted == 10


def _delivered_for_a_while(story: Story) -> Books:
    """What a few seconds bring; more of them where a busy machine got no message out by then."""
    while True:
        found = _assert_left_tidily(story, run(story.root, "deliver", "--for", "3s"))
        if found.account.accepted:
            return found


@pytest.mark.slow
def test_a_watch_sees_a_merge_and_a_revert_and_leaves_when_asked(tmp_path: Path) -> None:
    story = unordered(tmp_path / "repository", rate="5/s")
    with senders(story.root, ("watch",)) as (watch,):
        story.order(yaml=NO_SOAK)
        wait_until(lambda: written(story.root) >= 10)
        story.git("revert", "--no-edit", "-m", "1", "HEAD")
        wait_until(lambda: _state(story) == "stopped")
        left = written(story.root)
        wait_until(lambda: not _unsettled(story))
        watch.process.send_signal(signal.SIGTERM)
        ended = watch.ended()
    assert ended.status == 0, ended
    assert "stopped" in ended.out
    found = books(story)
    found.assert_true()
    assert found.account.unknown == 0
    assert 0 < len(found.mailbox) < 120
    assert len(found.mailbox) - left <= 50 * wiring._OUTBOX_IN_FLIGHT


def _state(story: Story) -> str:
    [campaign] = json.loads(run(story.root, "status", "sale", "--format", "json").out)["campaigns"]
    return str(campaign["state"])


def _unsettled(story: Story) -> bool:
    with story.world() as world:
        return bool(world.ledger.unsettled("sale"))
