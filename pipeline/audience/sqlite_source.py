"""Contacts in an SQLite database, read in one snapshot."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from pipeline.audience.database import quoted
from pipeline.errors import PipelineError
from pipeline.sentence import Sentence

_CHUNK = 20_000


def columns(path: Path, table: str) -> dict[str, str]:
    """The names of the table's or view's columns in order, with the types it declares."""
    with _opened(path) as connection:
        found = connection.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall()
    if not found:
        raise PipelineError(
            Sentence(
                f"The database {path} has no table {table}.", f"データベース{path}に表{table}がありません。"
            ),
            Sentence("Check `table:` in policy.yaml.", "policy.yamlの`table:`を確認してください。"),
        )
    return {name: kind or "TEXT" for name, kind in found}


def read(path: Path, table: str, names: Sequence[str]) -> Iterator[list[list[str | None]]]:
    """The columns `names` of every row as text, column by column, in chunks, in the order of the rowid.

    A view has no rowid; its rows come as the database gives them.
    """
    listed = ", ".join(quoted(name) for name in names)
    with _opened(path) as connection:
        view = connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = ? AND (type = 'view' OR sql LIKE '%WITHOUT ROWID%')",
            (table,),
        ).fetchone()
        order = "" if view else " ORDER BY rowid"
        cursor = connection.execute(f"SELECT {listed} FROM {quoted(table)}{order}")  # noqa: S608 quoted names
        while rows := cursor.fetchmany(_CHUNK):
            yield [[_text(value) for value in column] for column in zip(*rows, strict=True)]


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA query_only = on")
            yield connection
    except sqlite3.Error:
        raise PipelineError(
            Sentence(f"The database {path} cannot be read.", f"データベース{path}を読み取れません。"),
            Sentence(
                "Check that it is an SQLite file, that its path is right and that no other program locks it.",
                "SQLiteのファイルか、パスが正しいか、ほかのプログラムが使用中でないかを確認してください。",
            ),
        ) from None


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
