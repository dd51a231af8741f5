"""GitHub's own description of its answers: what is missing is filled in, what is wrong is refused."""

import json
import re
from functools import cache, lru_cache
from typing import Any, Final
from urllib.parse import unquote

from jsonschema import Draft4Validator

from tests.github_double.cut import DESCRIPTION

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_BY_TYPE: Final[dict[str, Any]] = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}
_BY_FORMAT: Final = {"date-time": "2026-01-01T00:00:00Z", "uri": "https://github.example/"}


@cache
def _whole() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_bytes())
    return found


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Routes as patterns. A ref may have slashes in it, and a comparison of two."""
    found = []
    for route in _whole()["routes"]:
        pattern = re.sub(r"\{(\w+)\}", lambda m: f"(?P<{m[1]}>{_piece(m[1])})", route)
        found.append((re.compile(pattern), route))
    return tuple(found)


def _piece(name: str) -> str:
    return ".+" if name in {"ref", "basehead", "branch"} else "[^/]+"


def route_of(path: str, method: str = "GET") -> tuple[str, dict[str, str]] | None:
    """The described route of a path, and the words in it; None for a path that GitHub does not know.

    A route that is written to begins with its method.
    """
    asked = path if method == "GET" else f"{method} {path}"
    for pattern, route in _patterns():
        if (match := pattern.fullmatch(asked)) is not None:
            return route, {name: unquote(word) for name, word in match.groupdict().items()}
    return None


def query_of(route: str) -> frozenset[str]:
    """What may stand behind the question mark."""
    return frozenset(_whole()["routes"][route]["query"])


def objection(route: str, body: Any) -> str | None:
    """Why GitHub would not take, or not understand, what is written to `route`; None when it does."""
    schema = _whole()["routes"][route]["body"]
    unknown = body.keys() - schema["properties"].keys()
    if unknown:
        return f"{route} is sent {sorted(unknown)}, which is not described"
    errors = Draft4Validator({**schema, "definitions": _whole()["definitions"]}).iter_errors(body)
    return next((f"{route} is sent {error.json_path}: {error.message[:300]}" for error in errors), None)


def filled(route: str, status: int, given: Any) -> Any:
    """`given` with everything that GitHub says must be there, in the form of an answer to `route`."""
    return _filled(_schema(route, status), given)


def _schema(route: str, status: int) -> dict[str, Any]:
    answers: dict[str, Any] = _whole()["routes"][route]["answers"]
    # Errors that are not described for each route have the same shape everywhere.
    return answers.get(str(status)) or {"$ref": "#/definitions/basic-error"}


def _met(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a thing which is there must follow."""
    if "$ref" in schema:
        return _met(_whole()["definitions"][schema["$ref"].rpartition("/")[2]])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _met(schema[word][0])
    return schema


def _filled(schema: dict[str, Any], given: Any) -> Any:
    if given is None:
        return None
    met = _met(schema)
    if isinstance(given, list):
        return [_filled(met["items"], each) for each in given]
    if not isinstance(given, dict) or met.get("type") != "object" or "properties" not in met:
        return given
    properties = met["properties"]
    assert given.keys() <= properties.keys(), f"GitHub has no {given.keys() - properties.keys()}"
    whole = {name: _sample(properties[name]) for name in met.get("required", ())}
    return whole | {name: _filled(properties[name], value) for name, value in given.items()}


def _sample(schema: dict[str, Any]) -> Any:
    if {"type": "null"} in schema.get("anyOf", ()) or str(schema.get("$ref", "")).endswith(_NULLABLE):
        return None
    met = _met(schema)
    if "enum" in met:
        return met["enum"][0]
    if met.get("type") == "object" or "properties" in met:
        return {name: _sample(met["properties"][name]) for name in met.get("required", ())}
    if "minLength" in met:
        return "0" * met["minLength"]
    return _BY_FORMAT.get(met.get("format", "")) or _BY_TYPE[met["type"]]


_NULLABLE: Final = tuple(
    f"/nullable-{name}" for name in ("simple-user", "milestone", "git-user", "repository")
)


@cache
def _validator(route: str, status: int) -> Draft4Validator:
    schema = _schema(route, status)
    return Draft4Validator({**schema, "definitions": _whole()["definitions"]})


@lru_cache(maxsize=4096)
def problem(route: str, status: int, body: str) -> str | None:
    """What GitHub would never answer like that; None for an answer as described."""
    found = json.loads(body)
    for error in _validator(route, status).iter_errors(found):
        return f"{route} {status}: {error.json_path}: {error.message[:300]}"
    return next(_odd_moments(found), None)


def _odd_moments(value: Any, name: str = "") -> Any:
    """Times are in UTC, to the second."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _odd_moments(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _odd_moments(part)
    elif isinstance(value, str) and name.endswith("_at") and not _MOMENT.fullmatch(value):
        yield f"{name}: {value} is no time of GitHub's"
