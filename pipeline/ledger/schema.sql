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

-- states: one letter a recipient (entry.State). reasons: JSON, letter -> reason -> count.
CREATE TABLE IF NOT EXISTS settlement (
    campaign TEXT NOT NULL, revision INTEGER NOT NULL, wave INTEGER NOT NULL, batch INTEGER NOT NULL,
    attempt INTEGER NOT NULL, states TEXT NOT NULL, accepted INTEGER NOT NULL, refused INTEGER NOT NULL,
    excluded INTEGER NOT NULL, unknown INTEGER NOT NULL, deferred INTEGER NOT NULL, reasons TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (campaign, revision, wave, batch, attempt),
    FOREIGN KEY (campaign, revision, wave, batch, attempt)
        REFERENCES reservation (campaign, revision, wave, batch, attempt)
) STRICT, WITHOUT ROWID;

-- What was said afterwards about recipients whose outcome was unknown. before, states: the letters it was said
-- about, and the letters since; reasons: of everybody in the batch since. The last number of a batch holds.
CREATE TABLE IF NOT EXISTS resolution (
    campaign TEXT NOT NULL, revision INTEGER NOT NULL, wave INTEGER NOT NULL, batch INTEGER NOT NULL,
    attempt INTEGER NOT NULL, number INTEGER NOT NULL, before TEXT NOT NULL, states TEXT NOT NULL,
    accepted INTEGER NOT NULL, refused INTEGER NOT NULL, excluded INTEGER NOT NULL, unknown INTEGER NOT NULL,
    deferred INTEGER NOT NULL, reasons TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (campaign, revision, wave, batch, attempt, number),
    FOREIGN KEY (campaign, revision, wave, batch, attempt)
        REFERENCES reservation (campaign, revision, wave, batch, attempt)
) STRICT, WITHOUT ROWID;

-- Every reservation with what holds of it: its last resolution, or else its outcomes, or else nothing is known.
CREATE VIEW IF NOT EXISTS book AS
SELECT r.campaign, r.revision, r.wave, r.batch, r.attempt, r.token, r.size, r.positions, r.at AS reserved_at,
    s.at AS settled_at, v.number AS number,
    coalesce(v.states, s.states) AS states,
    coalesce(v.accepted, s.accepted, 0) AS accepted, coalesce(v.refused, s.refused, 0) AS refused,
    coalesce(v.excluded, s.excluded, 0) AS excluded, coalesce(v.unknown, s.unknown, r.size) AS unknown,
    coalesce(v.deferred, s.deferred, 0) AS deferred,
    -- A ledger from before resolutions wrote reason -> count alone; nearly always a batch has one kind of them.
    coalesce(v.reasons, CASE (SELECT type FROM json_each(s.reasons) LIMIT 1) WHEN 'integer' THEN
        json_object(CASE WHEN s.unknown > 0 THEN 'u' WHEN s.refused > 0 THEN 'r' WHEN s.excluded > 0 THEN 'x'
            ELSE 'h' END, json(s.reasons)) ELSE s.reasons END, '{}') AS reasons,
    max(r.at, coalesce(s.at, ''), coalesce(v.at, '')) AS newest
FROM reservation r
LEFT JOIN settlement s USING (campaign, revision, wave, batch, attempt)
LEFT JOIN resolution v ON v.campaign = r.campaign AND v.revision = r.revision AND v.wave = r.wave
    AND v.batch = r.batch AND v.attempt = r.attempt AND v.number = (
        SELECT max(number) FROM resolution n WHERE n.campaign = r.campaign AND n.revision = r.revision
        AND n.wave = r.wave AND n.batch = r.batch AND n.attempt = r.attempt);

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
CREATE TRIGGER IF NOT EXISTS resolution_stays BEFORE UPDATE ON resolution BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS resolution_kept BEFORE DELETE ON resolution BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS hold_stays BEFORE UPDATE ON hold BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS hold_kept BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS lift_stays BEFORE UPDATE ON lift BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS lift_kept BEFORE DELETE ON lift BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS test_send_stays BEFORE UPDATE ON test_send BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
CREATE TRIGGER IF NOT EXISTS test_send_kept BEFORE DELETE ON test_send BEGIN SELECT RAISE(ABORT, 'never rewritten'); END;
