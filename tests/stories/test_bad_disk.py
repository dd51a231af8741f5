"""A disk that is full in the middle of a batch: what was written counts, the rest is still to be sent."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ledger.entry import State
from tests.stories.commands import say
from tests.stories.senders import NO_SOAK, books, unordered
from tests.stories.story import BODY, Story

pytestmark = pytest.mark.slow


def test_messages_larger_than_a_file_may_be_are_held_and_sent_later(tmp_path: Path) -> None:
    story = unordered(tmp_path / "repository", members=12)
    story.order(yaml=NO_SOAK, body=BODY + "All the conditions, once more.\n" * 7_500)
    largest = 200_000

    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "-C", str(story.root), "deliver"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )

    said = done.stdout + done.stderr
    assert "Traceback" not in said, said
    assert done.returncode == 3, said
    assert f"The outbox {story.root}/.postmerge/outbox/sale cannot take the message" in said
    assert "Make room" in said
    account = story.status().account
    assert (account.accepted, account.unknown, account.held) == (0, 0, 12)
    assert not list((story.root / ".postmerge/outbox/sale").glob("*.part"))
    _assert_all_get_it(story, 12)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB, where the machine lets us have one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except OSError:
        pytest.skip("there is no mount here")
    if done.returncode != 0:
        pytest.skip("a file system needs more rights than there are here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_gets_full_in_the_middle_loses_nobody(small_disk: Path, tmp_path: Path) -> None:
    story = unordered(tmp_path / "repository", members=60)
    story.order(yaml=NO_SOAK)
    outbox = story.root / ".postmerge/outbox/sale"
    for path in outbox.iterdir():
        path.unlink()
    outbox.rmdir()
    outbox.symlink_to(small_disk)

    said = say(story.root, "deliver")

    assert said.status == 3, said.text
    assert "No space left on device" in said.text
    found = books(story)
    found.assert_true()
    assert 0 < found.account.accepted < 60
    assert found.account.unknown == 0
    assert found.account.held == 60 - found.account.accepted

    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    _assert_all_get_it(story, 60)


def test_a_read_only_outbox_leaves_everybody_held(tmp_path: Path) -> None:
    story = unordered(tmp_path / "repository", members=12)
    story.order(yaml=NO_SOAK)
    outbox = story.root / ".postmerge/outbox/sale"
    outbox.chmod(0o500)
    try:
        if os.access(outbox, os.W_OK):
            pytest.skip("nothing is read-only for this user")
        said = say(story.root, "deliver")
    finally:
        outbox.chmod(0o700)
    assert said.status == 3, said.text
    assert "Permission denied" in said.text
    assert story.status().account.held == 12
    _assert_all_get_it(story, 12)


@pytest.mark.parametrize(
    "words", [("status",), ("check", "--format", "json"), ("--help",), ("check", "--help")]
)
def test_an_output_that_cannot_be_written_to_its_end_is_said_and_is_no_finding(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    story = unordered(tmp_path / "repository", members=2)
    command = [sys.executable, "-m", "pipeline", *words]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, cwd=story.root, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("postmerge: the output cannot be written to its end: No space left"), done
    assert "Traceback" not in done.stderr


def _assert_all_get_it(story: Story, members: int) -> None:
    assert say(story.root, "release", "sale", "--reason", "there is room again").status == 0
    assert say(story.root, "deliver").status == 0
    found = books(story)
    found.assert_true()
    assert len(found.in_state(State.ACCEPTED)) == members
