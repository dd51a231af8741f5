"""Which calls to SES a batch becomes: as few as carry every mail exactly."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from pipeline.render.attachment import AttachedFile
from pipeline.render.message import OWN_TAG, Letterhead, Message
from pipeline.render.ses_limits import (
    LONGEST_BULK,
    LONGEST_DATA,
    MOST_ENTRIES,
    data_of,
    size_of,
    size_of_file,
)
from pipeline.render.stencil import Filling, Stencil, whole

Json = dict[str, Any]
#: Addresses, tags, names: what stands around the words.
_OVERHEAD: Final = 2_000


@dataclass(frozen=True, slots=True)
class Bulk:
    """One SendBulkEmail: a template, and for each recipient the values of its slots.

    `places` are the places of the messages in the batch. The entries are JSON.
    """

    places: tuple[int, ...]
    stencil: Stencil
    entries: tuple[bytes, ...]

    @property
    def defaults(self) -> str:
        """Empty values for all slots: a value that SES misses would lose the mail without a word."""
        names = range(self.stencil.slots + len(self.stencil.constants))
        return orjson.dumps({f"f{n}": "" for n in names}).decode()

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


class _Item(NamedTuple):  # made once for every recipient, and a frozen dataclass costs more
    place: int
    entry: bytes
    #: Characters of the values.
    data: int


def calls_of(messages: Sequence[tuple[int, Message]]) -> tuple[Call, ...]:
    """The calls for the messages, each given with its place in the batch.

    Those who share a stencil share a call. Of the others the whole mail is the value of a slot, as many
    in a call as its size allows. Who is left alone with a mail of its own, or has one that bulk cannot
    carry, gets a SendEmail.
    """
    calls: list[Call] = []
    alone: dict[Letterhead, list[tuple[int, Message]]] = {}
    shared: dict[tuple[Stencil | None, Letterhead], list[tuple[int, Message]]] = {}
    for place, message in messages:
        stencil = message.said.stencil if isinstance(message.said, Filling) else None
        shared.setdefault((stencil, message.letterhead), []).append((place, message))
    tags = {letterhead.tags for _, letterhead in shared}
    assert len(tags) <= 1, "a batch has one campaign, wave and number"
    for (stencil, letterhead), group in shared.items():
        if stencil is None:
            alone.setdefault(letterhead, []).extend(group)
            continue
        base, items = _base(stencil, letterhead.attachments), []
        for place, message in group:
            assert isinstance(message.said, Filling), "who has a stencil has values for it"
            item = _item(place, message, message.said)
            if _fits(item, base):
                items.append(item)
            else:
                alone.setdefault(letterhead, []).append((place, message))
        calls += _bulks(items, stencil, base)
    for letterhead, rest in alone.items():
        calls += _whole(rest, letterhead)
    return tuple(calls)


def _whole(messages: Sequence[tuple[int, Message]], letterhead: Letterhead) -> Iterator[Call]:
    items: dict[Stencil, list[_Item]] = {}
    for place, message in messages:
        filling = whole(message.words)
        item = _item(place, message, filling)
        if len(messages) == 1:
            yield Single(place, "nobody else gets a mail like it")
        elif not _fits(item, _base(filling.stencil, letterhead.attachments)):
            yield Single(place, "the mail is too large for a call with several recipients")
        else:
            items.setdefault(filling.stencil, []).append(item)
    for stencil, together in items.items():
        yield from _bulks(together, stencil, _base(stencil, letterhead.attachments))


def _item(place: int, message: Message, filling: Filling) -> _Item:
    data = data_of(filling)
    content = {"ReplacementTemplate": {"ReplacementTemplateData": data}}
    entry: Json = {"Destination": {"ToAddresses": [message.to]}, "ReplacementEmailContent": content}
    if message.headers:
        entry["ReplacementHeaders"] = _pairs(message.headers)
    if message.tag:
        entry["ReplacementTags"] = _pairs([(OWN_TAG, message.tag)])
    return _Item(place, orjson.dumps(entry), len(data))


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in pairs]


def _fits(item: _Item, base: int) -> bool:
    return item.data <= LONGEST_DATA and base + len(item.entry) <= LONGEST_BULK


@lru_cache(maxsize=64)
def _base(stencil: Stencil, attachments: tuple[AttachedFile, ...]) -> int:
    """How long a request is before its first entry, in bytes; a few more, never fewer."""
    words = [stencil.subject, stencil.text, stencil.html]
    names = 12 * (stencil.slots + len(stencil.constants))
    return size_of(words) + names + sum(map(size_of_file, attachments)) + _OVERHEAD


def _bulks(items: Sequence[_Item], stencil: Stencil, base: int) -> Iterator[Bulk]:
    """Calls for items of one stencil, none longer than allowed; `base` is how long one is without any."""
    group: list[_Item] = []
    room = base
    for item in items:
        if not group or len(group) == MOST_ENTRIES or len(item.entry) + 1 > room:
            if group:
                yield _bulk(group, stencil)
            group, room = [], LONGEST_BULK - base
        group.append(item)
        room -= len(item.entry) + 1
    if group:
        yield _bulk(group, stencil)


def _bulk(group: Sequence[_Item], stencil: Stencil) -> Bulk:
    return Bulk(tuple([item.place for item in group]), stencil, tuple([item.entry for item in group]))
