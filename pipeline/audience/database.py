"""What the queries of this package ask of a database, and how names and texts are written in SQL."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol


class Database(Protocol):
    """A private, locked database in memory."""

    def run(self, sql: str) -> None:
        """Execute one statement. Raises PipelineError."""
        ...

    def rows(self, sql: str, size: int = 10_000) -> Iterator[list[tuple[Any, ...]]]:
        """The answer in chunks of `size` rows; other statements may run in between."""
        ...

    def insert(self, table: str, *columns: Sequence[object]) -> None:
        """Append rows that are given column by column, as text."""
        ...


def one(database: Database, sql: str) -> tuple[Any, ...]:
    """The only row of an answer."""
    (row,) = [row for chunk in database.rows(sql) for row in chunk]
    return row


def quoted(name: str) -> str:
    """A name of a column or table."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str | Path) -> str:
    """A text."""
    return "'" + str(value).replace("'", "''") + "'"
