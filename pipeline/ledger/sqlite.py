"""The ledger in one SQLite file: for one machine, for rehearsals and for the tests of everything else."""

import json
from datetime import datetime
from typing import Any

from pipeline.ledger.accounting import account_of
from pipeline.ledger.entry import Account, Order, Revision, TestSend
from pipeline.ledger.resolution import flat
from pipeline.ledger.sqlite_batches import SqliteBatches
from pipeline.ledger.sqlite_resolutions import as_moment, as_text

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

_OPEN = "INSERT INTO revision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class SqliteLedger(SqliteBatches):
    """See `pipeline.ledger.store.Ledger` for what each method promises."""

    def campaigns(self) -> tuple[str, ...]:
        """See the port."""
        rows = self.rows("SELECT campaign FROM placed_order UNION SELECT campaign FROM revision ORDER BY 1")
        return tuple(campaign for (campaign,) in rows)

    def record_order(self, order: Order) -> Order:
        """See the port."""
        seen_at = as_text(order.seen_at)
        row = (order.campaign, order.commit, order.digest, order.checksum, order.recipients, seen_at)
        with self.transaction() as db:
            db.execute("INSERT INTO placed_order VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
        known = {(first.commit, first.digest): first for first in self.orders(order.campaign)}
        return known[order.commit, order.digest]

    def orders(self, campaign: str) -> tuple[Order, ...]:
        """See the port."""
        rows = self.rows(
            "SELECT campaign, commit_id, digest, checksum, recipients, at FROM placed_order "
            "WHERE campaign = ? ORDER BY at, rowid",
            campaign,
        )
        return tuple(Order(*(*row, as_moment(at))) for *row, at in rows)

    def record_test_send(self, test_send: TestSend) -> None:
        """See the port."""
        row = (test_send.campaign, test_send.digest, test_send.by, as_text(test_send.sent_at))
        with self.transaction() as db:
            db.execute("INSERT INTO test_send VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", row)

    def test_sends(self, campaign: str, digest: str) -> tuple[TestSend, ...]:
        """See the port."""
        query = "SELECT campaign, digest, by, at FROM test_send WHERE campaign = ? AND digest = ? ORDER BY at"
        return tuple(TestSend(*(*row, as_moment(at))) for *row, at in self.rows(query, campaign, digest))

    def open_revision(self, revision: Revision) -> bool:
        """See the port."""
        row = (
            revision.campaign,
            revision.number,
            revision.commit,
            revision.digest,
            revision.checksum,
            revision.segment,
            revision.audience,
            revision.recipients,
            json.dumps(revision.waves),
            json.dumps(revision.batch_sizes),
            json.dumps(dict(revision.excluded)),
            as_text(revision.opened_at),
            revision.barred,
        )
        with self.transaction() as db:
            last = (
                self.rows("SELECT max(number) FROM revision WHERE campaign = ?", revision.campaign)[0][0] or 0
            )
            if revision.number != last + 1 or (last and not self.has_ended(revision.campaign, last)):
                return False
            db.execute(_OPEN, row)
            return True

    def end_revision(self, campaign: str, number: int, at: datetime) -> None:
        """See the port."""
        row = (campaign, number, as_text(at))
        with self.transaction() as db:
            db.execute("INSERT INTO revision_end VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)

    def revisions(self, campaign: str) -> tuple[Revision, ...]:
        """See the port."""
        rows = self.rows("SELECT * FROM revision WHERE campaign = ? ORDER BY number", campaign)
        return tuple(_revision(row) for row in rows)

    def last_of_segment(self, segment: str, *, other_than: str) -> Revision | None:
        """See the port."""
        query = "SELECT * FROM revision WHERE segment = ? AND campaign <> ? ORDER BY at DESC LIMIT 1"
        rows = self.rows(query, segment, other_than)
        return _revision(rows[0]) if rows else None

    def account(self, campaign: str) -> Account:
        """See the port."""
        revisions = self.revisions(campaign)
        query = "SELECT reasons FROM book WHERE campaign = ? AND reasons <> '{}'"
        reasons = flat(json.loads(counted) for (counted,) in self.rows(query, campaign))
        return account_of(
            revisions, {revision.number: self.waves(revision) for revision in revisions}, reasons
        )

    def newest_entry_at(self) -> datetime | None:
        """See the port."""
        newest = [self.rows(f"SELECT max(at) FROM {table}")[0][0] for table in _TABLES]  # noqa: S608 our own names
        return max((as_moment(at) for at in newest if at is not None), default=None)


def _revision(row: tuple[Any, ...]) -> Revision:
    *plain, waves, batch_sizes, excluded, opened_at, barred = row
    lists = (tuple(json.loads(waves)), tuple(json.loads(batch_sizes)), json.loads(excluded))
    return Revision(*(*plain, *lists, as_moment(opened_at), barred))
