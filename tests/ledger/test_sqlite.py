"""The ledger's file in a hostile world: damage, strangers, full disks, two processes, kill -9."""

import random
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.ledger.entry import Reserved, Taken, TestSend, batches_of
from pipeline.ledger.resolution import Resolved
from pipeline.ledger.sqlite import SqliteLedger
from tests.ledger.books import (
    CAMPAIGN,
    ORDER,
    REVISION,
    claim,
    first_batch,
    halt,
    lift_of,
    minute,
    outcomes,
    resolve,
    send,
)
from tests.ledger.children import answer, start

_TABLES = (
    "placed_order",
    "test_send",
    "revision",
    "revision_end",
    "reservation",
    "settlement",
    "resolution",
    "hold",
    "lift",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a closed ledger that has an entry of every kind."""
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    ledger.record_order(ORDER)
    ledger.record_test_send(TestSend(CAMPAIGN, "d1", "Ken Abe", minute(0)))
    ledger.open_revision(REVISION)
    send(ledger, first_batch(), "au")
    resolve(ledger, "aa")
    ledger.place(halt("spring-letter"))
    ledger.lift(lift_of(halt("spring-letter")))
    other = replace(REVISION, campaign="spring-letter")
    ledger.open_revision(other)
    ledger.end_revision(other.campaign, 1, minute(1))
    ledger.close()
    return path


def _read_all(path: Path) -> None:
    ledger = SqliteLedger(path)
    try:
        for table in _TABLES:
            ledger.rows(f"SELECT * FROM {table}")  # noqa: S608 our own names
        ledger.account(CAMPAIGN)
    finally:
        ledger.close()


# A damaged or foreign file.


def test_a_file_of_noise_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(random.Random(1).randbytes(20_000))
    with pytest.raises(PipelineError, match=r"ledger\.db cannot be used") as error:
        SqliteLedger(path)
    assert "backup" in error.value.remedy
    assert path.read_bytes() == random.Random(1).randbytes(20_000)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9])
def test_a_ledger_that_was_cut_short_is_not_read(path: Path, share: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(PipelineError, match="cannot be used"):
        _read_all(path)


@pytest.mark.parametrize("rehearsal", [False, True])
def test_a_ledger_that_was_emptied_does_not_pass_for_a_new_one(path: Path, *, rehearsal: bool) -> None:
    path.write_bytes(b"")
    with pytest.raises(PipelineError, match="is empty") as error:
        SqliteLedger(path, rehearsal=rehearsal)
    assert "backup" in error.value.remedy


@pytest.mark.parametrize("rehearsal", [False, True])
def test_a_ledger_whose_log_alone_is_left_does_not_pass_for_a_new_one(path: Path, *, rehearsal: bool) -> None:
    path.rename(path.with_name("ledger.db-wal"))
    with pytest.raises(PipelineError, match="is gone"):
        SqliteLedger(path, rehearsal=rehearsal)
    assert not path.exists()


@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"noise"])
def test_a_ledger_with_a_spoilt_page_is_not_read(path: Path, filling: bytes) -> None:
    content = path.read_bytes()
    for first in range(4096, len(content), 4096):
        path.write_bytes(content[:first] + (filling * 4096)[:4096] + content[first + 4096 :])
        with pytest.raises(PipelineError, match="cannot be used"):
            _read_all(path)


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    stranger = sqlite3.connect(path)
    stranger.execute("CREATE TABLE orders (id)")
    stranger.close()
    before = path.read_bytes()
    with pytest.raises(PipelineError, match="no ledger of Postmerge") as error:
        SqliteLedger(path)
    assert "policy.yaml" in error.value.remedy
    assert path.read_bytes() == before


# A path that leads nowhere.


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    SqliteLedger(tmp_path / "new" / "deep" / "ledger.db").close()
    assert (tmp_path / "new" / "deep" / "ledger.db").is_file()


def test_a_path_that_is_a_folder_or_leads_through_a_file_is_named(path: Path) -> None:
    for wrong in (path.parent, path / "ledger.db"):
        with pytest.raises(PipelineError, match="cannot be used") as error:
            SqliteLedger(wrong)
        assert str(wrong) in error.value.sentence


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that a user without rights can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


_UNPRIVILEGED = """
import os
if os.geteuid() == 0:
    os.seteuid(65534)
try:
    ledger = SqliteLedger(Path(sys.argv[1]))
    print("opened")
    print(ledger.reserve(claim(list(batches_of(REVISION, 1))[1])))
except PipelineError as error:
    print("refused" if "cannot be used" in error.sentence else error.sentence)
"""


def test_a_folder_that_cannot_be_written_is_a_broken_environment(shared_folder: Path) -> None:
    shared_folder.chmod(0o555)
    assert answer(start(_UNPRIVILEGED, shared_folder / "ledger.db")) == ["refused"]


@pytest.mark.parametrize(("mode", "folder_mode"), [(0o000, 0o755), (0o444, 0o755), (0o444, 0o555)])
def test_a_file_that_cannot_be_read_or_written_is_a_broken_environment(
    path: Path, shared_folder: Path, mode: int, folder_mode: int
) -> None:
    copy = shared_folder / "ledger.db"
    shutil.copy(path, copy)
    copy.chmod(mode)
    shared_folder.chmod(folder_mode)
    assert answer(start(_UNPRIVILEGED, copy))[-1] == "refused"


# What is written stays, and holds no personal data.


@pytest.mark.parametrize("table", _TABLES)
def test_nothing_that_was_written_can_be_changed(path: Path, table: str) -> None:
    ledger = SqliteLedger(path)
    kept = ledger.rows(f"SELECT * FROM {table}")  # noqa: S608 our own names
    assert kept
    column = ledger.rows(f"PRAGMA table_info({table})")[0][1]
    for change in (
        f"UPDATE {table} SET {column} = {column}",  # noqa: S608 our own names
        f"DELETE FROM {table}",  # noqa: S608 our own names
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608 our own names
    ):
        with pytest.raises(PipelineError, match="never rewritten"):
            ledger.rows(change)
    assert ledger.rows(f"SELECT * FROM {table}") == kept  # noqa: S608 our own names
    ledger.close()


def test_every_table_is_known_to_these_tests(path: Path) -> None:
    ledger = SqliteLedger(path)
    tables = ledger.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ledger.close()
    assert [name for (name,) in tables] == sorted(_TABLES)


def test_no_column_can_hold_an_address_or_a_name_of_a_recipient(path: Path) -> None:
    ledger = SqliteLedger(path)
    columns = {row[1] for table in _TABLES for row in ledger.rows(f"PRAGMA table_info({table})")}
    ledger.close()
    words = (
        "campaign commit_id digest checksum recipients at by number segment audience waves batch_sizes "
        "excluded revision wave batch attempt token size positions states accepted refused unknown deferred "
        "reasons id scope kind reason about hold barred before"
    )
    assert columns == set(words.split())


# A rehearsal.


def test_a_rehearsal_starts_from_the_ledger_and_changes_nothing(path: Path) -> None:
    original = SqliteLedger(path)
    send(original, list(batches_of(REVISION, 1))[1], "ar")  # not yet in the main file: the log holds it
    before = {file: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    rehearsal = SqliteLedger(path, rehearsal=True)
    assert rehearsal.account(CAMPAIGN) == original.account(CAMPAIGN)
    assert rehearsal.reserve(claim(first_batch(), "two")) == Taken()
    send(rehearsal, first_batch(wave=2), "aaa")
    rehearsal.place(halt())
    assert original.account(CAMPAIGN).accepted == 3
    assert original.holds(CAMPAIGN) == ()
    rehearsal.close()
    assert {file: file.read_bytes() for file in before} == before
    original.close()


def test_a_rehearsal_without_a_ledger_starts_empty_and_makes_no_file(tmp_path: Path) -> None:
    rehearsal = SqliteLedger(tmp_path / "new" / "ledger.db", rehearsal=True)
    assert rehearsal.campaigns() == ()
    assert rehearsal.open_revision(REVISION)
    assert rehearsal.reserve(claim(first_batch())) == Reserved()
    rehearsal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_rehearsal_does_not_pretend_that_a_damaged_ledger_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"no ledger at all" * 400)
    with pytest.raises(PipelineError, match="cannot be used"):
        SqliteLedger(path, rehearsal=True)


def test_a_settled_batch_survives_a_close_and_a_late_settlement(path: Path) -> None:
    ledger = SqliteLedger(path)
    assert not ledger.settle(outcomes(first_batch(), "rr"))
    assert ledger.account(CAMPAIGN).accepted == 2
    ledger.close()


def test_a_ledger_of_before_resolutions_keeps_what_it_knows_and_learns_them(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    ledger.open_revision(REVISION)
    send(ledger, first_batch(), "au", reason="timeout")
    ledger.close()
    db = sqlite3.connect(path)
    db.executescript("DROP VIEW book; DROP TABLE resolution; DROP TRIGGER settlement_stays;")
    db.execute("UPDATE settlement SET reasons = '{\"timeout\": 1}'")  # as it was written then
    db.commit()
    db.close()
    ledger = SqliteLedger(path)
    account = ledger.account(CAMPAIGN)
    assert (account.accepted, account.unknown, account.reasons) == (1, 1, {"timeout": 1})
    assert ledger.undecided(CAMPAIGN)[0].states == "au"
    assert resolve(ledger, "aa") == Resolved()
    account = ledger.account(CAMPAIGN)
    assert (account.accepted, account.unknown, account.reasons) == (2, 0, {})
    ledger.close()
    with sqlite3.connect(path) as db, pytest.raises(sqlite3.IntegrityError, match="never rewritten"):
        db.execute("DELETE FROM resolution")
    db.close()
