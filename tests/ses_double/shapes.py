"""The service model of botocore as checks: routes, and what a request must look like.

botocore itself checks types, required and unknown members, and some minima; of the same model this also
enforces maxima, patterns and enumerations, as the service does. Checks are compiled once: looking at 50
entries must cost less than the client spends on writing them.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import botocore.session
from pydantic_core import SchemaValidator, ValidationError, core_schema

#: Says what is wrong with a value, with the path to it; the empty text when nothing is.
Check = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the service and where it is found."""

    name: str
    method: str
    path: re.Pattern[str]
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
    return Operation(name, model.http["method"], re.compile(path), query)


@cache
def request_of(operation: str) -> Check:
    """The check of an operation's whole request."""
    return checked(_service().operation_model(operation).input_shape)


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
    validator = SchemaValidator(_schema(shape, _DEPTH_MAX))

    def check(value: Any) -> str:
        try:
            validator.validate_python(value)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
            return f"{''.join(steps)}: {first['msg']}"
        return ""

    return check


def _schema(shape: Any, depth: int) -> core_schema.CoreSchema:
    """The shape for pydantic's compiled validator: what is strict there costs little here."""
    make = _MAKERS.get(shape.type_name) if depth else None
    return make(shape, depth - 1) if make else core_schema.any_schema()


def _structure(shape: Any, depth: int) -> core_schema.CoreSchema:
    members = {
        name: core_schema.typed_dict_field(_schema(member, depth), required=name in shape.required_members)
        for name, member in shape.members.items()
    }
    return core_schema.typed_dict_schema(members, extra_behavior="forbid", strict=True)


def _list(shape: Any, depth: int) -> core_schema.CoreSchema:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    return core_schema.list_schema(
        _schema(shape.member, depth), min_length=least, max_length=most, strict=True
    )


def _string(shape: Any, _depth: int) -> core_schema.CoreSchema:
    if words := getattr(shape, "enum", ()):
        return core_schema.literal_schema(list(words))
    pattern = shape.metadata.get("pattern")
    return core_schema.str_schema(
        min_length=shape.metadata.get("min"),
        max_length=shape.metadata.get("max"),
        pattern=f"^(?:{pattern})$" if pattern else None,
        strict=True,
    )


def _base64(value: Any) -> Any:
    try:
        base64.b64decode(value, validate=True)
    except TypeError as error:
        raise ValueError("must be base64") from error
    return value


#: Recursive shapes end somewhere; requests are far from that deep.
_DEPTH_MAX = 12
_MAKERS: dict[str, Callable[[Any, int], core_schema.CoreSchema]] = {
    "structure": _structure,
    "list": _list,
    "string": _string,
    "map": lambda shape, depth: core_schema.dict_schema(values_schema=_schema(shape.value, depth)),
    "blob": lambda _shape, _depth: core_schema.no_info_plain_validator_function(_base64),
    "boolean": lambda _shape, _depth: core_schema.bool_schema(strict=True),
    "integer": lambda _shape, _depth: core_schema.int_schema(strict=True),
    "long": lambda _shape, _depth: core_schema.int_schema(strict=True),
}
