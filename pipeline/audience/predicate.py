"""What was read of the `where` of a segment, and what is wrong with one. Pure."""

import difflib
from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Objection:
    """What is wrong with a predicate. `offset` counts characters from the start of the text, from 0."""

    offset: int
    sentence: str
    remedy: str


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
        Objection(offset, f"The contact source has no column {name}.", did_you_mean(name, known))
        for name, offset in predicate.columns
        if name.casefold() not in folded
    )


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The remedy for an unknown column: the nearest name, or all there are."""
    folded = {other.casefold(): other for other in known}
    near = difflib.get_close_matches(name.casefold(), folded, n=1)
    if near:
        return f"Did you mean {folded[near[0]]}?"
    return f"The source has: {', '.join(sorted(known)[:20])}."
