"""The Jinja2 environment: strict, sandboxed, bounded.

The sandbox keeps a template from reaching Python; it does not bound computing time or memory. That is
what the child process (`child.py`) is for: no template is ever compiled or run outside it.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final

from jinja2 import FunctionLoader, StrictUndefined, Template, Undefined
from jinja2.runtime import Context, new_context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipeline.render.failure import Mistake
from pipeline.render.filters import day, number, otherwise, whole

#: Far more rows than a mail has, far fewer than hurt.
_LONGEST_RANGE: Final = 10_000
_LARGEST_EXPONENT: Final = 100
_LARGEST_NUMBER: Final = 10**30
#: `random` and `lipsum` would make two renderings of one content digest differ; `pprint` shows internals.
_NO_FILTERS: Final = ("random", "pprint", "attr", "xmlattr")
_NO_GLOBALS: Final = ("lipsum",)


class Names:
    """Values by name, the way templates see a row: `recipient.items` is the column, never a method."""

    __slots__ = ("_title", "_values")

    def __init__(self, title: str, values: Mapping[str, Any]) -> None:
        self._title = title
        self._values = values

    def pick(self, environment: "Sandbox", name: object) -> Any:
        """The value called `name`, or an undefined one that names itself and its neighbours."""
        try:
            return self._values[name]  # type: ignore[index]  # what is no name is not there
        except (KeyError, TypeError):
            pass
        known = ", ".join(sorted(self._values)) or "nothing"
        return environment.undefined(
            f"{self._title}.{name} is not known here; {self._title} has: {known}.",
            name=f"{self._title}.{name}",
        )

    def __str__(self) -> str:
        raise Mistake(
            f"{self._title} cannot be shown as a whole; name a value in it.",
            f"{self._title}は全体を表示できません。その中の値の名前を書いてください。",
        )

    __html__ = __str__


class _Unknown(StrictUndefined):
    """An undefined value that does not even hide inside a list: `{{ [recipient.typo] }}` is an error."""

    __slots__ = ()
    __repr__ = StrictUndefined.__str__


class NeverKept(Template):
    """A template whose module is made anew for every import.

    Jinja2 keeps the module of `{% import %}`; a `namespace()` in it would carry one recipient's values
    into the next recipient's mail.
    """

    def _get_default_module(self, ctx: Context | None = None) -> Any:
        self._module = None
        return super()._get_default_module(ctx)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 with our limits; `escape` says whether values are escaped for HTML."""

    template_class = NeverKept
    intercepted_binops = frozenset(["**", "*"])

    def __init__(self, find: Callable[[str], str | None], *, escape: bool, language: str) -> None:
        super().__init__(
            undefined=_Unknown,
            autoescape=escape,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            loader=FunctionLoader(_loading(find)),
        )
        for name in _NO_FILTERS:
            self.filters.pop(name)
        for name in _NO_GLOBALS:
            self.globals.pop(name)
        self.globals["range"] = _short_range
        self.filters["number"] = number
        self.filters["date"] = day(language)
        self.filters["int"] = whole
        self.filters["default"] = self.filters["d"] = otherwise
        #: The templates that mails begin with.
        self._first: dict[str, Template] = {}

    def begun(self, name: str, seen: dict[str, object]) -> Iterator[str]:
        """What the template of that name says, piece by piece.

        As `Template.generate`, which makes a copy of all names for every template of every mail: here `seen`
        is all that a template may name, the globals too. An exception is for `handle_exception`.
        """
        if name not in self._first:
            self._first[name] = self.get_template(name)
        template = self._first[name]
        return template.root_render_func(new_context(self, template.name, template.blocks, seen, shared=True))

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template sees; ours never change once a template is loaded, so a plain copy will do."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute`, where our own values come first."""
        return obj.pick(self, attribute) if isinstance(obj, Names) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """`obj[argument]`, where our own values come first."""
        found = obj.pick(self, argument) if isinstance(obj, Names) else super().getitem(obj, argument)
        if isinstance(found, Undefined) and not isinstance(obj, Undefined):
            # what stands between the brackets may be a merge value, so no message may quote it
            return self.undefined(
                "The name or number in the square brackets is not there.",
                exc=found._undefined_exception,  # noqa: SLF001
            )
        return found

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """`left * right` and `left ** right` within reason: both are one step in C that nobody can stop."""
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            return super().call_binop(context, operator, left, right)
        if operator == "**" and not (abs(left) <= _LARGEST_NUMBER and abs(right) <= _LARGEST_EXPONENT):
            raise Mistake(
                "A power this large is not computed in a mail.", "累乗の結果が大きすぎて計算できません。"
            )
        if operator == "*" and not all(_is_small(side) for side in (left, right)):
            raise Mistake(
                "A product this large is not computed in a mail.", "掛け算の結果が大きすぎて計算できません。"
            )
        return super().call_binop(context, operator, left, right)


def _is_small(value: Any) -> bool:
    if isinstance(value, int | float):
        return bool(abs(value) <= _LARGEST_NUMBER)
    return len(value) <= _LONGEST_RANGE


def _short_range(*bounds: int) -> range:
    numbers = range(*bounds)
    # len() of a range beyond sys.maxsize is itself an error
    if numbers and abs(numbers[-1] - numbers[0]) // abs(numbers.step) >= _LONGEST_RANGE:
        raise Mistake(
            f"A range of more than {_LONGEST_RANGE:,} numbers is not made in a mail.",
            f"rangeで作れる数は{_LONGEST_RANGE:,}個までです。",
        )
    return numbers


def _loading(find: Callable[[str], str | None]) -> Callable[[str], tuple[str, str, None] | None]:
    def load(name: str) -> tuple[str, str, None] | None:
        text = find(name)
        # the second value is what tracebacks call the file: it tells the author where
        return None if text is None else (text, name, None)

    return load
