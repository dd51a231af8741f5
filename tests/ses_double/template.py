"""Inline templates: only `{{name}}` is put in, and every way in which that goes wrong.

The lexer follows Handlebars, which is the language of stored templates, because the hazards beside a slot
come from it: `{{{` and `}}}` belong together, a backslash before `{{` mails the slot as it stands, two
backslashes mail one and fill the slot. What the inline engine accepts beyond `{{name}}` is not published:
whatever is more (spaces, three braces, paths, blocks, comments) is refused here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.ses_double.refusal import bad_request

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: Words that Handlebars takes as literals or built-in functions, not as names of values.
_WORDS = frozenset(
    {"true", "false", "null", "undefined", "this", "else"}
    | {"if", "unless", "each", "with", "lookup", "log", "inline"}
)
_OPERATIONS = "#/^>&!*~"
#: Where text that stood behind a backslash ends.
_NEXT = re.compile(r"\\{0,2}\{\{")

UNSUPPORTED = "Template contains unsupported operations."


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and slot names in turn: even places are mailed as they stand, odd ones are names."""

    pieces: tuple[str, ...]
    names: frozenset[str]

    def filled(self, values: Mapping[str, Any]) -> str:
        """The text, with nothing escaped and values never read again as a template."""
        return "".join(
            text_of(values[piece]) if place % 2 else piece for place, piece in enumerate(self.pieces)
        )


def text_of(value: Any) -> str:
    """A value as it is mailed."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@lru_cache(maxsize=4096)
def parsed(source: str) -> Template:
    """The template; raises the service's refusal when it is none."""
    pieces, literal, place = [], "", 0
    while (start := source.find("{{", place)) >= 0:
        before = source[place:start]
        if before.endswith("\\") and not before.endswith("\\\\"):
            shown, place = _escaped(source, start)
            literal += before[:-1] + shown
            continue
        name, place = _slot(source, start)
        pieces += [literal + before.removesuffix("\\"), name]
        literal = ""
    pieces.append(literal + source[place:])
    return Template(tuple(pieces), frozenset(pieces[1::2]))


def _escaped(source: str, start: int) -> tuple[str, int]:
    """What follows a backslash: mailed as it stands, up to the next slot."""
    following = _NEXT.search(source, start + 2)
    end = following.start() if following else len(source)
    return source[start:end], end


def _slot(source: str, start: int) -> tuple[str, int]:
    if source.startswith("{{{", start):
        raise bad_request("Template could not be parsed: unexpected '{{{'.")
    if source[start + 2 : start + 3] in _OPERATIONS and source[start + 2 :]:
        raise bad_request(UNSUPPORTED)
    end = source.find("}}", start)
    if end < 0:
        raise bad_request("Template could not be parsed: '{{' is never closed.")
    name = source[start + 2 : end]
    if source.startswith("}}}", end):
        raise bad_request("Template could not be parsed: unexpected '}}}'.")
    if not _NAME.fullmatch(name) or name in _WORDS:
        raise bad_request(UNSUPPORTED)
    return name, end + 2


def merged(default: Mapping[str, Any], replacement: Mapping[str, Any]) -> dict[str, Any]:
    """Per key, in depth; the replacement wins."""
    both = {**default, **replacement}
    for key in default.keys() & replacement.keys():
        if isinstance(default[key], dict) and isinstance(replacement[key], dict):
            both[key] = merged(default[key], replacement[key])
    return both
