"""Events: what is published about accepted mail, in the documented shape."""

from typing import Any

import pytest

from tests.ses_double import Double
from tests.ses_double.calls import SENDER, bulk, entry, named, simple

SIMULATOR = "simulator.amazonses.com"


def _kinds(double: Double) -> list[str]:
    return [event["eventType"] for event in double.events()]


def test_a_delivered_mail_is_sent_and_then_delivered(client: Any, double: Double) -> None:
    answer = client.send_bulk_email(**bulk(entry(ReplacementTags=named(rid="r1"))))
    sent, delivered = double.events()
    assert (sent["eventType"], sent["send"]) == ("Send", {})
    assert delivered["delivery"]["recipients"] == ["ann@home.example"]
    mail = sent["mail"]
    assert mail["messageId"] == answer["BulkEmailEntryResults"][0]["MessageId"]
    assert mail["destination"] == ["ann@home.example"]
    assert mail["source"] == SENDER
    assert mail["timestamp"].endswith("Z")
    assert mail["tags"]["rid"] == ["r1"]
    assert mail["tags"]["ses:configuration-set"] == ["campaigns"]
    assert "commonHeaders" not in mail, "templated mail is rendered after Send is published"


def test_the_event_of_a_message_that_stands_already_knows_its_subject(client: Any, double: Double) -> None:
    client.send_email(**simple(subject="Ready", headers=named(X="y")))
    mail = double.events()[0]["mail"]
    assert mail["commonHeaders"]["subject"] == "Ready"
    assert {"name": "X", "value": "y"} in mail["headers"]


@pytest.mark.parametrize(
    ("fate", "kinds"),
    [
        ("bounce", ["Send", "Bounce"]),
        ("soft bounce", ["Send", "Bounce"]),
        ("complaint", ["Send", "Delivery", "Complaint"]),
        ("rejected", ["Reject"]),
        ("unrendered", ["Rendering Failure"]),
        ("lost", ["Send"]),
    ],
)
def test_every_fate_has_its_course(client: Any, double: Double, fate: str, kinds: list[str]) -> None:
    double.change(fates=[{"address": "ann@*", "fate": fate}])
    client.send_bulk_email(**bulk())
    assert _kinds(double) == kinds
    assert double.counts() == ({"ann@home.example": 1} if fate == "complaint" else {})
    assert double.accepted() == {"ann@home.example": 1}


@pytest.mark.parametrize(
    ("local", "last", "detail"),
    [
        ("success", "Delivery", {}),
        ("ooto", "Delivery", {}),
        ("bounce", "Bounce", {"bounceType": "Permanent", "bounceSubType": "General"}),
        ("bounce+c1-r7", "Bounce", {"bounceType": "Permanent"}),
        ("complaint", "Complaint", {"complaintFeedbackType": "abuse"}),
        ("suppressionlist", "Bounce", {"bounceType": "Permanent"}),
    ],
)
def test_the_mailbox_simulator_behaves_as_documented(
    client: Any, double: Double, local: str, last: str, detail: dict[str, str]
) -> None:
    address = f"{local}@{SIMULATOR}"
    client.send_bulk_email(**bulk(entry(address)))
    event = double.events()[-1]
    assert event["eventType"] == last
    assert detail.items() <= event[last.lower()].items()
    assert event["mail"]["destination"] == [address]


def test_a_bounce_says_whose_and_why(client: Any, double: Double) -> None:
    client.send_bulk_email(**bulk(entry(f"bounce@{SIMULATOR}")))
    (recipient,) = double.events()[-1]["bounce"]["bouncedRecipients"]
    assert recipient["emailAddress"] == f"bounce@{SIMULATOR}"
    assert recipient["status"] == "5.1.1"
    assert "550 5.1.1" in recipient["diagnosticCode"]


def test_nothing_is_published_without_a_configuration_set_that_does(client: Any, double: Double) -> None:
    double.change(silent_configuration_sets=["notices"])
    client.send_email(**simple(ConfigurationSetName="notices"))
    without = simple()
    del without["ConfigurationSetName"]
    client.send_email(**without)
    assert double.events() == []
    double.change(event_types=["BOUNCE"])
    client.send_bulk_email(**bulk(entry(), entry(f"bounce@{SIMULATOR}")))
    assert _kinds(double) == ["Bounce"]


def test_late_events_come_when_their_time_has(client: Any, double: Double) -> None:
    double.change(events_late=1.0, events_late_seconds=600)
    client.send_bulk_email(**bulk())
    assert double.events() == []
    double.advance(601)
    assert _kinds(double) == ["Send", "Delivery"]


def test_events_come_twice_and_in_any_order_by_seed(client: Any, double: Double) -> None:
    client.send_bulk_email(**bulk(*(entry(f"p{place}@home.example") for place in range(20))))
    once = double.events()
    double.change(events_doubled=0.5, events_reordered=True, events_seed=1)
    first = double.events()
    assert first == double.events()
    assert 40 < len(first) < 80
    assert all(event in first for event in once)
    assert [event for place, event in enumerate(first) if event not in first[:place]] != once
    double.change(events_seed=2)
    assert double.events() != first
