"""The service model of botocore as checks: routes, and what a request must look like.

botocore itself checks types, required and unknown members, and some minima; of the same model this also
enforces maxima, patterns and enumerations, as the service does. Checks are compiled once into closures:
validating 50 entries must cost less than the client spends on writing them.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import botocore.session

#: Says what is wrong with a value, with the path to it; the empty text when nothing is.
Check = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the service and where it is found."""

    name: str
    method: str
    path: re.Pattern[str]
    check: Check
    #: Query name -> member name, for members that travel in the address.
    query: Mapping[str, str]


@cache
def _service() -> Any:
    return botocore.session.get_session().get_service_model("sesv2")


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of sesv2; the ones with a fixed path first."""
    found = [_operation(name) for name in _service().operation_names]
    return tuple(sorted(found, key=lambda operation: "(" in operation.path.pattern))


def _operation(name: str) -> Operation:
    model = _service().operation_model(name)
    shape = model.input_shape
    path = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(model.http["requestUri"]))
    members = shape.members if shape else {}
    query = {
        member.serialization["name"]: key
        for key, member in members.items()
        if member.serialization.get("location") == "querystring"
    }
    return Operation(name, model.http["method"], re.compile(path), checked(shape), query)


@cache
def shape_named(name: str) -> Check:
    """The check of one shape of the model, for example `BulkEmailEntry`."""
    return checked(_service().shape_for(name))


@cache
def statuses() -> frozenset[str]:
    """The statuses that the model knows for one entry of a bulk call."""
    return frozenset(_service().shape_for("BulkEmailStatus").enum)


def routed(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation at an address, with the values that stand in the path."""
    for operation in operations():
        if operation.method == method and (match := operation.path.fullmatch(path)):
            return operation, {key: unquote(value) for key, value in match.groupdict().items()}
    return None


def checked(shape: Any) -> Check:
    """The check of a shape."""
    if shape is None:
        return lambda _: ""
    make = _MAKERS.get(shape.type_name)
    assert make is not None, f"no check for the type {shape.type_name}"
    return make(shape)


def _structure(shape: Any) -> Check:
    members: dict[str, Check] = {}
    required = frozenset(shape.required_members)
    state = {"built": False}

    def check(value: Any) -> str:
        if not state["built"]:  # late, because some shapes contain themselves
            members.update({name: checked(member) for name, member in shape.members.items()})
            state["built"] = True
        if type(value) is not dict:
            return " must be an object"
        if not required <= value.keys():
            return f".{min(required - value.keys())} must not be null"
        for name, item in value.items():
            if (inner := members.get(name)) is None:
                return f".{name} is not a member of {shape.name}"
            if problem := inner(item):
                return f".{name}{problem}"
        return ""

    return check


def _list(shape: Any) -> Check:
    inner = checked(shape.member)
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")

    def check(value: Any) -> str:
        if type(value) is not list:
            return " must be a list"
        if len(value) < least or (most is not None and len(value) > most):
            return f" has {len(value)} members, allowed are {least} to {most}"
        for position, item in enumerate(value):
            if problem := inner(item):
                return f"[{position}]{problem}"
        return ""

    return check


def _map(shape: Any) -> Check:
    inner = checked(shape.value)

    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return " must be an object"
        return next((f"[{key}]{problem}" for key, item in value.items() if (problem := inner(item))), "")

    return check


def _string(shape: Any) -> Check:
    if not shape.metadata.keys() & {"min", "max", "pattern", "enum"}:
        return lambda value: "" if type(value) is str else " must be text"
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    longest = float("inf") if most is None else most
    pattern = re.compile(shape.metadata["pattern"]) if "pattern" in shape.metadata else None
    words = frozenset(getattr(shape, "enum", ()))

    def check(value: Any) -> str:
        if type(value) is not str:
            return " must be text"
        if not least <= len(value) <= longest:
            return f" has {len(value)} characters, allowed are {least} to {most}"
        if pattern is not None and not pattern.fullmatch(value):
            return f" must satisfy the pattern {pattern.pattern}"
        if words and value not in words:
            return f" must be one of {', '.join(sorted(words))}"
        return ""

    return check


def _blob(_shape: Any) -> Check:
    def check(value: Any) -> str:
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError, binascii.Error):
            return " must be base64"
        return ""

    return check


def _of(*kinds: type) -> Callable[[Any], Check]:
    def make(_shape: Any) -> Check:
        def check(value: Any) -> str:
            wrong = not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)
            return f" must be {kinds[0].__name__}" if wrong else ""

        return check

    return make


_MAKERS: dict[str, Callable[[Any], Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "blob": _blob,
    "boolean": _of(bool),
    "integer": _of(int),
    "long": _of(int),
    "float": _of(float, int),
    "double": _of(float, int),
    "timestamp": _of(float, int, str),
}
