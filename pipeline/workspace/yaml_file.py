"""Hardened YAML: plain data, and a position for every path.

Every scalar is text; the formats give it a type later. So `10:30`, `NO` and `012` stay what the author wrote
(the usual loader makes 630, False and 10 of them). Read from the event stream of the C parser: nothing is
expanded, a hostile file is left at its first excess, and only whoever builds data of 100,000 brackets in C
dies of them. What the C parser refuses, the one in Python refuses in words that can be explained.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast

import yaml

from pipeline.models.finding import Finding, Position
from pipeline.sentence import Sentence
from pipeline.workspace import yaml_words as words

RULE: Final = "settings/yaml"
MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 20
MAX_FINDINGS: Final = 20
_MOST_REMEMBERED: Final = 16 * 1024

#: A path into the data: keys, and indices from 0.
Loc = tuple[str | int, ...]

#: Twenty times as fast; there unless PyYAML was built without libyaml.
_QUICK: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A file's data, and where each piece of it stands.

    `data` holds only dicts, lists, text, and None for an absent value.
    """

    path: str
    data: Mapping[str, Any]
    #: Of the key, for an entry of a mapping; of the value, for an item of a list.
    starts: Mapping[Loc, Position]
    values: Mapping[Loc, Position]

    def position(self, loc: Loc = ()) -> Position:
        """Where the key (or list item) at `loc` begins.

        Steps that do not exist are skipped, because pydantic's locations contain the tags of unions; so a
        missing key falls back to its parent.
        """
        return self.starts[self.existing(loc)]

    def value_position(self, loc: Loc) -> Position:
        """Where the value at `loc` begins, found in the same way."""
        return self.values[self.existing(loc)]

    def existing(self, loc: Loc) -> Loc:
        """`loc` without the steps that do not exist in the file."""
        found: Loc = ()
        for step in loc:
            if (*found, step) in self.starts:
                found = (*found, step)
        return found


def parse(path: str, data: bytes) -> YamlFile | tuple[Finding, ...]:
    """The file's data, or what is wrong with it.

    Refused: anything but UTF-8, control characters, more than 256 KB, more than 20 levels, several documents,
    anchors, aliases, tags, merge keys, duplicate keys, and a file that is not a mapping.
    """
    if len(data) > MAX_BYTES:
        return (Finding(RULE, path, *words.too_large(MAX_BYTES // 1024)),)
    return _remembered(path, data) if len(data) <= _MOST_REMEMBERED else _parsed(path, data)


def _parsed(path: str, data: bytes) -> YamlFile | tuple[Finding, ...]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = _place(data[: error.start].decode("utf-8-sig", errors="replace"))
        return (Finding(RULE, path, *words.not_text(), where),)
    try:
        return _built(_Builder(path, text, _QUICK))
    except yaml.YAMLError:
        builder = _Builder(path, text, yaml.SafeLoader)
    try:
        return _built(builder)
    except yaml.YAMLError as error:
        return (*builder.findings, _in_plain_words(path, text, error))


def _built(builder: "_Builder") -> YamlFile | tuple[Finding, ...]:
    """What a parser makes of the file. Raises YAMLError."""
    path = builder.path
    try:
        root = builder.document()
    except _Stop as stop:
        return (*builder.findings, Finding(RULE, path, stop.message, stop.remedy, stop.position))
    if builder.findings:
        return tuple(builder.findings[:MAX_FINDINGS])
    return YamlFile(path, root, builder.starts, builder.values)


#: A delivery looks at main again and again, and nearly always it is what it was. Nobody changes a YamlFile.
_remembered = lru_cache(maxsize=256)(_parsed)


class _Stop(Exception):
    """Reading on would be pointless or dangerous."""

    def __init__(self, message: Sentence, remedy: Sentence, position: Position) -> None:
        super().__init__(str(message))
        self.message, self.remedy, self.position = message, remedy, position


class _Builder:
    """Turns the stream of events into data; recursion is bounded by MAX_DEPTH."""

    def __init__(self, path: str, text: str, loader: Any) -> None:
        self.path, self.text = path, text
        self.findings: list[Finding] = []
        self.starts: dict[Loc, Position] = {}
        self.values: dict[Loc, Position] = {}
        self._events: Iterator[yaml.Event] = yaml.parse(text, loader)

    def document(self) -> dict[str, Any]:
        """The one mapping that the file must be."""
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise _Stop(*words.is_empty(), Position())
        if getattr(start, "version", None) or getattr(start, "tags", None):
            raise _Stop(*words.directive(), _at(start))
        event = next(self._events)
        self.starts[()] = self.values[()] = _at(event)
        if not isinstance(event, yaml.MappingStartEvent):
            raise _Stop(*words.no_mapping(), _at(event))
        root = self._node(event, ())
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Stop(*words.second_document(), _at(after))
        return cast("dict[str, Any]", root)

    def _node(self, event: yaml.Event, loc: Loc) -> Any:
        if len(loc) >= MAX_DEPTH and not isinstance(event, yaml.ScalarEvent):
            raise _Stop(*words.too_deep(MAX_DEPTH), _at(event))
        self._refuse_marks(event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(loc)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(loc)
        return None

    def _sequence(self, loc: Loc) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            here = (*loc, len(items))
            self.starts[here] = self.values[here] = _at(event)
            items.append(self._node(event, here))
        return items

    def _mapping(self, loc: Loc) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        before: tuple[str, yaml.ScalarEvent] | None = None
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            value = next(self._events) if isinstance(event, yaml.ScalarEvent) else event
            if before and (joined := self._thousands(before[1], event, value)):
                mapping[before[0]] += joined
                before = (before[0], cast("yaml.ScalarEvent", event))
                continue
            key = self._key(event, mapping)
            here = (*loc, key)
            if key not in mapping:
                self.starts[here], self.values[here] = _at(event), _at(value)
            content = self._node(value, here)
            mapping.setdefault(key, content)
            before = None
            if isinstance(value, yaml.ScalarEvent) and _is_plain(value) and isinstance(content, str):
                before = (key, value)
        return mapping

    def _key(self, event: yaml.Event, mapping: dict[str, Any]) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _Stop(*words.complex_key(), _at(event))
        self._refuse_marks(event)
        key = event.value
        if key == "<<" and _is_plain(event):
            self._add(event, words.merge_key())
        elif _scalar(event) is None:
            self._add(event, words.no_key())
        elif key in mapping:
            self._add(event, words.second_time(key[:60]))
        return key

    def _thousands(self, before: yaml.ScalarEvent, key: yaml.Event, value: yaml.Event) -> str | None:
        """`,000円`, where `{price: 5,000円}` was written: YAML ends the value at the comma.

        What follows is then a key without a colon, which means nothing in any of our formats; so the number
        is put together again. Only within braces, only three digits, only without a space.
        """
        if not (_is_plain(key) and isinstance(key, yaml.ScalarEvent) and _scalar(value) is None):
            return None
        end, start = _index(before.end_mark), _index(key.start_mark)
        touching = self.text[end:start] == "," and self.text[end - 1].isdigit()
        rest = self.text[_index(key.end_mark) :].lstrip()
        if touching and re.match(r"\d{3}(?!\d)", key.value) and rest[:1] in {",", "}"}:
            return f",{key.value}"
        return None

    def _refuse_marks(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._add(event, words.alias(event.anchor or ""))
        elif getattr(event, "anchor", None):
            self._add(event, words.anchor(getattr(event, "anchor", "")))
        if (tag := getattr(event, "tag", None)) is not None:
            self._add(event, words.tag(str(tag)[:60]))

    def _add(self, event: yaml.Event, said: tuple[Sentence, Sentence]) -> None:
        self.findings.append(Finding(RULE, self.path, *said, _at(event)))
        if len(self.findings) >= MAX_FINDINGS:
            raise _Stop(*words.too_many(), _at(event))


def _is_plain(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.style and event.tag is None


def _scalar(event: yaml.Event) -> str | None:
    if not isinstance(event, yaml.ScalarEvent):
        return ""
    return None if _is_plain(event) and event.value in _NULLS else event.value


def _at(event: yaml.Event) -> Position:
    assert event.start_mark is not None, "events of a parser have places"
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _index(mark: Any) -> int:
    return int(mark.index)


def _place(before: str) -> Position:
    return Position(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _in_plain_words(path: str, text: str, error: yaml.YAMLError) -> Finding:
    if isinstance(error, yaml.reader.ReaderError):
        place = _place(text[: error.position])
        return Finding(RULE, path, *words.control_character(), place)
    assert isinstance(error, yaml.MarkedYAMLError), "every other error of the parser has a place"
    problem = error.problem or "no further words"
    mark = error.problem_mark or error.context_mark
    position = Position(mark.line + 1, mark.column + 1) if mark else Position()
    said = next((plain for begun, plain in words.PLAIN_WORDS.items() if begun in problem), None)
    return Finding(RULE, path, *(said or words.no_yaml(problem)), position)
