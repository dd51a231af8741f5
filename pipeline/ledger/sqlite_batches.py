"""Batches in SQLite: reserved once, settled once, together with the holds that stop a reservation."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.ledger.entry import (
    Batch,
    BatchId,
    Reservation,
    Reserved,
    Revision,
    Settlement,
    State,
    Superseded,
    Taken,
    WaveRecord,
    batches_of,
    follow_up,
    letters,
)
from pipeline.ledger.hold import EVERYTHING, MACHINE, HeldBack, Hold, HoldKind, Lift
from pipeline.ledger.sqlite_file import SqliteFile

_COLUMNS = "campaign, revision, wave, batch, attempt"
_KEY = "campaign = ? AND revision = ? AND wave = ? AND batch = ? AND attempt = ?"
_SIZE = f"SELECT size FROM reservation WHERE {_KEY}"  # noqa: S608 our own text
#: Whose claim it is, and whether its outcomes are written.
_CLAIM = (
    "SELECT token, s.at IS NOT NULL FROM reservation "  # noqa: S608 our own text
    f"LEFT JOIN settlement s USING ({_COLUMNS}) WHERE {_KEY}"
)
_SETTLE = "INSERT INTO settlement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_SETTLED = (State.ACCEPTED, State.REFUSED, State.EXCLUDED, State.UNKNOWN, State.HELD)
#: A settled batch whose deferred recipients nobody has claimed again.
_UNFOLLOWED = (
    "NOT EXISTS (SELECT 1 FROM reservation n WHERE n.campaign = r.campaign AND n.revision = r.revision "
    "AND n.wave = r.wave AND n.batch = r.batch AND n.attempt = r.attempt + 1)"
)


def as_text(moment: datetime) -> str:
    """A moment in UTC in a fixed width, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def as_moment(text: str) -> datetime:
    """What `as_text` wrote."""
    return datetime.fromisoformat(text)


def _key(batch: BatchId) -> tuple[str, int, int, int, int]:
    return (batch.campaign, batch.revision, batch.wave, batch.number, batch.attempt)


class SqliteBatches(SqliteFile):
    """The part of the ledger that at-most-once hangs on; `store.Ledger` says what each method promises."""

    def reserve(self, reservation: Reservation) -> Reserved | Taken | HeldBack | Superseded:
        """See the port."""
        batch = reservation.batch
        with self.transaction() as db:
            if holds := self.holds(batch.id.campaign):
                return HeldBack(holds)
            newest = self.rows("SELECT max(number) FROM revision WHERE campaign = ?", batch.id.campaign)
            if newest[0][0] != batch.id.revision or self.has_ended(batch.id.campaign, batch.id.revision):
                return Superseded()
            if known := self.rows(_CLAIM, *_key(batch.id)):
                # Outcomes prove that the answer was not lost: a claim that comes late must not call again.
                [(token, settled)] = known
                return Reserved() if token == reservation.token and not settled else Taken()
            if batch.id.attempt > 1 and self._follow_up_of(batch.id) != batch:
                return Taken()
            positions, moment = json.dumps(batch.positions), as_text(reservation.reserved_at)
            row = (*_key(batch.id), reservation.token, len(batch.positions), positions, moment)
            db.execute("INSERT INTO reservation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            return Reserved()

    def has_ended(self, campaign: str, number: int) -> bool:
        """See the port."""
        query = "SELECT 1 FROM revision_end WHERE campaign = ? AND number = ?"
        return bool(self.rows(query, campaign, number))

    def _follow_up_of(self, batch: BatchId) -> Batch | None:
        before = BatchId(batch.campaign, batch.revision, batch.wave, batch.number, batch.attempt - 1)
        rows = self.rows(
            f"SELECT positions, states FROM reservation "  # noqa: S608 our own text
            f"JOIN settlement USING ({_COLUMNS}) WHERE {_KEY}",
            *_key(before),
        )
        return follow_up(Batch(before, tuple(json.loads(rows[0][0]))), rows[0][1]) if rows else None

    def settle(self, settlement: Settlement) -> bool:
        """See the port."""
        states = letters(settlement.outcomes)
        counts = Counter(states)
        reasons = Counter(outcome.reason for outcome in settlement.outcomes if outcome.reason)
        with self.transaction() as db:
            size = self.rows(_SIZE, *_key(settlement.batch))
            assert size, "only a reserved batch has outcomes"
            assert size[0][0] == len(states), "every recipient of a batch has an outcome"
            row = (
                *_key(settlement.batch),
                states,
                *(counts[state] for state in _SETTLED),
                json.dumps(reasons, ensure_ascii=False, sort_keys=True),
                as_text(settlement.settled_at),
            )
            return db.execute(_SETTLE, row).rowcount == 1

    def open_batches(self, revision: Revision, wave: int) -> Iterator[Batch]:
        """See the port."""
        key = (revision.campaign, revision.number, wave)
        touched = {
            row[0]
            for row in self.rows(
                "SELECT batch FROM reservation "
                "WHERE campaign = ? AND revision = ? AND wave = ? AND attempt = 1",
                *key,
            )
        }
        yield from (batch for batch in batches_of(revision, wave) if batch.id.number not in touched)
        for number, attempt, positions, states in self.rows(
            "SELECT r.batch, r.attempt, r.positions, s.states FROM reservation r "  # noqa: S608 our own text
            f"JOIN settlement s USING ({_COLUMNS}) WHERE r.campaign = ? AND r.revision = ? AND r.wave = ? "
            f"AND s.deferred > 0 AND {_UNFOLLOWED} ORDER BY r.batch",
            *key,
        ):
            settled = Batch(BatchId(*key, number, attempt), tuple(json.loads(positions)))
            batch = follow_up(settled, states)
            assert batch is not None, "deferred counts what the letters say"
            yield batch

    def waves(self, revision: Revision) -> Mapping[int, WaveRecord]:
        """See the port."""
        rows = self.rows(
            "SELECT wave, sum(CASE WHEN r.attempt = 1 THEN size ELSE 0 END), "  # noqa: S608 our own text
            "coalesce(sum(accepted), 0), coalesce(sum(refused), 0), coalesce(sum(excluded), 0), "
            "sum(CASE WHEN s.at IS NULL THEN size ELSE unknown END), "
            f"coalesce(sum(CASE WHEN {_UNFOLLOWED} THEN deferred ELSE 0 END), 0), "
            "max(max(r.at), coalesce(max(s.at), '')) "
            f"FROM reservation r LEFT JOIN settlement s USING ({_COLUMNS}) "
            "WHERE r.campaign = ? AND r.revision = ? GROUP BY wave",
            revision.campaign,
            revision.number,
        )
        return {wave: WaveRecord(*(wave, *counts, as_moment(last))) for wave, *counts, last in rows}

    def reserved_positions(self, revision: Revision) -> Iterator[int]:
        """See the port."""
        for positions, states in self.rows(
            f"SELECT positions, states FROM reservation LEFT JOIN settlement USING ({_COLUMNS}) "  # noqa: S608
            "WHERE campaign = ? AND revision = ?",
            revision.campaign,
            revision.number,
        ):
            listed = json.loads(positions)
            marks = State.UNKNOWN * len(listed) if states is None else states
            yield from (p for p, letter in zip(listed, marks, strict=True) if letter != State.HELD)

    def unsettled(self, campaign: str) -> tuple[BatchId, ...]:
        """See the port."""
        rows = self.rows(
            f"SELECT {_COLUMNS} FROM reservation LEFT JOIN settlement s USING ({_COLUMNS}) "  # noqa: S608
            "WHERE campaign = ? AND s.at IS NULL ORDER BY 2, 3, 4, 5",
            campaign,
        )
        return tuple(BatchId(*row) for row in rows)

    def place(self, hold: Hold) -> None:
        """See the port."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO hold VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (hold.id, hold.scope, hold.kind, hold.reason, hold.by, hold.about, as_text(hold.since)),
            )

    def lift(self, lift: Lift) -> None:
        """See the port."""
        with self.transaction() as db:
            db.execute(
                "INSERT INTO lift VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (lift.hold, lift.reason, lift.by, as_text(lift.at)),
            )

    def holds(self, campaign: str) -> tuple[Hold, ...]:
        """See the port."""
        rows = self.rows(
            "SELECT scope, kind, reason, by, at, about FROM hold WHERE scope IN (?, ?) "
            "AND NOT EXISTS (SELECT 1 FROM lift WHERE lift.hold = hold.id) ORDER BY at",
            campaign,
            EVERYTHING,
        )
        return tuple(_hold(row) for row in rows)

    def released_at(self, campaign: str) -> datetime | None:
        """See the port."""
        rows = self.rows(
            "SELECT max(lift.at) FROM lift JOIN hold ON lift.hold = hold.id WHERE scope = ? AND lift.by <> ?",
            campaign,
            MACHINE,
        )
        return None if rows[0][0] is None else as_moment(rows[0][0])

    def lifted(self, campaign: str) -> tuple[Hold, ...]:
        """See the port."""
        rows = self.rows(
            "SELECT scope, kind, reason, by, at, about FROM hold WHERE scope = ? "
            "AND EXISTS (SELECT 1 FROM lift WHERE lift.hold = hold.id) ORDER BY at",
            campaign,
        )
        return tuple(_hold(row) for row in rows)


def _hold(row: tuple[Any, ...]) -> Hold:
    scope, kind, reason, by, at, about = row
    return Hold(scope, HoldKind(kind), reason, by, as_moment(at), about)
