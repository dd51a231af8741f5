import email
import email.policy
import errno
import os
from email.message import EmailMessage
from pathlib import Path

import pytest

from pipeline.delivery.outbox import Outbox
from pipeline.ledger.entry import BatchId, State
from tests.contracts.test_transport import BATCH, CLOCK, parcel


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def mail(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def test_each_message_is_a_file_that_a_mail_program_opens(tmp_path: Path) -> None:
    Outbox(tmp_path, CLOCK).send(BATCH, [parcel(1), parcel(2)])
    first, second = files(tmp_path)
    assert first.parent == tmp_path / "sale"
    assert first.suffix == ".eml"
    message = mail(first)
    assert (message["To"], message["Subject"]) == ("m1@people.example", "冬のセール")
    assert message["Date"].datetime == CLOCK.now()
    assert message.get_content().splitlines() == ["Dear 1,"]
    assert message.defects == []
    assert mail(second)["To"] == "m2@people.example"


def test_no_file_s_name_says_who_got_it(tmp_path: Path) -> None:
    Outbox(tmp_path, CLOCK).send(BATCH, [parcel(1)])
    assert all("m1" not in path.name and "people" not in path.name for path in files(tmp_path))


def test_a_message_that_is_there_already_is_unknown_and_stays_as_it_was(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, CLOCK)
    outbox.send(BATCH, [parcel(1)])
    (written,) = files(tmp_path)
    before = written.read_bytes()
    again = outbox.send(BATCH, [parcel(1), parcel(2)])
    assert [outcome.state for outcome in again.outcomes] == [State.UNKNOWN, State.ACCEPTED]
    assert again.trouble is None
    assert written.read_bytes() == before


def test_a_second_attempt_has_files_of_its_own(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, CLOCK)
    outbox.send(BATCH, [parcel(1)])
    sent = outbox.send(BatchId("sale", 1, 2, 3, attempt=2), [parcel(2)])
    assert [outcome.state for outcome in sent.outcomes] == [State.ACCEPTED]
    assert len(files(tmp_path)) == 2


@pytest.fixture
def full_after_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with room for two messages."""
    real, written = os.fsync, []

    def fsync(number: int) -> None:
        written.append(number)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.usefixtures("full_after_two")
def test_on_a_full_disk_the_rest_stays_to_be_sent_and_no_half_file_is_left(tmp_path: Path) -> None:
    sent = Outbox(tmp_path, CLOCK).send(BATCH, [parcel(n) for n in range(1, 5)])
    assert [outcome.state for outcome in sent.outcomes] == [State.ACCEPTED] * 2 + [State.HELD] * 2
    assert sent.trouble is not None
    assert str(tmp_path) in sent.trouble.sentence
    assert sent.trouble.remedy.startswith("Make room, then deliver again")
    assert [path.suffix for path in files(tmp_path)] == [".eml", ".eml"]


def test_a_file_in_the_place_of_the_folder_is_said_and_nothing_counts_as_sent(tmp_path: Path) -> None:
    (tmp_path / "sale").write_text("in the way", encoding="utf-8")
    sent = Outbox(tmp_path, CLOCK).send(BATCH, [parcel(1)])
    assert [outcome.state for outcome in sent.outcomes] == [State.HELD]
    assert sent.trouble is not None
    assert "permissions" in sent.trouble.remedy
