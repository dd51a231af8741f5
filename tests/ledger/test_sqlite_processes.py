"""Many processes on one ledger file: at once, killed in the middle, on a full disk."""

import os
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.ledger.entry import Reserved, Revision, Taken, batches_of
from pipeline.ledger.sqlite import SqliteLedger
from tests.ledger.books import CAMPAIGN, REVISION, claim
from tests.ledger.children import answer, at_once, start

pytestmark = pytest.mark.slow

#: 200 batches of one.
_LONG = replace(REVISION, recipients=200, waves=(200,), batch_sizes=(1,))


def _long_ledger(path: Path, revision: Revision = _LONG) -> None:
    ledger = SqliteLedger(path)
    assert ledger.open_revision(revision)
    ledger.close()


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
    answers = at_once([start(_RESERVE_ALL, path, name) for name in ("one", "two")])
    won = Counter(int(number) for answer in answers for number in answer)
    assert won == dict.fromkeys(range(1, 201), 1)


_OPEN_MANY = """
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    SqliteLedger(Path(sys.argv[1]) / f"{number}.db").close()
"""


def test_processes_may_make_the_ledger_at_the_same_moment(tmp_path: Path) -> None:
    assert at_once([start(_OPEN_MANY, tmp_path) for _ in range(3)]) == [[], [], []]
    left = {path.name.removesuffix("-wal").removesuffix("-shm") for path in tmp_path.iterdir()}
    assert left == {f"{number}.db" for number in range(40)}


@pytest.mark.parametrize("reached", [1, 20, 77])
def test_a_process_killed_while_reserving_leaves_a_ledger_that_knows_all_it_answered(
    tmp_path: Path, reached: int
) -> None:
    path = tmp_path / "ledger.db"
    _long_ledger(path)
    child = start(_RESERVE_ALL, path, "one")
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    answered = [child.stdout.readline() for _ in range(reached + 1)]
    os.kill(child.pid, signal.SIGKILL)
    rest = child.stdout.read()  # not communicate(): it passes over what readline() has taken ahead
    child.wait(60)
    for pipe in (child.stdin, child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()
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
    word, before, given = answer(start(_FULL_DISK, path))
    assert word == "refused"
    assert 0 < int(before) < 200
    assert int(given) == 200
    ledger = SqliteLedger(path)
    assert len(ledger.unsettled(CAMPAIGN)) == 200
    ledger.close()
