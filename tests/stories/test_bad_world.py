"""A repository, ledger, list or clock that cannot be trusted: nothing leaves, and the reason is said."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.clock import ManualClock
from pipeline.ledger.entry import State
from tests.stories.commands import on_disk, say
from tests.stories.senders import books, copied, ordered
from tests.stories.story import FOOTER, Story

#: Each of them is a delivery or two.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def order(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return ordered(tmp_path_factory.mktemp("order") / "repository", members=12)


@pytest.fixture
def due(order: Story, tmp_path: Path) -> Story:
    """A campaign that would leave at the next deliver."""
    return copied(order, tmp_path / "repository")


def _git(*words: str | Path) -> None:
    subprocess.run(["git", "-c", "protocol.file.allow=always", *words], check=True, capture_output=True)


def _with_data(story: Story, clone: Path) -> Story:
    """A clone on a machine that has the contacts and the ledger."""
    for name in ("members.csv", "unsubscribed.csv"):
        shutil.copy(story.root / name, clone / name)
    shutil.copytree(story.root / ".postmerge", clone / ".postmerge")
    return Story(clone, ManualClock(datetime.now(UTC)))


def test_what_is_due_leaves_when_nothing_is_wrong(due: Story) -> None:
    assert say(due.root, "deliver").status == 0
    assert len(due.mailbox()) == 12


@pytest.mark.parametrize("command", ["check", "deliver", "status", "plan"])
def test_no_repository_is_told_in_words(command: str, tmp_path: Path) -> None:
    said = say(tmp_path, command)
    assert said.status == 3, said.text
    assert str(tmp_path) in said.text
    assert on_disk(tmp_path) == {}


def test_a_bare_repository_is_refused(due: Story, tmp_path: Path) -> None:
    _git("clone", "--bare", due.root, tmp_path / "bare.git")
    for command in ("check", "deliver"):
        said = say(tmp_path / "bare.git", command)
        assert said.status == 3
        assert "without a working tree" in said.text


def test_in_a_shallow_clone_the_approval_of_something_else_does_not_count(due: Story, tmp_path: Path) -> None:
    due.change({"campaigns/sale/body.txt": "Changed. https://www.hanamori.example\n" + FOOTER})
    due.test_send()
    due.merge(approved_by=None)
    due.change({"README.md": "unrelated"})
    due.merge(approved_by="sato", by="tanaka")
    assert "0 of 1 approvals" in say(due.root, "deliver").text
    _git("clone", "--depth", "1", f"file://{due.root}", tmp_path / "clone")
    clone = _with_data(due, tmp_path / "clone")

    assert say(clone.root, "check").status == 0
    said = say(clone.root, "deliver")

    assert said.status == 1, said.text
    assert "shallow clone" in said.text
    assert not clone.mailbox()


def test_a_detached_head_delivers_what_main_says(due: Story) -> None:
    due.git("checkout", "-q", "--detach", "HEAD~1")
    assert say(due.root, "deliver").status == 0
    assert len(due.mailbox()) == 12


def test_a_target_whose_remote_is_not_there_sends_nothing(due: Story) -> None:
    target = (
        "  production: {transport: {ses: {region: ap-northeast-1}}, ledger: {dynamodb: postmerge-ledger}, "
        "archive: {s3: postmerge-archive}, reviews: {github: hanamori/campaigns}}\n"
    )
    due.change({"policy.yaml": (due.root / "policy.yaml").read_text("utf-8") + target})
    due.merge()
    for command in ("deliver", "status"):
        said = say(due.root, command, "--target", "production")
        assert said.status == 3, said.text
        assert "origin does not say what main is now, so nothing is sent" in " ".join(said.text.split())
    assert not due.mailbox()


def _no_contacts(story: Story) -> None:
    (story.root / "members.csv").unlink()


def _contacts_of_another_shape(story: Story) -> None:
    story.write({"members.csv": "id,name\nm1,Person\n"})


def _binary_contacts(story: Story) -> None:
    (story.root / "members.csv").write_bytes(bytes(range(256)) * 16)


def _nobody(story: Story) -> None:
    story.members(0)


def _no_suppression_list(story: Story) -> None:
    (story.root / "unsubscribed.csv").unlink()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_no_contacts, "members"),
        (_contacts_of_another_shape, "email"),
        (_binary_contacts, "members"),
        (_nobody, ""),
        (_no_suppression_list, "unsubscribed"),
    ],
)
def test_a_list_that_cannot_be_used_sends_nothing_and_is_mended_later(
    spoil: Callable[[Story], None], words: str, due: Story
) -> None:
    spoil(due)
    said = say(due.root, "deliver")
    assert said.status in {1, 3}, said.text
    assert words in said.text
    assert not due.mailbox()

    due.members(12)
    assert say(due.root, "deliver").status == 0
    assert len(due.mailbox()) == 12


def test_a_list_that_grows_while_it_is_read_reaches_nobody_twice(due: Story) -> None:
    done = threading.Event()

    def write() -> None:
        with (due.root / "members.csv").open("a", encoding="utf-8") as file:
            for n in range(1000, 3000):
                if done.wait(0.0005):
                    return
                file.write(f"m{n},m{n}@people.example,Person {n},2026-01-01\n")
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        said = say(due.root, "deliver")
    finally:
        done.set()
        writer.join()
    assert said.status == 0 or "members.csv" in said.text, said.text
    if said.status != 0:
        assert not due.mailbox()
        assert say(due.root, "deliver").status == 0
    found = books(due)
    found.assert_true()
    assert {f"m{n}@people.example" for n in range(1, 13)} <= found.in_state(State.ACCEPTED)
    assert found.account.unknown == 0


@pytest.mark.parametrize("content", [b"not a database at all" * 99, b""])
def test_a_ledger_that_is_no_ledger_of_ours_sends_nothing(content: bytes, due: Story) -> None:
    assert say(due.root, "deliver").status == 0
    for path in (due.root / ".postmerge").glob("ledger.db*"):
        path.unlink()
    (due.root / ".postmerge/ledger.db").write_bytes(content)
    before = due.mailbox()
    said = say(due.root, "deliver")
    assert said.status == 3, said.text
    assert "ledger" in said.text
    assert due.mailbox() == before


def test_a_ledger_with_a_torn_page_sends_nothing(due: Story) -> None:
    ledger = due.root / ".postmerge/ledger.db"
    with ledger.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(ledger.stat().st_size - 4096))
    said = say(due.root, "deliver")
    assert said.status == 3, said.text
    assert str(ledger) in said.text
    assert not due.mailbox()


def test_a_lost_ledger_is_no_fresh_start(due: Story) -> None:
    assert say(due.root, "deliver").status == 0
    before = due.mailbox()
    for path in (due.root / ".postmerge").glob("ledger.db*"):
        path.unlink()
    said = say(due.root, "deliver")
    assert said.status == 3, said.text
    assert "The archive knows a delivery of sale" in said.text
    assert due.mailbox() == before


def test_a_clock_that_goes_backwards_sends_nothing(due: Story) -> None:
    due.clock.set(datetime.now(UTC) + timedelta(hours=1))
    due.halt("other")
    said = say(due.root, "deliver")
    assert said.status == 3, said.text
    assert "The clock says" in said.text
    assert not due.mailbox()


def test_a_target_that_main_does_not_name_is_wrong_usage(due: Story) -> None:
    assert say(due.root, "deliver", "--target", "moon").status == 2


def test_an_outbox_that_takes_nothing_leaves_everybody_held(due: Story) -> None:
    outbox = due.root / ".postmerge/outbox"
    shutil.rmtree(outbox)
    outbox.write_text("a file where a folder must be", "utf-8")
    said = say(due.root, "deliver")
    assert said.status == 3, said.text
    assert "The outbox" in said.text
    account = due.status().account
    assert (account.accepted, account.unknown, account.held) == (0, 0, 12)

    outbox.unlink()
    assert say(due.root, "release", "sale", "--reason", "the outbox is a folder again").status == 0
    assert say(due.root, "deliver").status == 0
    found = books(due)
    found.assert_true()
    assert len(found.in_state(State.ACCEPTED)) == 12
