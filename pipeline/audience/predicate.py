"""What was read of the `where` of a segment, and what is wrong with one. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.audience.predicate_words import did_you_mean
from pipeline.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a predicate. `offset` counts characters from the start of the text, from 0."""

    offset: int
    sentence: Sentence
    remedy: Sentence


@dataclass(frozen=True, slots=True)
class Predicate:
    """A checked predicate.

    `sql` is DuckDB's dialect with every column quoted; `columns` maps each column to the offset of its first
    mention. Run it only over a relation in which all of them exist: DuckDB takes an unknown `"current_date"`
    for the clock.
    """

    sql: str
    columns: tuple[tuple[str, int], ...]
    #: The columns that are used as text: `starts_with(postal_code, '10')`, `branch = '0012'`.
    texts: frozenset[str] = frozenset()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it reads, in the order of their first mention."""
        return tuple(name for name, _ in self.columns)


def unknown_columns(predicate: Predicate, known: Collection[str]) -> tuple[Objection, ...]:
    """An objection for each column that the source does not have; case does not count, as in SQL."""
    folded = {name.casefold(): name for name in known}
    return tuple(
        Objection(
            offset,
            Sentence(f"The contact source has no column {name}.", f"名簿に列{name}がありません。"),
            did_you_mean(name, known),
        )
        for name, offset in predicate.columns
        if name.casefold() not in folded
    )
