"""Contacts in CSV, Parquet and SQLite files, through DuckDB in memory."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from pipeline.audience import selection
from pipeline.audience.contacts import Rows, Value
from pipeline.audience.database import one, text
from pipeline.audience.files import fingerprint, fixed_files, state
from pipeline.audience.loading import Table, load, source_columns
from pipeline.audience.rule import AudienceRule
from pipeline.audience.session import CHUNK, MEMORY, MEMORY_WHILE_SENDING, Session, enough
from pipeline.audience.standing import JudgedStanding
from pipeline.errors import PipelineError, named_below
from pipeline.models.policy import ContactSource
from pipeline.models.recipient import Exclusion, Reason, Recipient
from pipeline.sentence import Sentence

#: Row ids that are named of the rows that share a value.
_EXAMPLES = 5


class DuckDbContacts:
    """Contact sources below `root`, the repository; absolute paths lead elsewhere."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def columns(self, source: ContactSource) -> Mapping[str, str]:
        """Names and types; reads the header only."""
        path = self._root / source.path
        with named_below(self._root):
            state(path)
            with closing(Session([path])) as session:
                return source_columns(session, source, path)

    def fingerprint(self, rule: AudienceRule) -> str:
        """The state of the files."""
        with named_below(self._root):
            return fingerprint(rule, self._root)

    def resolve(self, rule: AudienceRule, already: Iterable[tuple[str, str]] = ()) -> "DuckDbResolution":
        """Read, clean and judge every row; close what comes back."""
        already = list(already)
        with named_below(self._root):
            return enough(MEMORY, lambda memory: self._resolved(rule, already, memory))

    def _resolved(
        self, rule: AudienceRule, already: Sequence[tuple[str, str]], memory: str
    ) -> "DuckDbResolution":
        with ExitStack() as undo:
            session, bars = self._gather(rule, undo, memory, everybody=False)
            cleaned = selection.clean(session, "cleaned", "picked")
            had = selection.remember(session, "had", already)
            verdicts = selection.judge(session, "picked", cleaned, had, bars)
            selection.order(session, "picked", verdicts, rule)
            resolution = DuckDbResolution(session, rule.columns)
            undo.pop_all()
        return resolution

    def standing(self, rule: AudienceRule) -> JudgedStanding:
        """Judge every row of the source, whatever the predicate says; close what comes back."""
        with named_below(self._root):
            return enough(MEMORY_WHILE_SENDING, lambda memory: self._judged(rule, memory))

    def _judged(self, rule: AudienceRule, memory: str) -> JudgedStanding:
        with ExitStack() as undo:
            session, bars = self._gather(replace(rule, columns=()), undo, memory, everybody=True)
            present = selection.key(session, "present", "picked")
            session.run("DROP TABLE picked")
            standing = JudgedStanding(session, present, bars)
            undo.pop_all()
        return standing

    def _gather(
        self, rule: AudienceRule, undo: ExitStack, memory: str, *, everybody: bool
    ) -> tuple[Session, str]:
        """Read every file of the rule: `picked`, and the branches that bar people from it.

        Raises PipelineError when a file changed meanwhile: half of it would be old.
        """
        files = fixed_files(rule, self._root)
        before = [state(path) for path in files]
        session = Session(files, memory)
        undo.callback(session.close)
        tables = self._load(session, rule)
        selection.pick(session, "picked", rule, tables[selection.source_key(rule)], everybody=everybody)
        suppressed = selection.suppress(session, "suppressed", rule, self._root)
        excluded = selection.members(session, "members", rule, tables)
        for path, seen in zip(files, before, strict=True):
            if state(path) != seen:
                raise PipelineError(
                    Sentence(
                        f"The file {path} was changed while it was read.",
                        f"読み取り中にファイル{path}が変更されました。",
                    ),
                    Sentence(
                        "Run again when it is written. Write such files under another name and rename them.",
                        "書き込みが終わってから、もう一度実行してください。",
                    ),
                )
        return session, selection.barred(rule, suppressed, excluded)

    def _load(self, session: Session, rule: AudienceRule) -> dict[str, Table]:
        wanted: dict[str, list[str]] = {}
        sources: dict[str, ContactSource] = {}
        for each in rule.everyone():
            key, source = selection.source_key(each), each.source
            sources[key] = source
            names = (source.id, source.email, source.consent, *each.columns)
            wanted.setdefault(key, []).extend(name for name in names if name is not None)
            wanted[key].extend(each.where.names if each.where else ())
        return {
            key: load(session, f"source_{number}", source, self._root / source.path, wanted[key])
            for number, (key, source) in enumerate(sources.items())
        }


class DuckDbResolution:
    """The tables `recipients` and `excluded` of a session."""

    def __init__(self, session: Session, columns: tuple[str, ...]) -> None:
        self._session = session
        self._columns = columns
        (self._count,) = one(session, "SELECT count(*) FROM recipients")
        counts = session.rows("SELECT reason, count(*) FROM excluded GROUP BY reason ORDER BY reason")
        self._excluded = {Reason(reason): number for chunk in counts for reason, number in chunk}

    @property
    def recipients(self) -> int:
        """How many will get it."""
        return int(self._count)

    @property
    def excluded(self) -> Mapping[Reason, int]:
        """How many will not, by reason."""
        return self._excluded

    def columns(self) -> tuple[str, ...]:
        """The names of the fields."""
        return self._columns

    def rows(self) -> Iterator[Sequence[Recipient]]:
        """In sending order."""
        fields = [f"f{index}" for index in range(len(self._columns))]
        for chunk in self._pages("recipients", "id", "address", *fields):
            yield [Recipient(row[0], row[1], dict(zip(self._columns, row[2:], strict=True))) for row in chunk]

    def columnar(self, *columns: str) -> Iterator[Rows]:
        """Column by column."""
        fields = [f"f{self._columns.index(column)}" for column in columns]
        for chunk in self._pages("recipients", "id", "address", *fields):
            ids, addresses, *values = zip(*chunk, strict=True)
            yield Rows(ids, addresses, dict(zip(columns, values, strict=True)))

    def values(self, column: str, *, digits_alike: bool = False) -> Iterator[Value]:
        """Counted by the database, so that a million rows with a thousand names are a thousand values."""
        field = f"f{self._columns.index(column)}"
        return self._values(f"translate({field}, '2345689', '1111177')" if digits_alike else field)

    def consents(self) -> Iterator[Value]:
        """The same of the column that says when consent was given."""
        return self._values("consented")

    def _values(self, field: str) -> Iterator[Value]:
        # Examples of ids are asked for when they are named: kept for a million values they fill the memory.
        counted = (
            f"SELECT {field} AS value, count(*) AS rows FROM recipients "  # noqa: S608 our own names
            "GROUP BY value ORDER BY rows DESC, value"
        )
        find = partial(self._ids, field)
        for chunk in self._session.rows(counted):
            yield from (Value(text, rows, find) for text, rows in chunk)

    def _ids(self, field: str, value: str) -> tuple[str, ...]:
        """The first ids of the rows with a value."""
        asked = (
            f"SELECT id FROM recipients WHERE {field} = {text(value)} "  # noqa: S608 escaped
            f"ORDER BY id LIMIT {_EXAMPLES}"
        )
        return tuple(id_ for chunk in self._session.rows(asked) for (id_,) in chunk)

    def exclusions(self) -> Iterator[Sequence[Exclusion]]:
        """In the source's order."""
        for chunk in self._pages("excluded", "row", "reason"):
            yield [Exclusion(row, Reason(reason)) for row, reason in chunk]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Forget the people."""
        self._session.close()

    def _pages(self, table: str, *columns: str) -> Iterator[list[tuple[Any, ...]]]:
        """Page by page in the order of the table, so that memory never holds it all."""
        wanted = ", ".join(columns)
        return self._session.rows(f"SELECT {wanted} FROM {table} ORDER BY rowid", CHUNK)  # noqa: S608 our names
