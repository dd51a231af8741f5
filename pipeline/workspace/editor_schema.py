"""JSON Schemas for editors, made from the models: completion and a red line while typing.

An editor types the scalars before it looks (`title: 2026` is a number to it), our reader keeps them as text;
so the schemas accept a number wherever text may look like one. They are a help; the reader decides.
"""

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from pipeline.models.campaign import Campaign
from pipeline.models.personas import Personas
from pipeline.models.policy import Policy
from pipeline.models.segment import Segment
from pipeline.models.terms import Terms

_MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "campaign.json": Campaign,
    "segment.json": Segment,
    "personas.json": Personas,
    "policy.json": Policy,
    "terms.json": Terms,
}
_DRAFT: Final = "http://json-schema.org/draft-07/schema#"
#: Patterns of text that may also look like a number.
_NUMBER_LIKE: Final = {None, r"^[^\r\n]*$", "^[a-z0-9][a-z0-9-]{0,63}$"}


def schemas() -> Mapping[str, str]:
    """The text of every file of the folder `schema/`, by name. The same models give the same text."""
    return {name: _text(model) for name, model in _MODELS.items()}


def stale(folder: Path) -> list[str]:
    """The names of the files in `folder` that are missing or not what the models say."""
    return [name for name, text in schemas().items() if _content(folder / name) != text]


def write(folder: Path) -> list[str]:
    """Write the files that are stale, and return their names."""
    changed = stale(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        (folder / name).write_text(schemas()[name], encoding="utf-8", newline="\n")
    return changed


def _text(model: type[BaseModel]) -> str:
    schema = model.model_json_schema(by_alias=True)
    known = {form.__name__: form for form in _forms(model)}
    for name, definition in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
        if name in known:
            _describe(definition, known[name])
    schema = {"$schema": _DRAFT, **_loosened(schema)}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _forms(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The models of every module that the formats are made of."""
    for parent in model.__mro__:
        if issubclass(parent, BaseModel):
            for child in parent.__subclasses__():
                yield child
                yield from child.__subclasses__()


def _describe(definition: dict[str, Any], model: type[BaseModel]) -> None:
    """Put the model's `#:` comments where an editor shows them."""
    comments = _comments(model)
    for name, field in model.model_fields.items():
        place = definition["properties"][field.alias or name]
        place.pop("title", None)
        if name in comments:
            place["description"] = comments[name]


def _comments(model: type[BaseModel]) -> dict[str, str]:
    """Each field's comment, from the source of the model."""
    comments: dict[str, str] = {}
    waiting: list[str] = []
    for line in inspect.getsource(model).splitlines():
        if comment := re.match(r"\s+#: (.*)", line):
            waiting.append(comment[1])
        else:
            if waiting and (name := re.match(r"\s+(\w+):", line)):
                comments[name[1]] = " ".join(waiting)
            waiting = []
    return comments


def _written(default: Any, pattern: str) -> Any:
    """A default as people write it: 1%, not 0.01."""
    if isinstance(default, list):
        return [_written(item, pattern) for item in default]
    if isinstance(default, float):
        return f"{default * 100:g}%" if "%" in pattern else f"{default:g}/s"
    return default


def _loosened(node: Any) -> Any:
    if isinstance(node, list):
        return [_loosened(item) for item in node]
    if not isinstance(node, dict):
        return node
    loose = {key: _loosened(value) for key, value in node.items()}
    if "default" in node:
        loose["default"] = _written(node["default"], str(node.get("items", node).get("pattern", "")))
    fixed = {"enum", "const", "format"} & node.keys()
    if node.get("type") == "string" and not fixed and node.get("pattern") in _NUMBER_LIKE:
        loose["type"] = ["string", "number", "boolean"]
    if node.get("type") == "object" and node.get("additionalProperties") == {"type": "string"}:
        # To a strict reader, {price: 5,000円} has a second key without a value.
        loose["additionalProperties"] = {"type": ["string", "number", "boolean", "null"]}
    return loose
