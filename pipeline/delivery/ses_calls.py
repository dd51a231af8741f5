"""Which calls to SES a batch becomes: as few as carry every mail exactly."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Message
from pipeline.render.ses_limits import (
    LONGEST_BULK,
    LONGEST_DATA,
    MOST_ENTRIES,
    data_of,
    size_of,
    size_of_file,
)
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Filling, Stencil, Words, whole

Json = dict[str, Any]
#: What all mails of one call have in common beside the words.
_Common = tuple[Mailbox, str | None, tuple[AttachedFile, ...]]
#: What botocore and the default values add.
_OVERHEAD: Final = 2_000
#: The only tag in which the mails of a batch differ.
_OWN_TAG: Final = "recipient"


@dataclass(frozen=True, slots=True)
class Bulk:
    """One SendBulkEmail: a template, and for each recipient the values of its slots.

    `places` are the places of the messages in the batch; `tags` are those that all of them have.
    """

    places: tuple[int, ...]
    stencil: Stencil
    entries: tuple[Json, ...]
    tags: tuple[tuple[str, str], ...]

    @property
    def defaults(self) -> str:
        """Empty values for all slots: a value that SES misses would lose the mail without a word."""
        names = range(self.stencil.slots + len(self.stencil.constants))
        return json.dumps({f"f{n}": "" for n in names}, separators=(",", ":"))

    @property
    def halves(self) -> "tuple[Bulk, Bulk]":
        """The same in two calls."""
        middle = len(self.places) // 2
        assert middle, "a call for one has no halves"
        return (
            replace(self, places=self.places[:middle], entries=self.entries[:middle]),
            replace(self, places=self.places[middle:], entries=self.entries[middle:]),
        )


@dataclass(frozen=True, slots=True)
class Single:
    """One SendEmail. `why` says what bulk could not do."""

    place: int
    why: str

    @property
    def places(self) -> tuple[int, ...]:
        """As for `Bulk`."""
        return (self.place,)


Call = Bulk | Single


@dataclass(frozen=True, slots=True)
class _Item:
    place: int
    filling: Filling
    common: _Common
    tags: tuple[tuple[str, str], ...]
    entry: Json
    size: int


def calls_of(messages: Sequence[tuple[int, Message]]) -> tuple[Call, ...]:
    """The calls for the messages, each given with its place in the batch.

    Those who share a stencil share a call. Of the others the whole mail is the value of a slot, as many
    in a call as its size allows. Who is left alone with a mail of its own, or has one that bulk cannot
    carry, gets a SendEmail.
    """
    calls: list[Call] = []
    alone: dict[_Common, list[tuple[int, Message]]] = {}
    shared: dict[tuple[Stencil, _Common], list[_Item]] = {}
    for place, message in messages:
        filling = proven(message)
        item = None if filling is None else _item(place, message, filling)
        if item is None or not _fits(item):
            alone.setdefault(_common(message), []).append((place, message))
        else:
            shared.setdefault((item.filling.stencil, item.common), []).append(item)
    for items in shared.values():
        calls += _bulks(items)
    for rest in alone.values():
        calls += _whole(rest)
    return tuple(calls)


def proven(message: Message) -> Filling | None:
    """The message's filling if it says what the message says, compared to the letter."""
    filling = message.filling
    if filling is None or filling.words != Words(message.subject, message.html, message.text):
        return None
    return filling


def _whole(messages: Sequence[tuple[int, Message]]) -> Iterator[Call]:
    items: list[_Item] = []
    for place, message in messages:
        item = _item(place, message, whole(Words(message.subject, message.html, message.text)))
        if len(messages) == 1:
            yield Single(place, "nobody else gets a mail like it")
        elif not _fits(item):
            yield Single(place, "the mail is too large for a call with several recipients")
        else:
            items.append(item)
    for html in (True, False):
        yield from _bulks([item for item in items if (item.filling.stencil.html is not None) is html])


def _common(message: Message) -> _Common:
    return message.sender, message.reply_to, message.attachments


def _item(place: int, message: Message, filling: Filling) -> _Item:
    content = {"ReplacementTemplate": {"ReplacementTemplateData": data_of(filling)}}
    entry: Json = {"Destination": {"ToAddresses": [message.to]}, "ReplacementEmailContent": content}
    if message.headers:
        entry["ReplacementHeaders"] = _pairs(message.headers)
    if own := [pair for pair in message.tags if pair[0] == _OWN_TAG]:
        entry["ReplacementTags"] = _pairs(own)
    shared = tuple(pair for pair in message.tags if pair[0] != _OWN_TAG)
    return _Item(place, filling, _common(message), shared, entry, size_of(entry))


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in pairs]


def _fits(item: _Item) -> bool:
    data = item.entry["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"]
    return len(data) <= LONGEST_DATA and _base(item) + item.size <= LONGEST_BULK


def _base(item: _Item) -> int:
    """How long a request is before its first entry."""
    stencil = item.filling.stencil
    words = [stencil.subject, stencil.text, stencil.html]
    names = 12 * (stencil.slots + len(stencil.constants))
    files = sum(map(size_of_file, item.common[2]))
    return size_of({"words": words}) + names + files + _OVERHEAD


def _bulks(items: Sequence[_Item]) -> Iterator[Bulk]:
    """Calls for items of one stencil, none longer than allowed."""
    group: list[_Item] = []
    room = 0
    for item in items:
        if not group or len(group) == MOST_ENTRIES or item.size + 2 > room:
            if group:
                yield _bulk(group)
            group, room = [], LONGEST_BULK - _base(item)
        group.append(item)
        room -= item.size + 2
    if group:
        yield _bulk(group)


def _bulk(group: Sequence[_Item]) -> Bulk:
    first = group[0]
    assert all(item.tags == first.tags for item in group), "a batch has one campaign, wave and number"
    entries = tuple(item.entry for item in group)
    return Bulk(tuple(item.place for item in group), first.filling.stencil, entries, first.tags)
