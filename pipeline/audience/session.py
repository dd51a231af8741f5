"""A DuckDB in memory, and how much of it. The only module that knows DuckDB."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from pipeline.audience.database import quoted, text
from pipeline.errors import PipelineError, Refused
from pipeline.sentence import Sentence

_Made = TypeVar("_Made")

#: Recipients or exclusions in one piece of a resolution.
CHUNK = 5_000
#: What DuckDB may have; beyond it it uses the disk. Enough for a million people with a dozen columns, then
#: for wide lists and many millions: who has few people should not need the memory of those who have many.
MEMORY = ("128MB", "512MB", "4GB")
#: The same for what is kept for as long as a delivery sends: it is asked about fifty people at a time.
MEMORY_WHILE_SENDING = ("64MB", "512MB", "4GB")


class _TooLittle(PipelineError):
    """The memory did not do."""


class Session:
    """A database in memory that can read the named files and nothing else, and spills to a private folder."""

    def __init__(self, files: Iterable[Path], memory: str = MEMORY[0]) -> None:
        self._spill = tempfile.mkdtemp(prefix="postmerge-")
        self._connection = duckdb.connect(
            ":memory:",
            config={
                # each thread sorts in memory of its own, and there is little
                "threads": 1,
                "memory_limit": memory,
                "temp_directory": self._spill,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
            },
        )
        self.run("SET enable_progress_bar = false")
        allowed = ", ".join(text(path) for path in files)
        self.run(f"SET allowed_paths = [{allowed}]")
        self.run("SET enable_external_access = false")
        self.run("SET lock_configuration = true")

    def run(self, sql: str) -> None:
        """Execute a statement."""
        try:
            self._connection.execute(sql)
        except duckdb.Error as error:
            raise _broken(error) from None

    def rows(self, sql: str, size: int = CHUNK) -> Iterator[list[tuple[Any, ...]]]:
        """The answer, on a cursor of its own."""
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql)
            while chunk := cursor.fetchmany(size):
                yield chunk
        except duckdb.Error as error:
            raise _broken(error) from None
        finally:
            cursor.close()

    def insert(self, table: str, *columns: Sequence[object]) -> None:
        """Append columns as lists: a thousand times faster than row by row."""
        listed = ", ".join("unnest(?)" for _ in columns)
        try:
            self._connection.execute(
                f"INSERT INTO {quoted(table)} SELECT {listed}",
                [list(column) for column in columns],
            )
        except duckdb.Error as error:
            raise _broken(error) from None

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


def _broken(error: duckdb.Error) -> PipelineError:
    """DuckDB's own words may quote a person's data, so only the kind of error is told."""
    kind = type(error).__name__
    if isinstance(error, duckdb.OutOfMemoryException):
        return _TooLittle(
            Sentence(
                "The contacts need more memory than there is for them.",
                "名簿の処理に必要なメモリが足りません。",
            ),
            "Ask for fewer columns in the segment, or split the segment.",
        )
    if isinstance(error, duckdb.ConversionException | duckdb.BinderException | duckdb.OutOfRangeException):
        return Refused(
            Sentence(
                f"A segment's condition compares what cannot be compared ({kind}).",
                f"セグメントの条件で、種類の違う値を比べています({kind})。",
            ),
            Sentence(
                "Compare numbers with numbers, dates with date '2025-12-01' and text with 'text'; see the "
                "columns' values in the source.",
                "数は数、日付はdate '2025-12-01'、文字は'文字'と比べてください。列の値も確認してください。",
            ),
        )
    return PipelineError(
        Sentence(f"The contacts could not be read ({kind}).", f"名簿を読み取れません({kind})。"),
        Sentence(
            "Check that the contact file is whole and of the kind that policy.yaml says, and the free space "
            "of the disk for temporary files.",
            "名簿のファイルが壊れていないか、policy.yamlのkindと合っているか、ディスクの空きがあるかを確認してください。",
        ),
    )


def enough(sizes: Sequence[str], made: Callable[[str], _Made]) -> _Made:
    """What is `made` with as little memory as it takes. Raises PipelineError when the most does not do."""
    for size in sizes[:-1]:
        with suppress(_TooLittle):
            return made(size)
    return made(sizes[-1])
