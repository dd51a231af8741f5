"""How fast the ledger writes one batch durably, and how fast it reads a million recipients."""

import json
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline.ledger.entry import Outcome, Reservation, Reserved, Revision, Settlement, State, batches_of
from pipeline.ledger.sqlite import SqliteLedger

_COMMAND = "python -m benchmarks.ledger"
_NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
_BATCH = 50
_MILLION = 1_000_000


def revision_of(recipients: int) -> Revision:
    return Revision(
        campaign="winter-sale",
        number=1,
        commit="c0ffee",
        digest="d1",
        checksum="k1",
        segment="members",
        audience="a1",
        recipients=recipients,
        waves=(recipients,),
        batch_sizes=(_BATCH,),
        excluded={},
        opened_at=_NOW,
    )


def _seconds(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def _write(ledger: SqliteLedger, revision: Revision) -> None:
    accepted = (Outcome(State.ACCEPTED),) * _BATCH
    for batch in batches_of(revision, 1):
        assert ledger.reserve(Reservation(batch, "bench", _NOW)) == Reserved()
        assert ledger.settle(Settlement(batch.id, accepted, _NOW))


def fill(ledger: SqliteLedger, revision: Revision) -> None:
    """Reservations and settlements of every batch, in one transaction instead of two for each."""
    moment = _NOW.isoformat(timespec="microseconds")
    keys = [
        ((batch.id.campaign, 1, 1, batch.id.number, 1), batch.positions) for batch in batches_of(revision, 1)
    ]
    with ledger.transaction() as db:
        db.executemany(
            "INSERT INTO reservation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*key, "bench", _BATCH, json.dumps(positions), moment) for key, positions in keys],
        )
        db.executemany(
            "INSERT INTO settlement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*key, "a" * _BATCH, _BATCH, 0, 0, 0, 0, "{}", moment) for key, _ in keys],
        )


def _writing(folder: Path) -> list[tuple[str, str, str]]:
    batches = 500
    ledger = SqliteLedger(folder / "writing.db")
    revision = revision_of(batches * _BATCH)
    assert ledger.open_revision(revision)
    taken = _seconds(lambda: _write(ledger, revision))
    ledger.close()
    return [
        ("batches reserved and settled, each on disk", f"{batches / taken:,.0f} a second", _COMMAND),
        ("that is, recipients", f"{batches * _BATCH / taken:,.0f} a second", _COMMAND),
    ]


def _reading(folder: Path) -> list[tuple[str, str, str]]:
    path = folder / "reading.db"
    ledger = SqliteLedger(path)
    revision = revision_of(_MILLION)
    assert ledger.open_revision(revision)
    fill(ledger, revision)
    account = ledger.account(revision.campaign)
    assert account.balanced
    assert account.accepted == _MILLION
    deeds: dict[str, Callable[[], object]] = {
        "account and waves": lambda: (ledger.account(revision.campaign), ledger.waves(revision)),
        "what may still be reserved": lambda: list(ledger.open_batches(revision, 1)),
        "who was reserved": lambda: sum(1 for _ in ledger.reserved_positions(revision)),
        "opening, with the look for damage": lambda: SqliteLedger(path).close(),
    }
    figures = [
        (f"{what}, {_MILLION:,} recipients", f"{_seconds(deed) * 1000:,.0f} ms", _COMMAND)
        for what, deed in deeds.items()
    ]
    ledger.close()
    return figures


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again."""
    with tempfile.TemporaryDirectory() as name:
        return [*_writing(Path(name)), *_reading(Path(name))]


if __name__ == "__main__":
    for what, figure, _ in run():
        print(f"{what}: {figure}")
