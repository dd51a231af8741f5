"""Contact sources and lists as tables: read once, only the columns that are asked for."""
# ruff: noqa: S608 every name is quoted or our own, every text is escaped

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.audience import sqlite_source
from pipeline.audience.csv_file import examine
from pipeline.audience.database import Database, one, quoted, text
from pipeline.audience.predicate import Predicate
from pipeline.errors import PipelineError
from pipeline.models.policy import ContactSource
from pipeline.sentence import Sentence

#: The number of a row in its source, from 1. No name of a column: those are letters.
ROW = '"#row"'
#: Types with the test that every value must pass, the narrowest first.
_TIME = r"\d{{4}}-\d{{2}}-\d{{2}}([ T][0-9:.]{{5,15}})?"
_TYPES = (
    ("BIGINT", r"regexp_full_match({0}, '-?(0|[1-9][0-9]{{0,17}})')"),
    ("DOUBLE", r"regexp_full_match({0}, '-?(0|[1-9][0-9]{{0,14}})(\.[0-9]{{1,9}})?')"),
    ("BOOLEAN", "lower({0}) IN ('true', 'false')"),
    ("DATE", r"regexp_full_match({0}, '\d{{4}}-\d{{2}}-\d{{2}}') AND try_cast({0} AS DATE) IS NOT NULL"),
    ("TIMESTAMP", rf"regexp_full_match({{0}}, '{_TIME}') AND try_cast({{0}} AS TIMESTAMP) IS NOT NULL"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A source inside the database: `name` has the column `ROW` and the columns that were asked for."""

    name: str
    source: ContactSource
    #: False where the columns have types of their own (Parquet).
    untyped: bool


def source_columns(database: Database, source: ContactSource, path: Path) -> Mapping[str, str]:
    """The columns of a source with their types."""
    match source.kind:
        case "csv":
            return dict.fromkeys(examine(path, whole=False).header, "VARCHAR")
        case "sqlite":
            assert source.table is not None, "the policy was checked"
            return sqlite_source.columns(path, source.table)
        case "parquet":
            described = database.rows(f"DESCRIBE SELECT * FROM read_parquet({text(path)})")
            return {row[0]: row[1] for chunk in described for row in chunk}


def load(database: Database, name: str, source: ContactSource, path: Path, wanted: Sequence[str]) -> Table:
    """Make the table or view `name` with the columns `wanted`.

    Raises PipelineError for a column that is not there.
    """
    known = source_columns(database, source, path)
    folded = {column.casefold(): column for column in known}
    missing = [column for column in wanted if column.casefold() not in folded]
    if missing:
        raise PipelineError(
            Sentence(
                f"The contact source {path} has no column {', '.join(missing)}.",
                f"名簿{path}に列{', '.join(missing)}がありません。",
            ),
            Sentence(
                "Check the segment's columns and the source's keys in policy.yaml against the source.",
                "セグメントのcolumnsとpolicy.yamlのsourcesを、名簿の列と見比べてください。",
            ),
        )
    columns = list(dict.fromkeys(folded[column.casefold()] for column in wanted))
    match source.kind:
        case "csv":
            load_csv(database, name, path, columns)
        case "sqlite":
            _load_sqlite(database, name, source, path, columns)
        case "parquet":
            listed = ", ".join(quoted(column) for column in columns)
            database.run(
                f"CREATE VIEW {name} AS SELECT file_row_number + 1 AS {ROW}, {listed} "
                f"FROM read_parquet({text(path)}, file_row_number = true)"
            )
    return Table(name, source, untyped=source.kind != "parquet")


def load_csv(database: Database, name: str, path: Path, columns: Sequence[str]) -> None:
    """Every column as text, so that 0012 keeps its zeros; an empty value is NULL.

    The file is read twice, by two readers: they must agree on the number of rows.
    """
    shape = examine(path)
    types = ", ".join(f"{text(column)}: 'VARCHAR'" for column in shape.header)
    listed = ", ".join(quoted(column) for column in columns)
    filled = f"WHERE {quoted(columns[0])} IS NOT NULL" if len(shape.header) == 1 else ""
    database.run(
        f"CREATE TABLE {name} AS SELECT row_number() OVER () AS {ROW}, {listed} "
        f"FROM read_csv({text(path)}, auto_detect = false, header = true, columns = {{{types}}}, "
        f"delim = ',', quote = '\"', escape = '\"', max_line_size = 10000000) {filled}"
    )
    (read,) = one(database, f"SELECT count(*) FROM {name}")
    if read != shape.rows:
        raise PipelineError(
            Sentence(
                f"The file {path} has {shape.rows} rows, but {read} were read from it.",
                f"ファイル{path}は{shape.rows}行ですが、{read}行しか読み取れません。",
            ),
            Sentence(
                "Write it anew as plain CSV: UTF-8, commas, double quotes, one kind of line end.",
                "UTF-8、カンマ区切り、二重引用符、1種類の改行コードのCSVとして保存し直してください。",
            ),
        )


def _load_sqlite(
    database: Database, name: str, source: ContactSource, path: Path, columns: Sequence[str]
) -> None:
    assert source.table is not None, "the policy was checked"
    listed = ", ".join(f"{quoted(column)} VARCHAR" for column in columns)
    database.run(f"CREATE TABLE {name}_rows ({listed})")
    for chunk in sqlite_source.read(path, source.table, columns):
        database.insert(f"{name}_rows", *chunk)
    database.run(f"CREATE VIEW {name} AS SELECT rowid + 1 AS {ROW}, * FROM {name}_rows")


def predicate_columns(database: Database, table: Table, where: Predicate) -> str:
    """The predicate's columns under the author's names, each in the type that all of its values have.

    A column whose values are all dates is a date, and so on; any other is text. A column that the predicate
    uses as text stays text. An empty value is NULL.
    """
    if not table.untyped:
        return ", ".join(quoted(name) for name in where.names)
    guessed = [name for name in where.names if name not in where.texts]
    types = dict(zip(guessed, _types(database, table.name, guessed), strict=True))
    return ", ".join(_typed(name, types.get(name, "VARCHAR")) for name in where.names)


def _typed(name: str, kind: str) -> str:
    value = f"nullif(trim({quoted(name)}), '')"
    match kind:
        case "VARCHAR":
            return f"nullif({quoted(name)}, '') AS {quoted(name)}"
        case "NULL":
            return f"NULL AS {quoted(name)}"
        case _:
            return f"try_cast({value} AS {kind}) AS {quoted(name)}"


def _types(database: Database, table: str, names: Sequence[str]) -> list[str]:
    """One look at every value of the columns `names`."""
    if not names:
        return []
    tests = [
        f"bool_and({test.format(value)}) FILTER (WHERE {value} IS NOT NULL)"
        for value in (f"nullif(trim({quoted(name)}), '')" for name in names)
        for _, test in _TYPES
    ]
    answers = list(one(database, f"SELECT {', '.join(tests)} FROM {table}"))
    step = len(_TYPES)
    return [_verdict(answers[start : start + step]) for start in range(0, len(answers), step)]


def _verdict(answers: Sequence[bool | None]) -> str:
    if all(answer is None for answer in answers):
        return "NULL"
    fitting = (kind for (kind, _), fits in zip(_TYPES, answers, strict=True) if fits)
    return next(fitting, "VARCHAR")
