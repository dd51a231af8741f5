"""A SQLite file that is a ledger of ours: opening it, transactions, and errors in plain words."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any

from pipeline.errors import PipelineError
from pipeline.sentence import Sentence

#: "Post" in ASCII: marks the file as ours (PRAGMA application_id, https://sqlite.org/pragma.html).
_APPLICATION_ID = 0x506F7374
_BUSY_SECONDS = 30.0
_REMEDY = (
    "Nothing is sent without it. Look at the disk and the file; bring it back from a backup "
    "rather than delete it: a lost ledger has forgotten who already has the mail."
)


class SqliteFile:
    """One connection to one ledger, to be used from one thread."""

    def __init__(self, path: Path, *, rehearsal: bool = False) -> None:
        """Open the ledger at `path`, making it when there is none; a rehearsal works on a copy in memory.

        PipelineError when the file is no ledger of ours, is damaged, or cannot be opened.
        """
        self._path = path
        with self._translated():
            exists = self._exists()
            if not (exists or rehearsal):
                _make(path)
            where = ":memory:" if rehearsal else f"{path.resolve().as_uri()}?mode=rw"
            self._db = sqlite3.connect(where, isolation_level=None, timeout=_BUSY_SECONDS, uri=True)
            try:
                if rehearsal and exists:
                    self._copy()
                elif rehearsal:
                    _write_schema(self._db)
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

    def change(self, statement: str, *values: object) -> int:
        """How many rows a statement has written; it is a transaction of its own, on the disk when it returns.

        To be preferred where threads compute meanwhile: after each statement we wait for our turn again.
        """
        with self._translated():
            return self._db.execute(statement, values).rowcount

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

    def _exists(self) -> bool:
        # The log first: whoever makes it has made the ledger before, so that no newcomer is suspected.
        log = self._path.with_name(f"{self._path.name}-wal").exists()
        exists = self._path.exists()
        if log and not exists:
            raise PipelineError(
                Sentence(
                    f"The ledger {self._path} is gone, but its log is still there.",
                    f"配信台帳{self._path}がありませんが、その記録は残っています。",
                ),
                _REMEDY,
            )
        return exists

    def _prepare(self) -> None:
        if self._db.execute("PRAGMA application_id").fetchone() != (_APPLICATION_ID,):
            if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                raise PipelineError(
                    Sentence(
                        f"The ledger {self._path} is empty: it was never one, or is lost.",
                        f"配信台帳{self._path}が空です。失われた可能性があります。",
                    ),
                    _REMEDY,
                )
            raise PipelineError(
                Sentence(
                    f"{self._path} is a database, but no ledger of Postmerge.",
                    f"{self._path}はPostmergeの配信台帳ではありません。",
                ),
                "Look at targets.<name>.ledger.sqlite in policy.yaml.",
            )
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'resolution'").fetchone():
            # A ledger that was made before resolutions: the words that it knows stay as they are.
            self._db.executescript(f"BEGIN IMMEDIATE; {_schema()} COMMIT;")
        # FULL: a reservation that was answered survives a power cut; at-most-once hangs on it.
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        # Else INSERT OR REPLACE deletes without asking the triggers (https://sqlite.org/lang_conflict.html).
        self._db.execute("PRAGMA recursive_triggers = ON")
        # A spoilt page that no query happens to read would else be found in the middle of a send.
        [(verdict,)] = self._db.execute("PRAGMA integrity_check(1)")
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"the file is damaged ({verdict})")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            cannot = Sentence(
                f"The ledger {self._path} cannot be used: {error}.",
                f"配信台帳{self._path}を使用できません。",
            )
            raise PipelineError(cannot, _REMEDY) from error


def _make(path: Path) -> None:
    """Make a ledger beside its place and link it there whole, so that nobody ever meets half a ledger.

    Of several processes that do so at once the first wins, and all go on with its file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        made = Path(folder, path.name)
        db = sqlite3.connect(made, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            _write_schema(db)
        finally:
            db.close()
        with suppress(FileExistsError):
            path.hardlink_to(made)
    # Else a power cut may take the name away, and with it every reservation that was answered since.
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _write_schema(db: sqlite3.Connection) -> None:
    db.executescript(f"BEGIN IMMEDIATE; {_schema()} PRAGMA application_id = {_APPLICATION_ID}; COMMIT;")


def _schema() -> str:
    return resources.files("pipeline.ledger").joinpath("schema.sql").read_text("utf-8")
