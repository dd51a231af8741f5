"""What parent and child say to each other: frames of JSON, each behind its length in four bytes.

JSON and not pickle: the child runs other people's templates, and what it says is data, never code.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import IO, Any, Final

import orjson

from pipeline.models.recipient import Recipient
from pipeline.render.branch import Branch
from pipeline.render.composed import Composed, Filled
from pipeline.render.failure import RenderFailure
from pipeline.render.limits import Limits
from pipeline.render.source import HtmlBody, Mailbox, MailSource, TextBody
from pipeline.render.stencil import Filling, NotShareable, Stencil, Words

#: The child's first word: its limits stand.
READY: Final = "ready"
_COMPOSED, _FAILURE, _STENCIL, _TAKEN = "composed", "failure", "stencil", "taken"
_WATCH: Final = "watch"
_SAID_OF_COMPOSED: Final = ("recipient_id", "address", "seal", "unshared")
_SAID_OF_STENCIL: Final = ("subject", "text", "html", "slots", "constants")
_TEXT: Final = frozenset({str})
_HEAD: Final = struct.Struct(">I")
#: So long may the values in one frame be. Six bytes each as JSON at most, and a frame has room for more.
_CHARACTERS_TOGETHER: Final = 8_000


class Errand(StrEnum):
    """What a child is asked for, from its first row to its last."""

    #: Mails, as stencils that several may share.
    SHARE = "share"
    #: Mails, each of its own.
    EACH = "each"
    #: The same, and which branches of the templates they take; or for some rows the branches alone.
    REHEARSE = "rehearse"


@dataclass(frozen=True, slots=True)
class Taken:
    """Said before the answer to a row: branches not told of before, those taken, hints, and the work."""

    fresh: tuple[Branch, ...]
    taken: frozenset[int]
    hints: frozenset[tuple[int, bool]]
    work: int


class Garbled(Exception):
    """The other side ended, or said something that is no frame."""


def write(stream: IO[bytes], value: Any, *, flush: bool = True) -> None:
    """Say `value`, at once or together with what follows. Raises OSError when nobody listens any more."""
    try:
        body = orjson.dumps(value)
    except orjson.JSONEncodeError:
        # half a character, which orjson does not take: words about it must get through all the same
        body = json.dumps(value, separators=(",", ":")).encode("ascii")
    stream.write(_HEAD.pack(len(body)) + body)
    if flush:
        stream.flush()


def read(stream: IO[bytes], *, longest: int) -> Any:
    """The next thing the other side says; at most `longest` bytes. Raises Garbled."""
    head = stream.read(_HEAD.size)
    if len(head) != _HEAD.size:
        raise Garbled("the other side has ended")
    (length,) = _HEAD.unpack(head)
    if length > longest:
        raise Garbled(f"{length} bytes are more than {longest}")
    body = stream.read(length)
    if len(body) != length:
        raise Garbled("the other side ended in the middle")
    try:
        return orjson.loads(body)
    except ValueError:
        return _said_with_care(body)


def _said_with_care(body: bytes) -> Any:
    """What orjson does not read, such as half a character."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise Garbled("the other side said no JSON") from error


def source_out(source: MailSource, limits: Limits, errand: Errand) -> dict[str, Any]:
    """What the child must know. Attachments stay: templates cannot see them."""
    return {
        "errand": str(errand),
        "campaign": source.campaign,
        "language": source.language,
        "sender": asdict(source.sender),
        "subject": source.subject,
        "preheader": source.preheader,
        "html": None if source.html is None else asdict(source.html),
        "text": None if source.text is None else asdict(source.text),
        "files": dict(source.files),
        "shared": dict(source.shared),
        "values": dict(source.values),
        "facts": {group: dict(facts) for group, facts in source.facts.items()},
        "organisation": dict(source.organisation),
        "unsubscribe_base": source.unsubscribe_base,
        "one_click": source.one_click,
        "utm": dict(source.utm),
        "own_hosts": list(source.own_hosts),
        "limits": asdict(limits),
    }


def source_in(said: dict[str, Any]) -> tuple[MailSource, Limits, Errand]:
    """The other way round: the source, the limits, and what is asked for."""
    limits, errand = Limits(**said.pop("limits")), Errand(said.pop("errand"))
    html, text = said.pop("html"), said.pop("text")
    source = MailSource(
        sender=Mailbox(**said.pop("sender")),
        html=None if html is None else HtmlBody(**html),
        text=None if text is None else TextBody(**text),
        own_hosts=tuple(said.pop("own_hosts")),
        **said,
    )
    return source, limits, errand


def rows_out(rows: Sequence[tuple[Recipient, str]]) -> list[list[Any]]:
    """Recipients, each with its unsubscribe link."""
    return [[row.id, row.address, dict(row.fields), link] for row, link in rows]


def rows_to_watch_out(rows: Sequence[tuple[Recipient, str]]) -> dict[str, Any]:
    """The same where no mail is wanted, but the branches that it would take."""
    return {_WATCH: rows_out(rows)}


def rows_to_watch_in(said: dict[str, Any]) -> list[Any] | None:
    """Such rows; None where it is a source instead."""
    rows: list[Any] | None = said.get(_WATCH)
    return rows


def row_in(said: list[Any]) -> tuple[Recipient, str]:
    """One of them."""
    identity, address, fields, link = said
    return Recipient(identity, address, fields), link


class Answers:
    """What became of rows, in their order: usual ones together in one frame, any other in one of its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._together: list[list[Any]] = []
        self._characters = 0

    def say(self, result: Filled | Composed | RenderFailure) -> None:
        """One more; it leaves when there are enough of them, or with `flush`. Raises as `write`."""
        if not isinstance(result, Filled):
            self._let_go()
            write(self._stream, _result_out(result), flush=False)
            return
        said = [result.recipient_id, result.address, result.seal, result.stencil, result.values]
        self._together.append(said)
        self._characters += len(result.recipient_id) + len(result.address) + sum(map(len, result.values))
        if self._characters > _CHARACTERS_TOGETHER:
            self._let_go()

    def before(self, value: dict[str, Any]) -> None:
        """Something that must be known before the next result is understood."""
        write(self._stream, value, flush=False)

    def flush(self) -> None:
        """All that is left."""
        self._let_go()
        self._stream.flush()

    def _let_go(self) -> None:
        if self._together:
            write(self._stream, self._together, flush=False)
        self._together, self._characters = [], 0


def _result_out(result: Composed | RenderFailure) -> dict[str, Any]:
    if isinstance(result, Composed):
        row = {name: getattr(result, name) for name in _SAID_OF_COMPOSED}
        return {"kind": _COMPOSED, **row, "words": asdict(result.words)}
    return {"kind": _FAILURE, **asdict(result)}


def stencil_out(stencil: Stencil) -> dict[str, Any]:
    """A stencil, said before the first row that names it."""
    return {"kind": _STENCIL, **{name: getattr(stencil, name) for name in _SAID_OF_STENCIL}}


def taken_out(
    work: int, fresh: Sequence[Branch], taken: Sequence[int], hints: Sequence[tuple[int, bool]]
) -> dict[str, Any]:
    """The branches of a row."""
    told = [asdict(branch) for branch in fresh]
    return {"kind": _TAKEN, "fresh": told, "taken": taken, "hints": hints, "work": work}


def answer_in(said: Any, stencils: Sequence[Stencil]) -> Sequence[Composed | RenderFailure] | Stencil | Taken:
    """What the child said: results in the order of their rows, each with one of the `stencils` said before.

    Raises Garbled.
    """
    try:
        if isinstance(said, list):
            return [_filled_in(each, stencils) for each in said]
        kind = said.pop("kind")
        if kind == _STENCIL:
            return Stencil(**{**said, "constants": tuple(said["constants"])})
        if kind == _TAKEN:
            return _taken_in(said)
        if kind == _COMPOSED:
            return [Composed(said=Words(**said.pop("words")), **said)]
        return [RenderFailure.from_plain(said)]
    except (
        AssertionError,
        AttributeError,
        IndexError,
        KeyError,
        NotShareable,
        TypeError,
        ValueError,
    ) as error:
        raise Garbled("the other side said something else") from error


def _taken_in(said: dict[str, Any]) -> Taken:
    fresh = tuple(Branch(**branch) for branch in said["fresh"])
    hints = frozenset((side, bool(on)) for side, on in said["hints"])
    return Taken(fresh, frozenset(said["taken"]), hints, int(said["work"]))


def _filled_in(said: list[Any], stencils: Sequence[Stencil]) -> Composed:
    identity, address, seal, number, values = said
    if not _TEXT.issuperset(map(type, values)):
        raise TypeError("a value is text")
    return Composed(identity, address, seal, Filling(stencils[number], tuple(values)))
