"""Batches in SQLite: reserved once, settled once, together with the holds that stop a reservation."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
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
    reasons_of,
)
from pipeline.ledger.hold import EVERYTHING, MACHINE, HeldBack, Hold, HoldKind, Lift
from pipeline.ledger.sqlite_resolutions import (
    COLUMNS,
    COUNTED,
    KEY,
    SqliteResolutions,
    as_json,
    as_moment,
    as_text,
    key_of,
)

_SIZE = f"SELECT size FROM reservation WHERE {KEY}"  # noqa: S608 our own text
#: Whose claim it is, and whether anything is known of its outcomes.
_CLAIM = f"SELECT token, states IS NOT NULL FROM book WHERE {KEY}"  # noqa: S608 our own text
_RESERVE = "INSERT INTO reservation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: The same for a first attempt if nothing speaks against it: all that `reserve` asks, in one statement.
_RESERVE_FIRST = """
INSERT INTO reservation SELECT ?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8
WHERE NOT EXISTS (SELECT 1 FROM hold WHERE scope IN (?1, ?9)
        AND NOT EXISTS (SELECT 1 FROM lift WHERE lift.hold = hold.id))
    AND (SELECT max(number) FROM revision WHERE campaign = ?1) = ?2
    AND NOT EXISTS (SELECT 1 FROM revision_end WHERE campaign = ?1 AND number = ?2)
    AND NOT EXISTS (SELECT 1 FROM reservation
        WHERE campaign = ?1 AND revision = ?2 AND wave = ?3 AND batch = ?4 AND attempt = 1)
"""
_SETTLE = "INSERT INTO settlement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
#: The same if they are outcomes of everybody, and nobody has said anything of the batch before.
_SETTLE_FIRST = """
INSERT INTO settlement SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
WHERE (SELECT size FROM reservation
        WHERE campaign = ?1 AND revision = ?2 AND wave = ?3 AND batch = ?4 AND attempt = ?5) = length(?6)
    AND NOT EXISTS (SELECT 1 FROM resolution
        WHERE campaign = ?1 AND revision = ?2 AND wave = ?3 AND batch = ?4 AND attempt = ?5)
ON CONFLICT DO NOTHING
"""
#: How many recipients were certainly not sent and wait for another try: every follow-up takes all of them.
_WAITING = "sum(deferred) - sum(CASE WHEN attempt > 1 THEN size ELSE 0 END)"


class SqliteBatches(SqliteResolutions):
    """The part of the ledger that at-most-once hangs on; `store.Ledger` says what each method promises."""

    def reserve(self, reservation: Reservation) -> Reserved | Taken | HeldBack | Superseded:
        """See the port. Nearly always one statement does; where it wrote nothing, somebody must say why."""
        batch = reservation.batch
        positions, moment = json.dumps(batch.positions), as_text(reservation.reserved_at)
        row = (reservation.token, len(batch.positions), positions, moment)
        if batch.id.attempt == 1 and self.change(_RESERVE_FIRST, *key_of(batch.id)[:-1], *row, EVERYTHING):
            return Reserved()
        with self.transaction() as db:
            if holds := self.holds(batch.id.campaign):
                return HeldBack(holds)
            if not self.is_under_delivery(batch.id):
                return Superseded()
            if known := self.rows(_CLAIM, *key_of(batch.id)):
                # Outcomes prove that the answer was not lost: a claim that comes late must not call again.
                [(token, settled)] = known
                return Reserved() if token == reservation.token and not settled else Taken()
            if batch.id.attempt > 1 and follow_up(self.attempts(batch.id)) != batch:
                return Taken()
            db.execute(_RESERVE, (*key_of(batch.id), *row))
            return Reserved()

    def settle(self, settlement: Settlement) -> bool:
        """See the port. One statement does, unless somebody was quicker or has said something."""
        states = letters(settlement.outcomes)
        counts = Counter(states)
        row = (
            *key_of(settlement.batch),
            states,
            *(counts[state] for state in COUNTED),
            as_json(reasons_of(settlement.outcomes)),
            as_text(settlement.settled_at),
        )
        if self.change(_SETTLE_FIRST, *row):
            return True
        with self.transaction() as db:
            size = self.rows(_SIZE, *key_of(settlement.batch))
            assert size, "only a reserved batch has outcomes"
            assert size[0][0] == len(states), "every recipient of a batch has an outcome"
            if not db.execute(_SETTLE, row).rowcount:
                return False
            self.add_late_answer(settlement)
            return True

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
        for (number,) in self.rows(
            "SELECT batch FROM book WHERE campaign = ? AND revision = ? AND wave = ? "  # noqa: S608 our own text
            f"GROUP BY batch HAVING {_WAITING} > 0 ORDER BY batch",
            *key,
        ):
            batch = follow_up(self.attempts(BatchId(*key, number)))
            # Somebody may have claimed it since; `reserve` looks again.
            if batch is not None:
                yield batch

    def waves(self, revision: Revision) -> Mapping[int, WaveRecord]:
        """See the port."""
        rows = self.rows(
            "SELECT wave, sum(CASE WHEN attempt = 1 THEN size ELSE 0 END), sum(accepted), "  # noqa: S608
            f"sum(refused), sum(excluded), sum(unknown), {_WAITING}, max(newest) FROM book "
            "WHERE campaign = ? AND revision = ? GROUP BY wave",
            revision.campaign,
            revision.number,
        )
        return {wave: WaveRecord(*(wave, *counts, as_moment(last))) for wave, *counts, last in rows}

    def reserved_positions(self, revision: Revision) -> Iterator[int]:
        """See the port."""
        for positions, states in self.rows(
            "SELECT positions, states FROM book WHERE campaign = ? AND revision = ?",
            revision.campaign,
            revision.number,
        ):
            listed = json.loads(positions)
            marks = State.UNKNOWN * len(listed) if states is None else states
            yield from (p for p, letter in zip(listed, marks, strict=True) if letter != State.HELD)

    def unsettled(self, campaign: str) -> tuple[BatchId, ...]:
        """See the port."""
        rows = self.rows(
            f"SELECT {COLUMNS} FROM book WHERE campaign = ? AND settled_at IS NULL AND unknown > 0 "  # noqa: S608
            "ORDER BY 2, 3, 4, 5",
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
