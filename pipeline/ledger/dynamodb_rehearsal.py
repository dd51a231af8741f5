"""A table in memory over a real one that is only read: dry runs, and plans."""

from collections.abc import Iterator, Sequence

from pipeline.ledger.dynamodb_writes import Answer, Item, Key, Table, Write, after, allows, text


class RehearsedTable:
    """Reads what `beneath` holds, keeps what would be written to itself."""

    def __init__(self, beneath: Table | None = None) -> None:
        self._beneath = beneath
        self._written: dict[Key, Item] = {}

    def get(self, keys: Sequence[Key]) -> tuple[Item | None, ...]:
        """See the port."""
        missing = [key for key in keys if key not in self._written]
        found = self._beneath.get(missing) if self._beneath and missing else (None,) * len(missing)
        there = {**dict(zip(missing, found, strict=True)), **self._written}
        return tuple(there[key] for key in keys)

    def query(self, partition: str, prefix: str = "", *, lacking: str = "") -> Iterator[Item]:
        """See the port."""
        beneath = self._beneath.query(partition, prefix) if self._beneath else ()
        there = {text(item, "sk"): item for item in beneath}
        there.update(
            (sort, item)
            for (own, sort), item in self._written.items()
            if own == partition and sort.startswith(prefix)
        )
        yield from (item for _, item in sorted(there.items()) if lacking not in item)

    def write(self, writes: Sequence[Write]) -> Answer:
        """See the port."""
        there = self.get([write.key for write in writes])
        if not all(allows(write, item) for write, item in zip(writes, there, strict=True)):
            return Answer.REFUSED
        made = [(write.key, item, after(write, item)) for write, item in zip(writes, there, strict=True)]
        # A mere condition on a missing item makes none.
        self._written.update((key, new) for key, item, new in made if item or new.keys() > {"pk", "sk"})
        return Answer.WRITTEN
