"""How rows of contacts are named in a finding: by a few of their ids, never by a person's value (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from pipeline.audience.contacts import Value

#: Ids that a finding names.
NAMED_MAX: Final = 5
_ID_MAX: Final = 40


def masked(value: str) -> str:
    """A value that may be a person's, so that who knows it recognises it: the first letter."""
    return f"{value[:1]}…"


def named(ids: Iterable[str], rows: int) -> str:
    """A few ids, such as `H001, H002, …`. An id that is an address, or no id at all, is masked."""
    few = list(islice(ids, NAMED_MAX))
    said = [masked(each) if "@" in each or "＠" in each or len(each) > _ID_MAX else each for each in few]
    return ", ".join([*said, "…"] if rows > len(few) else said)


def count_of(rows: int) -> str:
    """`1 row`, `2,000 rows`."""
    return "1 row" if rows == 1 else f"{rows:,} rows"


@dataclass(slots=True)
class Tally:
    """Rows that have something in common: how many, and the first few ids."""

    rows: int = 0
    ids: list[str] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    def count(self, value: Value) -> None:
        """Count the rows of a value; their ids are looked up when they are said."""
        self.rows += value.rows
        if len(self.values) < NAMED_MAX:
            self.values.append(value)

    def add(self, ids: Sequence[str], rows: int = 1) -> None:
        """Count rows, of which `ids` are some."""
        self.rows += rows
        if len(self.ids) < NAMED_MAX:
            self.ids += ids[: NAMED_MAX - len(self.ids)]

    @property
    def said(self) -> str:
        """`3 rows (H001, H002, H003)`."""
        return f"{count_of(self.rows)} ({self._named})"

    @property
    def said_ja(self) -> str:
        """`3行(H001, H002, H003)`."""
        return f"{self.rows:,}行({self._named})"

    @property
    def _named(self) -> str:
        for value in self.values if len(self.ids) < NAMED_MAX else ():
            self.ids += value.ids[: NAMED_MAX - len(self.ids)]
            if len(self.ids) >= NAMED_MAX:
                break
        self.values.clear()
        return named(self.ids, self.rows)
