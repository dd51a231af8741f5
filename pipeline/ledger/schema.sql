-- The ledger in SQLite. Rows are added, never changed: the triggers at the end see to it.
-- No personal data: recipients are positions in a frozen audience that lies in the archive.
CREATE TABLE IF NOT EXISTS placed_order (
    campaign TEXT NOT NULL, commit_id TEXT NOT NULL, digest TEXT NOT NULL, checksum TEXT NOT NULL,
    recipients INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (campaign, commit_id, digest)
) STRICT;

CREATE TABLE IF NOT EXISTS test_send (
    campaign TEXT NOT NULL, digest TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (campaign, digest, at, by)
) STRICT;

CREATE TABLE IF NOT EXISTS revision (
    campaign TEXT NOT NULL, number INTEGER NOT NULL, commit_id TEXT NOT NULL, digest TEXT NOT NULL,
    checksum TEXT NOT NULL, segment TEXT NOT NULL, audience TEXT NOT NULL, recipients INTEGER NOT NULL,
    waves TEXT NOT NULL, batch_sizes TEXT NOT NULL, excluded TEXT NOT NULL, at TEXT NOT NULL,
    barred INTEGER NOT NULL,
    PRIMARY KEY (campaign, number)
) STRICT;

-- A revision of which nothing is reserved any more.
CREATE TABLE IF NOT EXISTS revision_end (
    campaign TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (campaign, number), FOREIGN KEY (campaign, number) REFERENCES revision (campaign, number)
) STRICT;

-- positions: JSON list, in order. A recipient is in one batch of one revision.
CREATE TABLE IF NOT EXISTS reservation (
    campaign TEXT NOT NULL, revision INTEGER NOT NULL, wave INTEGER NOT NULL, batch INTEGER NOT NULL,
    attempt INTEGER NOT NULL, token TEXT NOT NULL, size INTEGER NOT NULL, positions TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (campaign, revision, wave, batch, attempt)
) STRICT, WITHOUT ROWID;

-- states: one letter a recipient (entry.State). reasons: JSON, reason -> count.
CREATE TABLE IF NOT EXISTS settlement (
    campaign TEXT NOT NULL, revision INTEGER NOT NULL, wave INTEGER NOT NULL, batch INTEGER NOT NULL,
    attempt INTEGER NOT NULL, states TEXT NOT NULL, accepted INTEGER NOT NULL, refused INTEGER NOT NULL,
    excluded INTEGER NOT NULL, unknown INTEGER NOT NULL, deferred INTEGER NOT NULL, reasons TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (campaign, revision, wave, batch, attempt),
    FOREIGN KEY (campaign, revision, wave, batch, attempt)
        REFERENCES reservation (campaign, revision, wave, batch, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS hold (
    id TEXT PRIMARY KEY, scope TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL,
    about TEXT NOT NULL, at TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS lift (
    hold TEXT PRIMARY KEY REFERENCES hold (id), reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL
) STRICT;

CREATE TRIGGER IF NOT EXISTS order_stays BEFORE UPDATE ON placed_order BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS order_kept BEFORE DELETE ON placed_order BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS revision_stays BEFORE UPDATE ON revision BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS revision_kept BEFORE DELETE ON revision BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS revision_end_stays BEFORE UPDATE ON revision_end BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS revision_end_kept BEFORE DELETE ON revision_end BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS reservation_stays BEFORE UPDATE ON reservation BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS reservation_kept BEFORE DELETE ON reservation BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS settlement_stays BEFORE UPDATE ON settlement BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS settlement_kept BEFORE DELETE ON settlement BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS hold_stays BEFORE UPDATE ON hold BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS hold_kept BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS lift_stays BEFORE UPDATE ON lift BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS lift_kept BEFORE DELETE ON lift BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS test_send_stays BEFORE UPDATE ON test_send BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS test_send_kept BEFORE DELETE ON test_send BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
