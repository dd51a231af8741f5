"""What a page of events says, in short: which messages came to what (pure). The gate reads these, often."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import orjson

from pipeline.feedback.event import Event, EventKind, MessageName
from pipeline.feedback.heard import Heard
from pipeline.ledger.entry import BatchId

_FORMAT: Final = 1
#: A bounce that will happen again, told from the others.
_PERMANENT: Final = "Bounce, permanent"
#: Of a recipient's tag; two of a billion people do not share their first 64 bits.
_HEX: Final = 16

_DELIVERED, _COMPLAINED, _PERMANENTLY, _BOUNCED, _LOST = 1, 2, 4, 8, 16
_RECEIVED: Final = _DELIVERED | _COMPLAINED
#: What is final about a message; a Send, a delay, an opening or a click is not.
_WEIGHTS: Final[Mapping[str, int]] = {
    EventKind.DELIVERY: _DELIVERED,
    EventKind.COMPLAINT: _COMPLAINED,
    _PERMANENT: _PERMANENTLY,
    EventKind.BOUNCE: _BOUNCED,
    EventKind.REJECT: _LOST,
    EventKind.RENDERING_FAILURE: _LOST,
}


def extract_of(campaign: str, events: Iterable[Event]) -> bytes:
    """What these events of one campaign say; the same events make the same bytes."""
    kinds: dict[str, dict[str, set[str]]] = {}
    moments = []
    for event in events:
        assert event.message.batch.campaign == campaign, "a page is of one campaign"
        kind = _PERMANENT if event.permanent else str(event.kind)
        kinds.setdefault(kind, {}).setdefault(_name(event.message.batch), set()).add(event.message.recipient)
        moments += [event.at] if event.at else []
    said = {kind: {name: sorted(tags) for name, tags in names.items()} for kind, names in kinds.items()}
    newest = max(moments).isoformat() if moments else None
    whole = {"format": _FORMAT, "campaign": campaign, "newest_at": newest, "kinds": said}
    return orjson.dumps(whole, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def events_of(extract: bytes, batches: frozenset[BatchId]) -> Iterator[Event]:
    """Its events of some batches; when they happened is not told."""
    whole = orjson.loads(extract)
    names = {_name(batch): batch for batch in batches if batch.campaign == whole["campaign"]}
    for kind, batches_said in whole["kinds"].items():
        plain = EventKind.BOUNCE if kind == _PERMANENT else EventKind(kind)
        for name in names.keys() & batches_said.keys():
            for tag in batches_said[name]:
                yield Event(plain, MessageName(names[name], tag), permanent=kind == _PERMANENT)


class Suppressing(StrEnum):
    """What says that an address is to get no more mail."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


def suppressing(extract: bytes) -> Iterator[tuple[int, str, Suppressing]]:
    """Of whom it says so: the revision that they got, the tag of the recipient, and what."""
    kinds = orjson.loads(extract)["kinds"]
    for kind, what in ((_PERMANENT, Suppressing.BOUNCED), (EventKind.COMPLAINT, Suppressing.COMPLAINED)):
        for name, tags in kinds.get(kind, {}).items():
            revision = int(name.partition("/")[0])
            yield from ((revision, tag, what) for tag in tags)


@dataclass(slots=True)
class Tally:
    """What has been heard of a campaign; adding an extract again, or in another order, changes nothing."""

    newest_at: datetime | None = None
    _said: dict[int, int] = field(default_factory=dict)

    def add(self, extract: bytes) -> None:
        """Count what another page says."""
        whole: dict[str, Any] = orjson.loads(extract)
        said = self._said
        for kind, batches in whole["kinds"].items():
            if weight := _WEIGHTS.get(kind, 0):
                for tags in batches.values():
                    for tag in tags:
                        person = int(tag[:_HEX], 16)
                        said[person] = said.get(person, 0) | weight
        if whole["newest_at"] is not None:
            newest = datetime.fromisoformat(whole["newest_at"])
            self.newest_at = newest if self.newest_at is None else max(newest, self.newest_at)

    def heard(self) -> Heard:
        """Everybody once, under the worst that was heard; who complained has it, so they count there, too.

        Those whose bounce may not happen again are only `known`.
        """
        people = Counter(self._said.values())

        def those(wanted: Callable[[int], bool]) -> int:
            return sum(count for said, count in people.items() if wanted(said))

        return Heard(
            known=len(self._said),
            delivered=those(lambda said: bool(said & _RECEIVED) and not said & _PERMANENTLY),
            bounced=those(lambda said: bool(said & _PERMANENTLY)),
            complained=those(lambda said: bool(said & _COMPLAINED)),
            lost=those(lambda said: said == _LOST),
            newest_at=self.newest_at,
        )


def _name(batch: BatchId) -> str:
    return f"{batch.revision}/{batch.wave}/{batch.number}/{batch.attempt}"
