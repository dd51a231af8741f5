"""Events of Amazon SES, in whatever they come wrapped, by the tags of the message (pure).

Shapes: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html; the SNS
envelope: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html; EventBridge:
https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from pipeline.ledger.entry import BatchId


class EventKind(StrEnum):
    """What happened, in the words of SES (`eventType`)."""

    SEND = "Send"
    DELIVERY = "Delivery"
    BOUNCE = "Bounce"
    COMPLAINT = "Complaint"
    OPEN = "Open"
    CLICK = "Click"
    DELIVERY_DELAY = "DeliveryDelay"
    SUBSCRIPTION = "Subscription"
    REJECT = "Reject"
    RENDERING_FAILURE = "Rendering Failure"


@dataclass(frozen=True, slots=True)
class MessageName:
    """Which message: the batch it left with, and the tag of its recipient; never an address."""

    batch: BatchId
    recipient: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a message of ours.

    `at` is when, or when the message was sent where the event does not say; None where nothing does.
    `permanent` tells a bounce that will happen again from one that may not.
    """

    kind: EventKind
    message: MessageName
    at: datetime | None = None
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """No event of a message of ours; `why` in a few words, without anything of its content."""

    why: str


#: The object of an event that says when it happened, and more; the others have only the time of the mail.
_DETAILS: Final = {
    EventKind.DELIVERY: "delivery",
    EventKind.BOUNCE: "bounce",
    EventKind.COMPLAINT: "complaint",
    EventKind.OPEN: "open",
    EventKind.CLICK: "click",
    EventKind.DELIVERY_DELAY: "deliveryDelay",
    EventKind.SUBSCRIPTION: "subscription",
}
_BATCH: Final = re.compile(r"([0-9]{1,9})-([0-9]{1,4})")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_DIGITS: Final = re.compile(r"[0-9a-f]{32}")


def events_in(written: str) -> Iterator[Event | Foreign]:
    """What stands in a file: one JSON value a line, or one JSON list."""
    for text in texts_in(written):
        try:
            yield event_of(json.loads(text))
        except (ValueError, RecursionError):
            yield Foreign("no JSON")


def texts_in(written: str) -> Iterator[str]:
    """The values that stand in a file, each as a text of its own."""
    return (value if isinstance(value, str) else json.dumps(value) for value in _values(written))


def _values(written: str) -> Iterable[Any]:
    if written.lstrip().startswith("["):
        try:
            found = json.loads(written)
        except (ValueError, RecursionError):
            return [written]
        return found if isinstance(found, list) else [found]
    return filter(str.strip, written.splitlines())


def event_of(value: Any) -> Event | Foreign:
    """The event in a bare object, in an SNS envelope, or in the detail of EventBridge.

    Raises ValueError when an envelope holds no JSON.
    """
    bare = unwrapped(value)
    if not isinstance(bare, Mapping):
        return Foreign("no event of SES")
    kind = bare.get("eventType", bare.get("notificationType"))
    if kind not in list(EventKind):
        return Foreign("no event of SES")
    mail, detail = bare.get("mail"), bare.get(_DETAILS.get(EventKind(kind), ""))
    message = _message(mail)
    if message is None:
        return Foreign("not a message of ours: its tags are missing")
    permanent = _of(detail, "bounceType") == "Permanent"
    return Event(EventKind(kind), message, _moment(detail) or _moment(mail), permanent)


def unwrapped(value: Any) -> Any:
    """The bare event in whatever it came wrapped; raises as `event_of`."""
    if not isinstance(value, Mapping):
        return None
    if value.get("Type") == "Notification" and isinstance(value.get("Message"), str):
        return json.loads(value["Message"])
    if value.get("source") == "aws.ses":
        return value.get("detail")
    return value


def _of(described: Any, name: str) -> Any:
    return described.get(name) if isinstance(described, Mapping) else None


def _moment(described: Any) -> datetime | None:
    written = _of(described, "timestamp")
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _message(mail: Any) -> MessageName | None:
    tags = _of(mail, "tags")
    if not isinstance(tags, Mapping):
        return None
    campaign, revision, wave, batch, recipient = (
        _only(tags.get(name)) for name in ("campaign", "revision", "wave", "batch", "recipient")
    )
    numbers = _BATCH.fullmatch(batch)
    known = campaign and numbers and _NUMBER.fullmatch(revision) and _NUMBER.fullmatch(wave)
    if not known or numbers is None or not _DIGITS.fullmatch(recipient):
        return None
    number, attempt = map(int, numbers.groups())
    return MessageName(BatchId(campaign, int(revision), int(wave), number, attempt), recipient)


def _only(values: Any) -> str:
    """The one value of a tag; SES gives a list. Empty when there is none, or more than one."""
    return values[0] if isinstance(values, list) and len(values) == 1 and isinstance(values[0], str) else ""
