from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.clock import ManualClock
from pipeline.workspace import remote as remote_module
from pipeline.workspace.git import Repository
from pipeline.workspace.remote import MainUnknown, RemoteBranch
from tests.remote import Remote, make_remote
from tests.stories.senders import alive, wait_until
from tests.stories.story import Story

START = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A desk that pushes, the remote, and a clone that asks it about main."""

    desk: Story
    remote: Remote
    clone: Story
    clock: ManualClock
    main: RemoteBranch

    def push(self, *words: str) -> str:
        """A new commit of the desk's on the remote's main; `words` push something else."""
        self.desk.git("commit", "-q", "--allow-empty", "-m", "More")
        self.desk.git("push", "-q", "origin", *(words or ("main",)))
        return self.desk.git("rev-parse", "HEAD")

    def later(self, seconds: float) -> None:
        self.clock.sleep(timedelta(seconds=seconds))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    desk, clone = Story(tmp_path / "desk"), Story(tmp_path / "clone")
    desk.root.mkdir()
    remote = make_remote(tmp_path)
    desk.git("init", "-q", "-b", "main")
    desk.git("commit", "-q", "--allow-empty", "-m", "Begin")
    desk.git("clone", "-q", "--bare", ".", str(remote.path))
    desk.git("remote", "add", "origin", str(remote.path))
    desk.git("clone", "-q", str(remote.path), str(clone.root))
    clone.git("config", "remote.origin.uploadpack", str(remote.upload_pack))
    clock = ManualClock(START)
    with Repository.open(clone.root) as repository:
        yield Place(desk, remote, clone, clock, RemoteBranch(repository, "origin", "main", clock))


def test_an_answer_counts_for_two_seconds_and_only_a_moved_main_is_fetched(place: Place) -> None:
    first = place.main.commit()
    second = place.push()
    assert place.main.commit() == first
    assert place.main.halts() == frozenset()
    assert place.remote.asked == 1
    place.later(2)
    assert place.main.commit() == second
    assert place.remote.asked == 3  # listed and fetched
    place.later(2)
    assert place.main.commit() == second
    assert place.remote.asked == 4  # listed
    assert place.clone.git("rev-parse", "main") == first, "the clone's own branch is not ours to move"


def test_every_brake_on_the_remote_is_seen_and_nothing_that_only_looks_like_one(place: Place) -> None:
    place.main.commit()
    for name in ("halt/sale", "halt/all", "halt/sale-2/why", "halting/sale", "x/refs/heads/halt/y", "unhalt"):
        place.desk.git("push", "-q", "origin", f"main:refs/heads/{name}")
    place.desk.git("push", "-q", "origin", "main:refs/tags/halt/z")
    assert place.main.halts() == frozenset()
    place.later(2)
    assert place.main.halts() == {"halt/sale", "halt/all", "halt/sale-2/why"}


def test_a_hiccup_is_no_stop_and_thirty_seconds_of_silence_are(place: Place) -> None:
    first = place.main.commit()
    place.remote.mood("silent")
    place.later(29)
    assert place.main.commit() == first
    place.later(1)
    with pytest.raises(MainUnknown):
        place.main.halts()
    with pytest.raises(MainUnknown, match="origin does not say what main is now") as trouble:
        place.main.commit()
    assert "git ls-remote origin" in trouble.value.remedy
    place.remote.mood("fine")
    place.later(2)
    assert place.main.commit() == first


def test_a_clock_that_goes_backwards_makes_no_answer_younger(place: Place) -> None:
    place.main.commit()
    place.remote.mood("silent")
    place.clock.set(START - timedelta(hours=1))
    with pytest.raises(MainUnknown):
        place.main.commit()


def test_a_remote_that_hears_and_never_answers_is_given_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "_ANSWER_WITHIN", timedelta(seconds=6))
    place.remote.mood("hanging")
    with pytest.raises(MainUnknown, match="no answer within 6 seconds"):
        place.main.commit()
    # What git had started is gone, too.
    wait_until(lambda: not alive(int((place.remote.notes / "hanging").read_text("utf-8"))))


def test_the_words_for_a_refusal_hold_no_password(place: Place) -> None:
    place.clone.git("config", "remote.origin.uploadpack", "git-upload-pack")
    place.clone.git("remote", "set-url", "origin", "nonsense://sato:s3cret@git.example/campaigns")
    with pytest.raises(MainUnknown) as trouble:
        place.main.commit()
    assert "s3cret" not in trouble.value.sentence


def test_a_main_that_has_moved_and_cannot_be_fetched_counts_no_more(place: Place) -> None:
    place.main.commit()
    moved = place.push()
    place.remote.mood("second")
    place.later(2)
    with pytest.raises(MainUnknown, match="main on origin has moved and cannot be fetched"):
        place.main.commit()
    place.remote.mood("fine")
    place.later(2)
    assert place.main.commit() == moved


def test_a_main_that_is_gone_counts_no_more_whatever_else_is_called_like_it(place: Place) -> None:
    place.main.commit()
    place.push("main:refs/heads/refs/heads/main", "main:refs/heads/elsewhere")
    place.desk.git("--git-dir", str(place.remote.path), "update-ref", "-d", "refs/heads/main")
    place.later(2)
    with pytest.raises(MainUnknown, match="origin has no branch main, so nothing is sent"):
        place.main.commit()


@pytest.mark.parametrize("way", ["amended", "back"])
def test_a_rewritten_main_counts_only_when_somebody_has_looked(place: Place, way: str) -> None:
    place.push()
    place.main.commit()
    if way == "amended":
        place.desk.git("commit", "-q", "--allow-empty", "--amend", "-m", "Otherwise")
    else:
        place.desk.git("reset", "-q", "--hard", "HEAD~1")
    place.desk.git("push", "-q", "--force", "origin", "main")
    place.later(2)
    with pytest.raises(MainUnknown, match="main on origin was rewritten"):
        place.main.commit()
    place.later(2)
    with pytest.raises(MainUnknown, match="main on origin was rewritten") as trouble:
        place.main.commit()
    assert "git fetch origin" in trouble.value.remedy

    place.clone.git("fetch", "-q", "origin")
    place.later(2)
    assert place.main.commit() == place.desk.git("rev-parse", "HEAD")


def test_main_is_followed_in_a_shallow_clone(place: Place, tmp_path: Path) -> None:
    place.push()
    shallow = Story(tmp_path / "shallow")
    place.desk.git("clone", "-q", "--depth=1", f"file://{place.remote.path}", str(shallow.root))
    with Repository.open(shallow.root) as repository:
        main = RemoteBranch(repository, "origin", "main", place.clock)
        assert main.commit() == place.desk.git("rev-parse", "HEAD")
        place.push()
        moved = place.push()
        place.later(2)
        assert main.commit() == moved
        assert repository.is_shallow()
