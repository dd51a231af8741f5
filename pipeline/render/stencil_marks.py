"""Templates that leave a mark where a value would stand. Runs in the child process only.

A value is replaced only where it goes straight into the mail. What a template looks at again before it
gets there (a macro's result, a `set` or `filter` block, an imported piece, a parent's block) is rendered
in the ordinary way: a mark inside it could be cut, counted or compared.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule

from pipeline.render.sandbox import NeverKept, Sandbox

#: Letters and digits only: nothing on the way through MJML, CSS and links has a reason to touch it.
MARK: Final = re.compile(r"Qz([a-z])(\d{4})zQ")
_OPENING: Final = "Qz"
#: What is the same for everybody is no value.
_FIXED: Final = frozenset({"campaign", "facts", "organisation"})
_MOST_MARKS: Final = 250
#: Characters without which words are no markup, however they came about.
_SPECIAL: Final = re.compile(r"[<>&\"']")
#: A value as `escape` leaves it. Markup that a template makes itself is part of the page, not a value.
_PLAIN: Final = re.compile(r"(?:[^<>&\"']|&(?:amp|lt|gt|#34|#39);)*")


def mark(kind: str, number: int) -> str:
    """The mark of the value of that number."""
    return f"{_OPENING}{kind}{number:04d}zQ"


_MARKS: Final = tuple(mark("v", number) for number in range(_MOST_MARKS))


class Marks:
    """The values of one rendering, by the number in their mark, and the places they came from."""

    def __init__(self, *, escape: bool) -> None:
        self._escape = escape
        self._paused = 0
        self._places = 0
        self.values: list[str] = []
        self.places: list[int] = []
        #: Places whose values stay in the text: something on the way reads them.
        self.kept: set[int] = set()

    def begin(self) -> None:
        """Forget the last rendering."""
        self.values, self.places = [], []
        self._paused = 0

    def new_place(self) -> int:
        """A number for one `{{ … }}` of a template."""
        self._places += 1
        return self._places

    def take(self, place: int, words: str) -> str:
        """The mark that stands for `words`, or the words where they may not be replaced."""
        number = len(self.values)
        if self._paused or place in self.kept or number >= _MOST_MARKS:
            return words
        if self._escape and _SPECIAL.search(words) and not _PLAIN.fullmatch(words):
            return words
        self.values.append(str(words))
        self.places.append(place)
        return _MARKS[number]

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Render in the ordinary way for a while."""
        self._paused += 1
        try:
            yield
        finally:
            self._paused -= 1


class _Marking(CodeGenerator):
    """Compiles `{{ … }}` to ask for a mark where the words go straight into the mail."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if _is_taken(node, frame):
            environment: MarkingSandbox = self.environment  # type: ignore[assignment]
            self.write(f"environment.marks.take({environment.marks.new_place()}, ")
        super()._output_child_pre(node, frame, finalize)

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        super()._output_child_post(node, frame, finalize)
        if _is_taken(node, frame):
            self.write(")")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802 Jinja2's name
        self._unmarked(super().visit_Include, node, frame)

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:  # noqa: N802 Jinja2's name
        self._unmarked(super().visit_Block, node, frame)

    def _unmarked(self, visit: Callable[[Any, Frame], None], node: nodes.Node, frame: Frame) -> None:
        """What an outer block catches is rendered in the ordinary way."""
        if frame.buffer is None:
            visit(node, frame)
            return
        self.writeline("with environment.marks.paused():")
        self.indent()
        visit(node, frame)
        self.outdent()


def _is_taken(node: nodes.Expr, frame: Frame) -> bool:
    if frame.buffer is not None or isinstance(node, nodes.TemplateData):
        return False
    return any(name.name not in _FIXED for name in _names(node))


def _names(node: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(node, nodes.Name):
        yield node
    yield from node.find_all(nodes.Name)


class _UnmarkedModule(NeverKept):
    """A template whose imports are rendered in the ordinary way."""

    def make_module(self, *args: Any, **kwargs: Any) -> TemplateModule:
        environment: MarkingSandbox = self.environment  # type: ignore[assignment]
        with environment.marks.paused():
            return super().make_module(*args, **kwargs)


class MarkingSandbox(Sandbox):
    """The sandbox, with marks in place of values."""

    template_class = _UnmarkedModule
    code_generator_class = _Marking

    def __init__(self, find: Callable[[str], str | None], *, escape: bool, language: str) -> None:
        super().__init__(find, escape=escape, language=language)
        self.marks = Marks(escape=escape)

    def concat(self, pieces: Iterable[str]) -> str:
        """Join; what comes as a generator is a block that the template asked for by name."""
        if isinstance(pieces, list):
            return "".join(pieces)
        with self.marks.paused():
            return "".join(pieces)

    def differs(self, name: str) -> bool:
        """Whether the template of that name can say different things to different people."""
        tree = self.parse(self.loader.get_source(self, name)[0]) if self.loader else nodes.Template([])
        if any(True for _ in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends))):
            return True
        return any(name.name not in _FIXED for name in tree.find_all(nodes.Name))
