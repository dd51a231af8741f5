"""From plain data to the words of `models`, or one finding for every mistake."""

import difflib
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.models.finding import Finding
from pipeline.workspace.yaml_file import Loc, YamlFile

Model = TypeVar("Model", bound=BaseModel)

#: Characters of a value that a sentence repeats.
_SHOWN: Final = 60
_PATTERNS: Final = {
    "^[a-z0-9][a-z0-9-]{0,63}$": "Use small letters, digits and hyphens, at most 64 of them.",
    "^[A-Za-z_][A-Za-z0-9_]{0,62}$": "Use letters, digits and underscores, and no digit first.",
    "^[0-9a-f]{64}$": "A sha256 has 64 digits from 0 to 9 and a to f; `sha256sum FILE` prints it.",
    "^[a-z]+/[a-z0-9-]+$": "A rule is written heading/name, such as wording/long-kanji.",
    r"^https://[^\s?#]+$": "Write an address that begins with https:// and has no ? and no #.",
    r"^[^/\s]+/[^/\s]+$": "Write owner/repository.",
    r"^[^\r\n]*$": "Write it in one line.",
}
_SHAPES: Final = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "date_from_datetime_parsing": "must be a day, written 2026-12-01",
    "date_parsing": "must be a day, written 2026-12-01",
    "date_from_datetime_inexact": "must be a day, written 2026-12-01",
    "date_type": "must be a day, written 2026-12-01",
    "string_type": "must be text",
    "dict_type": "must consist of `key: value` entries",
    "model_type": "must consist of `key: value` entries",
    "model_attributes_type": "must consist of `key: value` entries",
    "tuple_type": "must be a list",
}


def read(file: YamlFile, model: type[Model], rule: str) -> Model | tuple[Finding, ...]:
    """The model, or a finding for every mistake, each at its line and column."""
    try:
        return model.model_validate(file.data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        findings = [_finding(file, model, rule, detail) for detail in _settled(file, details)]
        return tuple(dict.fromkeys(findings))


def _settled(file: YamlFile, details: Iterable[ErrorDetails]) -> Iterator[ErrorDetails]:
    """The errors, with those of a choice between forms brought down to what the author meant.

    pydantic reports a choice once for each form, with the form's name as a step of the location.
    """
    forms: dict[Loc, dict[str | int, list[ErrorDetails]]] = {}
    for detail in details:
        tag = _tag(file, detail)
        if tag is None:
            yield detail
        else:
            step = detail["loc"][tag]
            forms.setdefault(detail["loc"][:tag], {}).setdefault(step, []).append(detail)
    for loc, errors in forms.items():
        yield from _meant(loc, errors)


def _tag(file: YamlFile, detail: ErrorDetails) -> int | None:
    """The index of the step that names a form, if there is one."""
    loc = detail["loc"]
    for index, step in enumerate(loc):
        last_missing = index == len(loc) - 1 and detail["type"] == "missing"
        if step != "[key]" and not last_missing and (*file.existing(loc[:index]), step) not in file.starts:
            return index
    return None


def _meant(loc: Loc, forms: dict[str | int, list[ErrorDetails]]) -> Iterator[ErrorDetails]:
    begun = [errors for errors in forms.values() if not any(_is_other_form(loc, error) for error in errors)]
    if len(begun) == 1:
        yield from begun[0]
        return
    known = sorted({word for errors in forms.values() for error in errors for word in _wanted(error)})
    error = next(iter(forms.values()))[0]
    yield ErrorDetails(
        type="choice", loc=loc, msg="", input=error["input"], ctx={"known": " or ".join(known)}
    )


def _is_other_form(loc: Loc, error: ErrorDetails) -> bool:
    """Whether the error says that this form was not begun at all: its first key, or its kind of value."""
    depth = len(error["loc"]) - len(loc)
    if error["type"] in {"missing", "extra_forbidden"}:
        return depth == 2  # noqa: PLR2004 the form's name and one key
    return depth == 1


def _wanted(error: ErrorDetails) -> Iterator[str]:
    if error["type"] == "missing":
        yield f"`{error['loc'][-1]}:`"
    if "expected" in error.get("ctx", {}):
        yield str(error["ctx"]["expected"])


def _finding(file: YamlFile, model: type[BaseModel], rule: str, detail: ErrorDetails) -> Finding:
    kind, loc = detail["type"], detail["loc"]
    if kind in {"missing", "extra_forbidden"}:
        message, remedy = _about_key(model, kind, (*file.existing(loc[:-1]), loc[-1]))
    elif detail["input"] is None:
        message = f"`{_dotted(file.existing(loc))}` has no value."
        remedy = "Write a value, or take the line out."
    else:
        message, remedy = _about_value(_dotted(file.existing(loc)), detail)
    return Finding(rule, file.path, message, remedy, file.position(loc))


def _about_value(place: str, detail: ErrorDetails) -> tuple[str, str]:
    kind, ctx, shown = detail["type"], detail.get("ctx", {}), _shown(detail["input"])
    name = f"`{place}`" if place else "The file"
    if kind == "value_error":
        return f"{name}: {ctx.get('error', detail['msg'])}.", "Write it in this form."
    if kind in {"enum", "literal_error"}:
        return f"{name} cannot be {shown}.", offer(shown.strip("'"), _choices(str(ctx.get("expected", ""))))
    if kind == "choice":
        return f"{name} has none of the forms that are known.", f"Write {ctx['known']}."
    if kind == "string_pattern_mismatch":
        return f"{name} cannot be {shown}.", _PATTERNS.get(ctx["pattern"], f"It must match {ctx['pattern']}.")
    if kind in _SHAPES:
        return f"{name} {_SHAPES[kind]}, not {shown}.", "Correct the value."
    return _bounds(kind, name, ctx, detail["msg"])


def _bounds(kind: str, name: str, ctx: dict[str, Any], fallback: str) -> tuple[str, str]:
    if kind in {"greater_than_equal", "less_than_equal"}:
        words = f"at least {ctx['ge']}" if "ge" in ctx else f"at most {ctx['le']}"
        return f"{name} must be {words}.", "Correct the number."
    if kind in {"string_too_short", "too_short"}:
        return f"{name} is empty.", "Write a value, or take the line out."
    if kind in {"string_too_long", "too_long"}:
        return f"{name} is longer than {ctx['max_length']}.", "Shorten it."
    return f"{name}: {fallback}.", "Correct the value."


def _about_key(model: type[BaseModel], kind: str, loc: Loc) -> tuple[str, str]:
    key, parent = str(loc[-1]), _dotted(loc[:-1])
    place = f"`{parent}`" if parent else "The file"
    if kind == "missing":
        return f"{place} has no `{key}`.", f"Add `{key}:`{f' below `{parent}:`' if parent else ''}."
    within = f" below `{parent}`" if parent else ""
    return f"`{_plain(key)}` is not a known key{within}.", offer(key, known_keys(model, loc[:-1]))


def known_keys(model: type[BaseModel], loc: Loc) -> tuple[str, ...]:
    """The keys that the format knows at `loc`, as they are written in YAML."""
    here = {model}
    for step in loc:
        named = {field for form in here for name, field in _fields(form) if name == step}
        if named:
            here = {inner for annotation in named for inner in _models(annotation)}
    return tuple(sorted({name for form in here for name, _ in _fields(form)}))


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field.annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)


def offer(written: str, known: Iterable[str], otherwise: str = "") -> str:
    """A remedy for a name that is not known: the nearest that is, else `otherwise`, else all of them."""
    choices = tuple(known)
    near = difflib.get_close_matches(written, choices, n=1, cutoff=0.6)
    if near:
        return f"Did you mean `{near[0]}`?"
    if otherwise:
        return otherwise
    return f"Write one of: {', '.join(choices)}." if choices else "Take it out."


def _choices(expected: str) -> tuple[str, ...]:
    return tuple(word.strip("'") for word in expected.replace(" or ", ", ").split(", ") if word)


def _dotted(loc: Loc) -> str:
    """`rollout.waves[2]`, the way people write a place; list items are counted from 1."""
    text = ""
    for step in loc:
        if isinstance(step, int):
            text += f"[{step + 1}]"
        elif step != "[key]":
            text += f".{_plain(step)}" if text else _plain(step)
    return text


def _shown(value: Any) -> str:
    return f"'{_plain(value)}'" if isinstance(value, str) else _plain(json.dumps(value, ensure_ascii=False))


def _plain(text: str) -> str:
    """On one line, short, and without characters that could disguise what is written."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
