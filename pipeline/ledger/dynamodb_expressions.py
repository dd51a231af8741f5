"""The vocabulary of `dynamodb_writes` in the language of DynamoDB (pure).

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from collections.abc import Mapping
from typing import Any

from pipeline.ledger.dynamodb_writes import Change, Create, Item, Key, Value, Write


def action_of(write: Write, table: str, known: Mapping[str, str]) -> dict[str, Any] | None:
    """An action of TransactWriteItems; None when nothing is asked and nothing would change.

    `known` are texts that attributes have reached already: what only grows is not set to less. Whether an
    attribute is below what it shall become is a condition of its own, since DynamoDB cannot take the greater
    of two; whoever writes has to tell its failure from that of the conditions which were asked for.
    """
    if isinstance(write, Create):
        words = _Words()
        words.conditions.append(f"attribute_not_exists({words.name('pk')})")
        return {
            "Put": {
                "TableName": table,
                "Item": _typed({**_key(write.key), **write.item}),
                **words.condition(),
            }
        }
    words = _Words()
    _conditions(write, words)
    effects = _effects(write, words, known)
    if effects:
        words.update = " ".join(f"{verb} {', '.join(clauses)}" for verb, clauses in effects.items())
    elif not words.conditions:
        return None
    action = {"TableName": table, "Key": typed_key(write.key), **words.condition()}
    return {"Update": action} if effects else {"ConditionCheck": action}


def typed_key(key: Key) -> dict[str, Any]:
    """A key as DynamoDB writes it."""
    return _typed(_key(key))


def plain(item: Mapping[str, Any] | None) -> Item | None:
    """What DynamoDB wrote, or nothing, as an item."""
    return {name: _plain(value) for name, value in item.items()} if item else None


class _Words:
    """The names and values of one action; every one has a placeholder, so that no name is reserved."""

    def __init__(self) -> None:
        self.conditions: list[str] = []
        self.update = ""
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: Value) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = _typed_value(value)
        return placeholder

    @property
    def names(self) -> dict[str, str]:
        return {placeholder: attribute for attribute, placeholder in self._names.items()}

    def condition(self) -> dict[str, Any]:
        """All that is said, as members of an action."""
        said: dict[str, Any] = {"ExpressionAttributeNames": self.names}
        if self._values:
            said["ExpressionAttributeValues"] = self._values
        if self.update:
            said["UpdateExpression"] = self.update
        if self.conditions:
            said["ConditionExpression"] = " AND ".join(self.conditions)
            said["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return said


def _conditions(change: Change, words: _Words) -> None:
    words.conditions += [
        f"{words.name(name)} = {words.value(value)}" for name, value in change.equals.items()
    ]
    words.conditions += [f"attribute_not_exists({words.name(name)})" for name in change.absent]


def _effects(change: Change, words: _Words, known: Mapping[str, str]) -> dict[str, list[str]]:
    sets = [f"{words.name(name)} = {words.value(value)}" for name, value in change.put.items()]
    for name, text in change.at_least.items():
        if text > known.get(name, ""):
            attribute, value = words.name(name), words.value(text)
            words.conditions.append(f"(attribute_not_exists({attribute}) OR {attribute} < {value})")
            sets.append(f"{attribute} = {value}")
    adds = [f"{words.name(name)} {words.value(count)}" for name, count in change.add.items() if count]
    adds += [
        f"{words.name(name)} {words.value(frozenset({member}))}" for name, member in change.include.items()
    ]
    takes = [
        f"{words.name(name)} {words.value(frozenset({member}))}" for name, member in change.exclude.items()
    ]
    effects = {"SET": sets, "ADD": adds, "DELETE": takes}
    return {verb: clauses for verb, clauses in effects.items() if clauses}


def _key(key: Key) -> Item:
    partition, sort = key
    return {"pk": partition, "sk": sort}


def _typed(item: Item) -> dict[str, Any]:
    return {name: _typed_value(value) for name, value in item.items()}


def _typed_value(value: Value) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case frozenset():
            return {"SS": sorted(value)}


def _plain(value: Mapping[str, Any]) -> Value:
    match dict(value):
        case {"S": str(text)}:
            return text
        case {"N": str(number)}:
            return int(number)
        case {"SS": list(members)}:
            return frozenset(members)
        case other:
            raise AssertionError(f"the ledger writes nothing like {other}")
