"""The ledger's file in a hostile world: damage, strangers, full disks, two processes, kill -9."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.ledger.entry import Reserved, Revision, Taken, TestSend, batches_of
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
    send,
)

_ROOT = Path(__file__).parents[2]
#: 200 batches of one.
_LONG = replace(REVISION, recipients=200, waves=(200,), batch_sizes=(1,))
_TABLES = ("placed_order", "test_send", "revision", "reservation", "settlement", "hold", "lift")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Of a closed ledger that has an entry of every kind."""
    path = tmp_path / "ledger.db"
    ledger = SqliteLedger(path)
    ledger.record_order(ORDER)
    ledger.record_test_send(TestSend(CAMPAIGN, "d1", "Ken Abe", minute(0)))
    ledger.open_revision(REVISION)
    send(ledger, first_batch(), "aa")
    ledger.place(halt("spring-letter"))
    ledger.lift(lift_of(halt("spring-letter")))
    ledger.close()
    return path


def _long_ledger(path: Path, revision: Revision = _LONG) -> None:
    ledger = SqliteLedger(path)
    assert ledger.open_revision(revision)
    ledger.close()


def _child(source: str, *words: object) -> subprocess.Popen[str]:
    """A process that runs `source` with what the tests of the ledger import."""
    preamble = (
        "import sys\nfrom pathlib import Path\n"
        "from pipeline.errors import PipelineError\n"
        "from pipeline.ledger.entry import *\n"
        "from pipeline.ledger.sqlite import SqliteLedger\n"
        "from tests.ledger.books import *\n"
    )
    command = [sys.executable, "-c", preamble + source, *map(str, words)]
    return subprocess.Popen(
        command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def _answer(child: subprocess.Popen[str]) -> list[str]:
    said, wrong = child.communicate("go\n", timeout=60)
    assert child.returncode == 0, wrong
    return said.split()


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


def test_a_ledger_that_was_emptied_does_not_pass_for_a_new_one(path: Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(PipelineError, match="empty"):
        SqliteLedger(path)


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
    assert _answer(_child(_UNPRIVILEGED, shared_folder / "ledger.db")) == ["refused"]


@pytest.mark.parametrize(("mode", "folder_mode"), [(0o000, 0o755), (0o444, 0o755), (0o444, 0o555)])
def test_a_file_that_cannot_be_read_or_written_is_a_broken_environment(
    path: Path, shared_folder: Path, mode: int, folder_mode: int
) -> None:
    copy = shared_folder / "ledger.db"
    shutil.copy(path, copy)
    copy.chmod(mode)
    shared_folder.chmod(folder_mode)
    assert _answer(_child(_UNPRIVILEGED, copy))[-1] == "refused"


# Many processes.

_RESERVE_ALL = """
ledger = SqliteLedger(Path(sys.argv[1]))
revision = ledger.revisions(CAMPAIGN)[0]
print("ready", flush=True)
sys.stdin.readline()
for batch in batches_of(revision, 1):
    if ledger.reserve(claim(batch, sys.argv[2])) == Reserved():
        print(batch.id.number, flush=True)
"""


def test_two_processes_never_reserve_the_same_batch(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    _long_ledger(path)
    senders = [_child(_RESERVE_ALL, path, name) for name in ("one", "two")]
    for sender in senders:
        assert sender.stdout is not None
        assert sender.stdout.readline() == "ready\n"
    for sender in senders:
        assert sender.stdin is not None
        sender.stdin.write("go\n")
        sender.stdin.flush()
    won = Counter(int(number) for sender in senders for number in _answer(sender))
    assert won == dict.fromkeys(range(1, 201), 1)


def test_two_processes_may_make_the_ledger_at_the_same_moment(tmp_path: Path) -> None:
    opening = "sys.stdin.readline()\nSqliteLedger(Path(sys.argv[1])).close()\nprint('opened')"
    for attempt in range(3):
        children = [_child(opening, tmp_path / f"{attempt}.db") for _ in range(3)]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        assert [_answer(child) for child in children] == [["opened"]] * 3


@pytest.mark.parametrize("reached", [1, 20, 77])
def test_a_process_killed_while_reserving_leaves_a_ledger_that_knows_all_it_answered(
    tmp_path: Path, reached: int
) -> None:
    path = tmp_path / "ledger.db"
    _long_ledger(path)
    child = _child(_RESERVE_ALL, path, "one")
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    answered = [child.stdout.readline() for _ in range(reached + 1)]
    os.kill(child.pid, signal.SIGKILL)
    rest, _ = child.communicate(timeout=60)
    given = {int(number) for number in ("".join(answered[1:]) + rest).split()}
    ledger = SqliteLedger(path)
    kept = {batch.number for batch in ledger.unsettled(CAMPAIGN)}
    assert given <= kept
    assert len(kept - given) <= 1  # killed between the entry and the answer
    for batch in batches_of(_LONG, 1):
        expected = Taken() if batch.id.number in kept else Reserved()
        assert ledger.reserve(claim(batch, "two")) == expected
    ledger.close()


_FULL_DISK = """
import resource
ledger = SqliteLedger(Path(sys.argv[1]))
room = max(path.stat().st_size for path in Path(sys.argv[1]).parent.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (room + 40_000, resource.RLIM_INFINITY))
given = 0
try:
    for batch in batches_of(ledger.revisions(CAMPAIGN)[0], 1):
        given += ledger.reserve(claim(batch, "one")) == Reserved()
except PipelineError as error:
    assert "cannot be used" in error.sentence
    print("refused", given)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
for batch in batches_of(ledger.revisions(CAMPAIGN)[0], 1):
    given += ledger.reserve(claim(batch, "two")) == Reserved()
print(given)
ledger.close()
"""


def test_a_full_disk_stops_the_send_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    _long_ledger(path)
    word, before, given = _answer(_child(_FULL_DISK, path))
    assert word == "refused"
    assert 0 < int(before) < 200
    assert int(given) == 200
    ledger = SqliteLedger(path)
    assert len(ledger.unsettled(CAMPAIGN)) == 200
    ledger.close()


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
    assert columns == set(
        "campaign commit_id digest checksum recipients at by number segment audience waves batch_sizes "
        "excluded revision wave batch attempt token size positions states accepted refused unknown deferred "
        "reasons id scope kind reason about hold".split()
    )


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
