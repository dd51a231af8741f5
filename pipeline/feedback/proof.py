"""What the events of a message prove about whether it was sent (pure). That none came proves nothing."""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final

from pipeline.feedback.event import Event, EventKind, MessageName


class Proof(Enum):
    """What is certain about a message."""

    SENT = auto()
    #: SES took it and then refused to send it: it found a virus.
    REJECTED = auto()
    #: SES could not put the values into the template, and sent nothing.
    UNRENDERED = auto()


#: The mail was on its way: another mail server, or a person, has seen it or was to.
_SEEN: Final = frozenset(EventKind) - {EventKind.SEND, EventKind.REJECT, EventKind.RENDERING_FAILURE}


def proofs(events: Iterable[Event]) -> dict[MessageName, Proof]:
    """What is proved of each message; in whatever order, and however often, its events came."""
    kinds: dict[MessageName, set[EventKind]] = {}
    for event in events:
        kinds.setdefault(event.message, set()).add(event.kind)
    return {message: _proof(seen) for message, seen in kinds.items()}


def _proof(kinds: set[EventKind]) -> Proof:
    """A Send event only says that SES will try: what SES says about not having sent it stands above it."""
    if kinds & _SEEN:
        return Proof.SENT
    if EventKind.RENDERING_FAILURE in kinds:
        return Proof.UNRENDERED
    return Proof.REJECTED if EventKind.REJECT in kinds else Proof.SENT
