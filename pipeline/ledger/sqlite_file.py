"""A SQLite file that is a ledger of ours: opening it, transactions, and errors in plain words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError

#: "Post" in ASCII: marks the file as ours (PRAGMA application_id, https://sqlite.org/pragma.html).
_APPLICATION_ID = 0x506F7374
_BUSY_SECONDS = 30.0


class SqliteFile:
    """One connection to one ledger, to be used from one thread."""

    def __init__(self, path: Path, *, rehearsal: bool = False) -> None:
        """Open the ledger at `path`, making it when there is none; a rehearsal works on a copy in memory.

        PipelineError when the file is no ledger of ours, is damaged, or cannot be opened.
        """
        self._path = path
        with self._translated():
            if not rehearsal:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(
                ":memory:" if rehearsal else path, isolation_level=None, timeout=_BUSY_SECONDS
            )
            try:
                if rehearsal and path.exists():
                    self._copy()
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self._translated():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees and changes the ledger alone; undone when the block raises."""
        with self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _copy(self) -> None:
        original = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            original.backup(self._db)
        finally:
            original.close()

    def _prepare(self) -> None:
        ours = self._db.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION_ID
        if not ours:
            if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise PipelineError(
                    f"{self._path} is a database, but no ledger of Postmerge.",
                    "Look at targets.<name>.ledger.sqlite in policy.yaml.",
                )
            self._db.execute("PRAGMA journal_mode = WAL")
        # FULL: a reservation that was answered survives a power cut; at-most-once hangs on it.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        if not ours:
            script = resources.files("pipeline.ledger").joinpath("schema.sql").read_text("utf-8")
            self._db.executescript(
                f"BEGIN IMMEDIATE; {script} PRAGMA application_id = {_APPLICATION_ID}; COMMIT;"
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise PipelineError(
                f"The ledger {self._path} cannot be used: {error}.",
                "Nothing is sent without it. Look at the disk and the file; bring it back from a backup "
                "rather than delete it: a lost ledger has forgotten who already has the mail.",
            ) from error
