"""What the expressions of a template are made of: the names and the columns behind them (pure)."""

from collections.abc import Iterator, Mapping
from typing import cast

from jinja2 import nodes


def sources(tree: nodes.Node) -> Mapping[str, frozenset[str]]:
    """What the variables that a template sets itself are made of: names of other variables."""
    found: dict[str, frozenset[str]] = {}
    for node in tree.find_all((nodes.Assign, nodes.For, nodes.Macro, nodes.AssignBlock)):
        for name, names in _assigned(cast("nodes.Node", node)):
            found[name] = found.get(name, frozenset()) | names
    return found


def _assigned(node: nodes.Node) -> Iterator[tuple[str, frozenset[str]]]:
    match node:
        case nodes.Assign():
            made_of, targets = _names(node.node), _names(node.target)
        case nodes.For():
            made_of, targets = _names(node.iter), _names(node.target)
        case nodes.Macro():
            # whoever calls it decides; it may well hand over something of the recipient's
            made_of, targets = frozenset({"recipient"}), frozenset(arg.name for arg in node.args)
        case _:
            made_of, targets = _names(node), frozenset(name.name for name in node.find_all(nodes.Name))
    yield from ((name, made_of) for name in targets)


def _names(node: nodes.Node) -> frozenset[str]:
    own = {node.name} if isinstance(node, nodes.Name) else set()
    return frozenset(own | {name.name for name in node.find_all(nodes.Name)})


def names_in(node: nodes.Node, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The names that an expression comes down to, through whatever the template sets itself."""
    found, ahead = set[str](), list(_names(node))
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += known.get(name, ())
    return frozenset(found - known.keys())
