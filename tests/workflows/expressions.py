"""GitHub's expressions, as far as our workflows use them; whatever else is met is refused.

docs.github.com, "Evaluate expressions in workflows and actions".
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_PIECE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN: Final = re.compile(r"\s*(?:(&&|\|\||==|!=|!|\(|\))|'((?:[^']|'')*)'|([A-Za-z_][\w.-]*))")


class Unknown(Exception):
    """Something that this small reader does not know, so that no test passes by a misunderstanding."""


class Expressions:
    """Contexts by name, and what the status functions say."""

    def __init__(self, contexts: Mapping[str, Any], *, failed: bool = False) -> None:
        self._contexts = contexts
        self._failed = failed
        #: Whether a status function was asked, which switches off the usual `success()`.
        self.asked_for_status = False

    def text(self, written: str) -> str:
        """`written` with every `${{ }}` in its place."""
        return _PIECE.sub(lambda found: _as_text(self.value(found[1])), written)

    def whole(self, written: str) -> Any:
        """The value where all of it is one expression, else the text."""
        found = _PIECE.fullmatch(written.strip())
        return self.value(found[1]) if found else self.text(written)

    def holds(self, condition: str | None) -> bool:
        """Whether an `if:` lets through; without a status function in it nothing may have failed."""
        found = True if condition is None else bool(self.whole(condition))
        return found if self.asked_for_status else found and not self._failed

    def value(self, source: str) -> Any:
        """The value of what stands between the braces."""
        tokens, at = [], 0
        source = source.strip()
        while at < len(source):
            found = _TOKEN.match(source, at)
            if found is None:
                raise Unknown(source)
            tokens.append(found)
            at = found.end()
        reader = _Reader(tokens, self._name, self._call)
        value = reader.either()
        if reader.rest:
            raise Unknown(source)
        return value

    def _name(self, path: str) -> Any:
        first, *steps = path.split(".")
        if first not in self._contexts:
            raise Unknown(path)
        found: Any = self._contexts[first]
        for step in steps:
            if not isinstance(found, Mapping):
                raise Unknown(path)
            found = found.get(step, "")
        return found

    def _call(self, name: str, given: Any) -> Any:
        if name in {"always", "cancelled", "success", "failure"}:
            self.asked_for_status = True
            says = {"always": True, "cancelled": False, "success": not self._failed, "failure": self._failed}
            return says[name]
        if name == "fromJSON":
            return json.loads(given)
        raise Unknown(name)


class _Reader:
    """A recursive descent: or, and, comparison, not, a thing."""

    def __init__(
        self, tokens: list[re.Match[str]], name: Callable[[str], Any], call: Callable[[str, Any], Any]
    ) -> None:
        self.rest = tokens
        self._name = name
        self._call = call

    def _takes(self, mark: str) -> bool:
        if self.rest and self.rest[0][1] == mark:
            self.rest = self.rest[1:]
            return True
        return False

    def either(self) -> Any:
        value = self.both()
        while self._takes("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.compared()
        while self._takes("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self) -> Any:
        value = self.single()
        if self._takes("=="):
            return value == self.single()
        if self._takes("!="):
            return value != self.single()
        return value

    def single(self) -> Any:
        if self._takes("!"):
            return not self.single()
        if self._takes("("):
            value = self.either()
            if not self._takes(")"):
                raise Unknown("a bracket is missing")
            return value
        if not self.rest:
            raise Unknown("the end")
        token, self.rest = self.rest[0], self.rest[1:]
        if token[2] is not None:
            return token[2].replace("''", "'")
        if token[3] is None:
            raise Unknown(token[0])
        return self._called(token[3]) if self._takes("(") else self._name(token[3])

    def _called(self, name: str) -> Any:
        given = None if self.rest and self.rest[0][1] == ")" else self.either()
        if not self._takes(")"):
            raise Unknown(name)
        return self._call(name, given)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise Unknown(f"{value!r} as text")
