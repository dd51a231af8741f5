"""Which calls to SES a batch becomes: as few as carry every mail exactly."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

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
from pipeline.render.stencil import Filling, Stencil, whole

Json = dict[str, Any]
#: What all mails of one call have in common beside the words.
_Common = tuple[Mailbox, str | None, tuple[AttachedFile, ...]]
#: Addresses, tags, names: what stands around the words.
_OVERHEAD: Final = 2_000
#: The only tag in which the mails of a batch differ.
_OWN_TAG: Final = "recipient"


@dataclass(frozen=True, slots=True)
class Bulk:
    """One SendBulkEmail: a template, and for each recipient the values of its slots.

    `places` are the places of the messages in the batch; `tags` are those that all of them have. The
    entries are JSON.
    """

    places: tuple[int, ...]
    stencil: Stencil
    entries: tuple[bytes, ...]
    tags: tuple[tuple[str, str], ...]

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
    tags: tuple[tuple[str, str], ...]
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
    alone: dict[_Common, list[tuple[int, Message]]] = {}
    shared: dict[tuple[Stencil | None, _Common], list[tuple[int, Message]]] = {}
    for place, message in messages:
        stencil = message.said.stencil if isinstance(message.said, Filling) else None
        shared.setdefault((stencil, _common(message)), []).append((place, message))
    for (stencil, common), group in shared.items():
        if stencil is None:
            alone.setdefault(common, []).extend(group)
            continue
        base, items = _base(stencil, common), []
        for place, message in group:
            assert isinstance(message.said, Filling), "who has a stencil has values for it"
            item = _item(place, message, message.said)
            if _fits(item, base):
                items.append(item)
            else:
                alone.setdefault(common, []).append((place, message))
        calls += _bulks(items, stencil, common)
    for common, rest in alone.items():
        calls += _whole(rest, common)
    return tuple(calls)


def _whole(messages: Sequence[tuple[int, Message]], common: _Common) -> Iterator[Call]:
    items: dict[Stencil, list[_Item]] = {}
    for place, message in messages:
        filling = whole(message.words)
        item = _item(place, message, filling)
        if len(messages) == 1:
            yield Single(place, "nobody else gets a mail like it")
        elif not _fits(item, _base(filling.stencil, common)):
            yield Single(place, "the mail is too large for a call with several recipients")
        else:
            items.setdefault(filling.stencil, []).append(item)
    for stencil, together in items.items():
        yield from _bulks(together, stencil, common)


def _common(message: Message) -> _Common:
    return message.sender, message.reply_to, message.attachments


def _item(place: int, message: Message, filling: Filling) -> _Item:
    data = data_of(filling)
    content = {"ReplacementTemplate": {"ReplacementTemplateData": data}}
    entry: Json = {"Destination": {"ToAddresses": [message.to]}, "ReplacementEmailContent": content}
    if message.headers:
        entry["ReplacementHeaders"] = _pairs(message.headers)
    if own := [pair for pair in message.tags if pair[0] == _OWN_TAG]:
        entry["ReplacementTags"] = _pairs(own)
    shared = tuple([pair for pair in message.tags if pair[0] != _OWN_TAG])
    return _Item(place, shared, orjson.dumps(entry), len(data))


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"Name": name, "Value": value} for name, value in pairs]


def _fits(item: _Item, base: int) -> bool:
    return item.data <= LONGEST_DATA and base + len(item.entry) <= LONGEST_BULK


@lru_cache(maxsize=64)
def _base(stencil: Stencil, common: _Common) -> int:
    """How long a request is before its first entry, in bytes; a few more, never fewer."""
    words = [stencil.subject, stencil.text, stencil.html]
    names = 12 * (stencil.slots + len(stencil.constants))
    return size_of(words) + names + sum(map(size_of_file, common[2])) + _OVERHEAD


def _bulks(items: Sequence[_Item], stencil: Stencil, common: _Common) -> Iterator[Bulk]:
    """Calls for items of one stencil, none longer than allowed."""
    group: list[_Item] = []
    base = room = _base(stencil, common)
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
    first = group[0]
    assert all(item.tags == first.tags for item in group), "a batch has one campaign, wave and number"
    places = tuple(item.place for item in group)
    return Bulk(places, stencil, tuple(item.entry for item in group), first.tags)
