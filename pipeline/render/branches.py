"""Which branches a template has, and which of them a rendering takes: recorded by the template itself.

The syntax tree is rewritten before it is compiled, so that every arm, loop and fallback tells the
environment when it is taken. What is rendered stays the same. Runs in the child process only.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from jinja2 import nodes

from pipeline.render.branch import Branch
from pipeline.render.branch_names import names_in, sources
from pipeline.render.sandbox import Sandbox

#: Names that are the same for every recipient of a campaign.
_FIXED: Final = frozenset({"campaign", "facts", "organisation", "range", "dict", "cycler", "joiner", "loop"})
_FALLBACKS: Final = ("default", "d")
_LOOP_OUTCOMES: Final = ("none", "one", "many")


class WatchingSandbox(Sandbox):
    """A sandbox whose templates say which way they go. Several may share one `Record`."""

    record: "Record"

    def __init__(self, find: Callable[[str], str | None], *, escape: bool, language: str) -> None:
        super().__init__(find, escape=escape, language=language)
        self.record = Record()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        tree = _Rewriting(self.record, filename or name or "").of(tree)
        return cast("nodes.Template", tree.set_environment(self))

    def took(self, number: int) -> str:
        """Called by a template on its way through a branch."""
        self.record.take(number)
        return ""

    def hinted(self, number: int, value: Any) -> Any:
        """Called for each side of an `and` or an `or`: nothing to report, but a way to look further."""
        self.record.hints.add((number, bool(value)))
        self.record.steps += 1
        return value

    def chose(self, number: int, value: Any) -> Any:
        """Called with what an expression came to by way of a branch."""
        self.record.take(number)
        return value

    def counted(self, numbers: tuple[int, int, int], items: Any) -> Any:
        """Called with what a loop walks over."""
        found = list(items)
        self.record.take(numbers[min(len(found), 2)], steps=1 + len(found))
        return found

    def stood_in(self, numbers: tuple[int, int], value: Any) -> Any:
        """Called with the left side of an `or` that shows something."""
        self.record.take(numbers[not value])
        return value

    def fell_back(self, numbers: tuple[int, int], value: Any) -> Any:
        """Called with a value for which there are other words where it is empty."""
        empty = value is None or str(value).strip() == ""
        self.record.take(numbers[empty])
        return value


class Record:
    """The branches of every template that was read, and those that the present rendering has taken."""

    def __init__(self) -> None:
        self.branches: list[Branch] = []
        self.taken: set[int] = set()
        self.hints: set[tuple[int, bool]] = set()
        #: What the present rendering has done so far: branches gone through, items walked over.
        self.steps = 0
        self._numbers: dict[tuple[str, int], int] = {}
        self._hints = 0

    def begin(self) -> None:
        """Another rendering."""
        self.taken.clear()
        self.hints.clear()
        self.steps = 0

    def take(self, number: int, steps: int = 1) -> None:
        """The present rendering goes through a branch."""
        self.taken.add(number)
        self.steps += steps

    def number(self, place: tuple[str, int], branch: Branch) -> int:
        """The number of a branch; the same place of the same template is the same branch in both parts."""
        if place not in self._numbers:
            self._numbers[place] = len(self.branches)
            self.branches.append(branch)
        return self._numbers[place]

    def hint(self) -> int:
        """The number of one more side of an `and` or an `or`."""
        self._hints += 1
        return self._hints


class _Rewriting:
    """One template's tree, changed in place."""

    def __init__(self, record: Record, template: str) -> None:
        self._record = record
        self._template = template
        self._count = 0
        self._parent: int | None = None
        self._in_test = False
        self._sources: Mapping[str, frozenset[str]] = {}

    def of(self, tree: nodes.Template) -> nodes.Template:
        self._sources = sources(tree)
        self._within(tree)
        return tree

    def _within(self, node: nodes.Node) -> None:
        for name, value in list(node.iter_fields()):
            if isinstance(value, list):
                setattr(node, name, [self._changed(v) if isinstance(v, nodes.Node) else v for v in value])
            elif isinstance(value, nodes.Node):
                setattr(node, name, self._changed(value))

    def _changed(self, node: nodes.Node) -> nodes.Node:
        match node:
            case nodes.If():
                self._if(node)
                return node
            case nodes.For():
                self._for(node)
                return node
            case nodes.CondExpr():
                return self._choice(node)
            case nodes.Or() | nodes.And():
                return self._operands(node)
            case nodes.Filter(name=name) if name in _FALLBACKS and node.node is not None:
                return self._fallback(node)
        self._within(node)
        return node

    def _if(self, node: nodes.If, outcome: str = "yes") -> None:
        fixed = self._is_fixed(node.test)
        node.test = self._test(node.test)
        node.body = self._arm(node.body, node.lineno, "if", outcome, fixed=fixed)
        for other in node.elif_:
            self._if(other, "elif")
        if outcome == "elif":
            return
        all_fixed = fixed and all(self._is_fixed(other.test) for other in node.elif_)
        outcome, line = ("else", node.else_[0].lineno) if node.else_ else ("no", node.lineno)
        node.else_ = self._arm(node.else_, line, "if", outcome, fixed=all_fixed)

    def _for(self, node: nodes.For) -> None:
        fixed = self._is_fixed(node.iter)
        numbers = [self._number(node.lineno, "for", word, fixed=fixed) for word in _LOOP_OUTCOMES]
        node.iter = self._call(node, "counted", numbers, cast("nodes.Expr", self._changed(node.iter)))
        if node.test is not None:
            node.test = self._test(node.test)
        node.body = self._inside(node.body, numbers[2])
        node.else_ = self._inside(node.else_, numbers[0])

    def _choice(self, node: nodes.CondExpr) -> nodes.Node:
        fixed = self._is_fixed(node.test)
        yes = self._number(node.lineno, "choice", "yes", fixed=fixed)
        no = self._number(node.lineno, "choice", "no", fixed=fixed)
        node.test = self._test(node.test)
        node.expr1 = self._call(node, "chose", yes, cast("nodes.Expr", self._changed(node.expr1)))
        other = cast("nodes.Expr", self._changed(node.expr2)) if node.expr2 else nodes.Const("")
        node.expr2 = self._call(node, "chose", no, other)
        return node

    def _operands(self, node: nodes.Or | nodes.And) -> nodes.Node:
        if isinstance(node, nodes.Or) and not self._in_test:
            numbers = self._two_words(node, node.left)
            self._within(node)
            node.left = self._call(node, "stood_in", numbers, node.left)
            return node
        self._within(node)
        node.left = self._call(node, "hinted", self._record.hint(), node.left)
        node.right = self._call(node, "hinted", self._record.hint(), node.right)
        return node

    def _fallback(self, node: nodes.Filter) -> nodes.Node:
        assert node.node is not None
        numbers = self._two_words(node, node.node)
        self._within(node)
        node.node = self._call(node, "fell_back", numbers, node.node)
        return node

    def _two_words(self, node: nodes.Node, value: nodes.Expr) -> list[int]:
        fixed = self._is_fixed(value)
        return [self._number(node.lineno, "fallback", word, fixed=fixed) for word in ("value", "words")]

    def _test(self, test: nodes.Node) -> nodes.Expr:
        around, self._in_test = self._in_test, True
        changed = cast("nodes.Expr", self._changed(test))
        self._in_test = around
        return changed

    def _arm(
        self, body: list[nodes.Node], line: int, kind: str, outcome: str, *, fixed: bool
    ) -> list[nodes.Node]:
        number = self._number(line, kind, outcome, fixed=fixed)
        told = nodes.ExprStmt(self._call(None, "took", number), lineno=line)
        return [told, *self._inside(body, number)]

    def _inside(self, body: list[nodes.Node], number: int) -> list[nodes.Node]:
        around, self._parent = self._parent, number
        changed = [self._changed(node) for node in body]
        self._parent = around
        return changed

    def _number(self, line: int, kind: str, outcome: str, *, fixed: bool) -> int:
        self._count += 1
        branch = Branch(self._template, line, kind, outcome, fixed, self._parent)
        return self._record.number((self._template, self._count), branch)

    def _is_fixed(self, node: nodes.Node) -> bool:
        return names_in(node, self._sources) <= _FIXED

    @staticmethod
    def _call(
        place: nodes.Node | None, name: str, number: int | list[int], *values: nodes.Expr
    ) -> nodes.Call:
        line = place.lineno if place is not None else None
        said = nodes.Const(tuple(number) if isinstance(number, list) else number, lineno=line)
        return nodes.Call(
            nodes.EnvironmentAttribute(name, lineno=line), [said, *values], [], None, None, lineno=line
        )
