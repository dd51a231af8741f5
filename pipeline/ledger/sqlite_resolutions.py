"""What was said in SQLite about the unknown, and where every attempt of a batch stands since."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from pipeline.ledger.entry import Batch, BatchId, Settlement, State, Superseded, held_of
from pipeline.ledger.resolution import Overtaken, Resolution, Resolved, Undecided, late_answer
from pipeline.ledger.sqlite_file import SqliteFile

COLUMNS = "campaign, revision, wave, batch, attempt"
KEY = "campaign = ? AND revision = ? AND wave = ? AND batch = ? AND attempt = ?"
COUNTED = (State.ACCEPTED, State.REFUSED, State.EXCLUDED, State.UNKNOWN, State.HELD)
_ADD = "INSERT INTO resolution VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NEWEST = "SELECT coalesce(states, ''), coalesce(number, 0), reasons, size FROM book"


def as_text(moment: datetime) -> str:
    """A moment in UTC in a fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def as_moment(text: str) -> datetime:
    """What `as_text` wrote."""
    return datetime.fromisoformat(text)


def key_of(batch: BatchId) -> tuple[str, int, int, int, int]:
    """The columns that name a batch."""
    return (batch.campaign, batch.revision, batch.wave, batch.number, batch.attempt)


def as_json(value: object) -> str:
    """The one text for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


class SqliteResolutions(SqliteFile):
    """The part of the ledger that a person's word changes; `store.Ledger` says what each method promises."""

    def resolve(self, resolution: Resolution) -> Resolved | Overtaken | Superseded:
        """See the port."""
        batch = resolution.batch
        with self.transaction():
            [(states, number, _, size)] = self.rows(f"{_NEWEST} WHERE {KEY}", *key_of(batch))
            if (states or State.UNKNOWN * size) != resolution.before:
                return Overtaken()
            if resolution.again and not self.is_under_delivery(batch):
                return Superseded()
            self._add(resolution, number + 1)
            return Resolved()

    def has_ended(self, campaign: str, number: int) -> bool:
        """See the port."""
        query = "SELECT 1 FROM revision_end WHERE campaign = ? AND number = ?"
        return bool(self.rows(query, campaign, number))

    def is_under_delivery(self, batch: BatchId) -> bool:
        """Whether something may be reserved of its revision."""
        [(newest,)] = self.rows("SELECT max(number) FROM revision WHERE campaign = ?", batch.campaign)
        return bool(newest == batch.revision) and not self.has_ended(batch.campaign, batch.revision)

    def undecided(self, campaign: str) -> tuple[Undecided, ...]:
        """See the port."""
        rows = self.rows(
            f"SELECT {COLUMNS}, positions, coalesce(states, ''), reserved_at, settled_at, reasons "  # noqa: S608
            "FROM book WHERE campaign = ? AND unknown > 0 ORDER BY 2, 3, 4, 5",
            campaign,
        )
        return tuple(_undecided(row) for row in rows)

    def resolutions(self, campaign: str) -> tuple[Resolution, ...]:
        """See the port."""
        rows = self.rows(
            f"SELECT {COLUMNS}, before, states, reasons, reason, by, at "  # noqa: S608 our own text
            "FROM resolution WHERE campaign = ? ORDER BY 2, 3, 4, 5, number",
            campaign,
        )
        return tuple(
            Resolution(BatchId(*key), before, after, json.loads(reasons), reason, by, as_moment(at))
            for *key, before, after, reasons, reason, by, at in rows
        )

    def attempts(self, batch: BatchId) -> list[tuple[Batch, str]]:
        """Every attempt of the batch with its letters, the first one first; to be read in a transaction."""
        rows = self.rows(
            "SELECT attempt, positions, coalesce(states, '') FROM book WHERE campaign = ? AND revision = ? "
            "AND wave = ? AND batch = ? ORDER BY attempt",
            *key_of(batch)[:-1],
        )
        found = [(attempt, tuple(json.loads(positions)), states) for attempt, positions, states in rows]
        return [
            (
                Batch(BatchId(*key_of(batch)[:-1], attempt), positions),
                states or State.UNKNOWN * len(positions),
            )
            for attempt, positions, states in found
        ]

    def add_late_answer(self, settlement: Settlement) -> None:
        """Say what outcomes change that came after a resolution; part of the transaction that writes them."""
        [(before, number, reasons, _)] = self.rows(f"{_NEWEST} WHERE {KEY}", *key_of(settlement.batch))
        if not number:
            return
        attempts = self.attempts(settlement.batch)
        [mine] = [batch for batch, _ in attempts if batch.id == settlement.batch]
        # Of a revision that has ended the next one may have taken over whoever was to be sent again.
        ours = self.is_under_delivery(settlement.batch)
        waiting = held_of([(batch.positions, states) for batch, states in attempts]) if ours else ()
        claimed = {
            place
            for place, position in enumerate(mine.positions)
            if before[place] == State.HELD and position not in waiting
        }
        late = late_answer(settlement, before, json.loads(reasons), claimed)
        if late is not None:
            self._add(late, number + 1)

    def _add(self, resolution: Resolution, number: int) -> None:
        counts = Counter(resolution.after)
        row = (
            *key_of(resolution.batch),
            number,
            resolution.before,
            resolution.after,
            *(counts[state] for state in COUNTED),
            as_json(resolution.reasons),
            resolution.reason,
            resolution.by,
            as_text(resolution.at),
        )
        self.rows(_ADD, *row)


def _undecided(row: tuple[Any, ...]) -> Undecided:
    *key, listed, states, reserved_at, settled_at, reasons = row
    positions = tuple(json.loads(listed))
    return Undecided(
        Batch(BatchId(*key), positions),
        states or State.UNKNOWN * len(positions),
        as_moment(reserved_at),
        None if settled_at is None else as_moment(settled_at),
        json.loads(reasons),
    )
