"""Events of SES in the shapes that Amazon documents, by the tags of our messages."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feedback.event import Event, EventKind, Foreign, MessageName, event_of, events_in
from pipeline.feedback.proof import Proof, proofs
from pipeline.ledger.entry import BatchId

_TAG = "0123456789abcdef" * 2
_TAGS = {
    "campaign": ["winter-sale"],
    "revision": ["1"],
    "wave": ["2"],
    "batch": ["17-3"],
    "recipient": [_TAG],
    "ses:configuration-set": ["campaigns"],
}
_NAME = MessageName(BatchId("winter-sale", 1, 2, 17, 3), _TAG)


def _bare(kind: str = "Delivery", **tags: Any) -> dict[str, Any]:
    mail = {"messageId": "m1", "destination": ["hana@people.example"], "tags": _TAGS | tags}
    return {"eventType": kind, "mail": mail, kind.lower(): {}}


def _sns(event: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Notification", "MessageId": "x", "TopicArn": "arn", "Message": json.dumps(event)}


def _event_bridge(event: dict[str, Any]) -> dict[str, Any]:
    return {"version": "0", "source": "aws.ses", "detail-type": "Email Delivered", "detail": event}


@pytest.mark.parametrize("wrap", [lambda event: event, _sns, _event_bridge])
@pytest.mark.parametrize("kind", list(EventKind))
def test_an_event_is_read_whatever_it_comes_wrapped_in(wrap: Any, kind: EventKind) -> None:
    assert event_of(wrap(_bare(kind.value))) == Event(kind, _NAME)


def test_the_word_of_identity_notifications_is_read_too() -> None:
    event = _bare("Bounce")
    event["notificationType"] = event.pop("eventType")
    assert event_of(event) == Event(EventKind.BOUNCE, _NAME)


@pytest.mark.parametrize(
    "tags",
    [
        {"campaign": []},
        {"campaign": ["a", "b"]},
        {"batch": ["17"]},
        {"batch": ["17-x"]},
        {"revision": ["one"]},
        {"recipient": ["hana@people.example"]},
        {"recipient": _TAG},
    ],
)
def test_mail_of_somebody_else_is_not_taken_for_ours(tags: dict[str, Any]) -> None:
    assert isinstance(event_of(_bare(**tags)), Foreign)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        "Delivery",
        {},
        {"eventType": "Subscribed", "mail": {}},
        {"eventType": "Delivery"},
        {"eventType": "Delivery", "mail": {"tags": []}},
        {"eventType": ["Send"], "mail": {"tags": _TAGS}},
        {"source": "aws.ses"},
        {"Type": "Notification", "Message": "3"},
    ],
)
def test_what_is_no_event_of_ours_says_so(value: Any) -> None:
    assert isinstance(event_of(value), Foreign)


def test_a_file_has_one_event_a_line_or_is_one_list() -> None:
    lines = [json.dumps(_bare("Send")), "", "{broken", json.dumps(_sns(_bare("Bounce")))]
    found = list(events_in("\n".join(lines)))
    assert [type(one) for one in found] == [Event, Foreign, Event]
    assert list(events_in(json.dumps([_bare("Send")]))) == [Event(EventKind.SEND, _NAME)]
    assert list(events_in("")) == []


@given(st.text(max_size=60) | st.recursive(st.none() | st.text(), st.lists, max_leaves=5).map(json.dumps))
def test_no_file_breaks_the_reading(written: str) -> None:
    assert not [one for one in events_in(written) if isinstance(one, Event)]


def test_deep_nesting_is_no_event() -> None:
    assert list(events_in("[" * 100_000)) == [Foreign("no JSON")]


@pytest.mark.parametrize(
    ("kinds", "proof"),
    [
        (["Send"], Proof.SENT),
        (["Delivery"], Proof.SENT),
        (["Bounce"], Proof.SENT),
        (["Complaint"], Proof.SENT),
        (["Open"], Proof.SENT),
        (["Click"], Proof.SENT),
        (["DeliveryDelay"], Proof.SENT),
        (["Reject"], Proof.REJECTED),
        (["Send", "Reject"], Proof.REJECTED),
        (["Rendering Failure", "Send"], Proof.UNRENDERED),
        (["Reject", "Delivery"], Proof.SENT),
    ],
)
def test_what_events_prove_whatever_their_order(kinds: list[str], proof: Proof) -> None:
    events = [Event(EventKind(kind), _NAME) for kind in kinds]
    assert proofs(events) == proofs([*reversed(events), *events]) == {_NAME: proof}
