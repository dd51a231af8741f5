"""Values that are worth trying, column by column: read out of the conditions of the templates (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, cast

from jinja2 import Environment, TemplateSyntaxError, nodes

from pipeline.render.source import MailSource

#: As long as any template that makes sense; longer ones are not looked into.
_LONGEST: Final = 200_000
_LONGEST_WORD: Final = 300
_LONGEST_NUMBER: Final = 12
_MOST_EACH: Final = 24
#: Where a condition says nothing: empty, 0, 1, many, and the two words for yes and no.
_ALWAYS: Final = ("", "0", "1", "3", "99999999", "true", "false")
#: Whoever calls a macro may hand it any column.
_ANY: Final = "*"
_PARSER: Final = Environment(autoescape=True)
_CONDITIONS: Final = (nodes.Compare, nodes.Test, nodes.Or, nodes.And, nodes.Not)


def candidates(source: MailSource, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For every column that a condition or a loop asks about: values that may turn it.

    A number and its neighbours, a word, a day and the days beside it, a list of none, one and three, a
    text that is just too long. Templates that cannot be read have no conditions.
    """
    found: dict[str, dict[str, None]] = {}
    for text in _texts(source):
        for asked, constants in _conditions(text):
            for column in columns:
                if column in asked or _ANY in asked:
                    found.setdefault(column, {}).update(dict.fromkeys(constants))
    return {
        column: tuple(dict.fromkeys((*list(found[column])[:_MOST_EACH], *_ALWAYS)))
        for column in columns
        if column in found
    }


def _texts(source: MailSource) -> Iterator[str]:
    yield source.subject
    yield source.preheader or ""
    yield from (body.text for body in (source.html, source.text) if body is not None)
    yield from source.files.values()
    yield from source.shared.values()


@lru_cache(maxsize=256)
def _conditions(text: str) -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
    """Columns and values of every condition of a template; many campaigns share pieces."""
    return tuple(_read_conditions(text)) if len(text) <= _LONGEST else ()


def _read_conditions(text: str) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    try:
        tree = _PARSER.parse(text)
        known = _variables(tree)
        for expression in _asking(tree):
            columns = _columns(expression, known)
            if columns:
                yield columns, tuple(_values(expression))
    except (TemplateSyntaxError, RecursionError, ValueError):
        return  # the checklist says what is wrong with it


def _asking(tree: nodes.Template) -> Iterator[nodes.Node]:
    for node in tree.find_all((nodes.If, nodes.For, nodes.CondExpr, nodes.Filter, *_CONDITIONS)):
        match node:
            case nodes.If() | nodes.CondExpr():
                yield node.test
            case nodes.For():
                yield from filter(None, (node.iter, node.test))
            case nodes.Filter(name="default" | "d") if node.node is not None:
                yield node.node
            case nodes.Compare() | nodes.Test() | nodes.Or() | nodes.And() | nodes.Not():
                yield node


def _variables(tree: nodes.Template) -> Mapping[str, frozenset[str]]:
    """The columns behind what a template sets itself; twice round, for what is set from what is set."""
    known: dict[str, frozenset[str]] = {
        argument.name: frozenset({_ANY}) for macro in tree.find_all(nodes.Macro) for argument in macro.args
    }
    for _ in range(2):
        for node in tree.find_all((nodes.Assign, nodes.For)):
            value = node.node if isinstance(node, nodes.Assign) else cast("nodes.For", node).iter
            target = cast("nodes.Node", cast("Any", node).target)
            for name in _names(target):
                known[name] = known.get(name, frozenset()) | _columns(value, known)
    return known


def _names(node: nodes.Node) -> frozenset[str]:
    own = {node.name} if isinstance(node, nodes.Name) else set()
    return frozenset(own | {name.name for name in node.find_all(nodes.Name)})


def _columns(node: nodes.Node, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found = set[str]()
    for each in _self_and_below(node, (nodes.Getattr, nodes.Getitem)):
        match each:
            case nodes.Getattr(node=nodes.Name(name="recipient"), attr=str(column)):
                found.add(column)
            case nodes.Getitem(node=nodes.Name(name="recipient"), arg=nodes.Const(value=str(column))):
                found.add(column)
    return frozenset(found.union(*(known.get(name, ()) for name in _names(node))))


def _self_and_below(node: nodes.Node, kinds: tuple[type[nodes.Node], ...]) -> Iterator[nodes.Node]:
    if isinstance(node, kinds):
        yield node
    yield from cast("Iterable[nodes.Node]", node.find_all(kinds))


def _values(expression: nodes.Node) -> Iterator[str]:
    lengths = any(
        cast("nodes.Filter", each).name in {"length", "count"}
        for each in _self_and_below(expression, (nodes.Filter,))
    )
    for node in _self_and_below(expression, (nodes.Const,)):
        value = cast("nodes.Const", node).value
        if isinstance(value, bool):
            yield from ("true", "false")
        elif isinstance(value, int | float):
            yield from _around_number(value, lengths=lengths)
        elif isinstance(value, str):
            yield from _around_word(value)


def _around_number(value: float, *, lengths: bool) -> Iterator[str]:
    if abs(value) < 10**_LONGEST_NUMBER:
        yield from (f"{value + step:.12g}" for step in (-1, 0, 1))
    if lengths and 0 <= value <= _LONGEST_WORD:
        yield from ("x" * max(0, int(value) + step) for step in (-1, 0, 1))


def _around_word(value: str) -> Iterator[str]:
    if len(value) > _LONGEST_WORD:
        return
    if value.strip() and not any(char.isalnum() for char in value):
        yield from (f"A{value}B{value}C", f"A{value}B", value)
        return
    yield value
    if value.isdecimal() and len(value) < _LONGEST_NUMBER:
        yield from _around_number(int(value), lengths=False)
    else:
        yield from _around_day(value)
        yield from (f"{value} …", f"… {value}")


def _around_day(value: str) -> Iterator[str]:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return
    yield from ((day + timedelta(days=step)).isoformat() for step in (-1, 1))
