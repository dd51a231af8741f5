"""What can be written to the ledger's table in one transaction: a vocabulary of two words (pure).

The meaning of each is spelt out twice: here on plain items, for rehearsals and for reading the answer to a
refused transaction, and in `dynamodb_table` as expressions of DynamoDB.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol

#: Partition key and sort key; the attributes `pk` and `sk`.
Key = tuple[str, str]
Value = str | int | frozenset[str]
#: The attributes of an item, with its key.
Item = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Create:
    """A new item; refused when there is one under its key."""

    key: Key
    item: Item


@dataclass(frozen=True, slots=True)
class Change:
    """What must be true of an item, and what then becomes of it.

    Without any effect it is a mere condition. A missing item has no attributes; an effect makes it.
    """

    key: Key
    #: Attributes that must have these values.
    equals: Item = field(default_factory=dict)
    #: Attributes that must be missing; a set without members is missing.
    absent: tuple[str, ...] = ()
    #: Attributes to set.
    put: Item = field(default_factory=dict)
    #: What to add to numbers; a missing one counts as 0.
    add: Mapping[str, int] = field(default_factory=dict)
    #: Members to add to sets, and to take out.
    include: Mapping[str, str] = field(default_factory=dict)
    exclude: Mapping[str, str] = field(default_factory=dict)
    #: Texts that become the greater of what they are and this.
    at_least: Mapping[str, str] = field(default_factory=dict)


Write = Create | Change


class Answer(Enum):
    """What became of a transaction."""

    WRITTEN = auto()
    #: A condition was not met; nothing was written.
    REFUSED = auto()
    #: As REFUSED, but an earlier try of the same transaction had no answer: it may be what stands in the way.
    PERHAPS = auto()


class Table(Protocol):
    """A table of items. Every read sees every write that was answered before."""

    def get(self, keys: Sequence[Key]) -> tuple[Item | None, ...]:
        """The items under `keys`, all at one moment."""
        ...

    def query(self, partition: str, prefix: str = "", *, lacking: str = "") -> Iterator[Item]:
        """The items of a partition whose sort key begins with `prefix`, in order; not at one moment.

        `lacking` leaves out those that have that attribute.
        """
        ...

    def write(self, writes: Sequence[Write]) -> Answer:
        """All of `writes`, or none."""
        ...


def allows(write: Write, item: Item | None) -> bool:
    """Whether the conditions of a write are met by what is there."""
    if isinstance(write, Create):
        return item is None
    there = item or {}
    same = all(there.get(name) == value for name, value in write.equals.items())
    return same and not any(name in there for name in write.absent)


def after(write: Write, item: Item | None) -> Item:
    """What is there once an allowed write was made."""
    partition, sort = write.key
    there: dict[str, Value] = {**(item or {}), "pk": partition, "sk": sort}
    if isinstance(write, Create):
        return {**there, **write.item}
    there.update(write.put)
    for name, count in write.add.items():
        if count:
            there[name] = number(there, name) + count
    for name, text in write.at_least.items():
        there[name] = max(text, str(there.get(name, "")))
    for name, member in write.include.items():
        there[name] = members(there, name) | {member}
    for name, member in write.exclude.items():
        there[name] = members(there, name) - {member}
    return {name: value for name, value in there.items() if value != frozenset()}


def number(item: Item, name: str) -> int:
    """The number under `name`, or 0."""
    value = item.get(name, 0)
    assert isinstance(value, int), f"{name} is a number"
    return value


def members(item: Item, name: str) -> frozenset[str]:
    """The set under `name`, or an empty one."""
    value = item.get(name, frozenset())
    assert isinstance(value, frozenset), f"{name} is a set"
    return value


def text(item: Item, name: str) -> str:
    """The text under `name`."""
    value = item[name]
    assert isinstance(value, str), f"{name} is a text"
    return value
