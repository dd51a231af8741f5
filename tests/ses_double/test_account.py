"""The account: rate, quota, sender, sandbox, brakes, suppression list."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.ses_double import Double
from tests.ses_double.calls import SENDER, bulk, entry, refusal, simple, statuses

ANN = "ann@home.example"
SIMULATOR = "simulator.amazonses.com"


def _crowd(count: int) -> dict[str, Any]:
    return bulk(*(entry(f"p{place}@home.example") for place in range(count)))


def test_a_call_above_the_rate_is_refused_until_the_bucket_fills_again(client: Any, double: Double) -> None:
    double.change(max_send_rate=14)
    assert refusal(client.send_bulk_email, _crowd(15))[:2] == (429, "TooManyRequestsException")
    client.send_bulk_email(**_crowd(14))
    for _ in range(2):
        assert refusal(client.send_email, simple())[:2] == (429, "TooManyRequestsException")
    double.advance(0.5)
    client.send_bulk_email(**_crowd(7))
    assert refusal(client.send_email, simple())[0] == 429
    double.advance(3600)
    assert refusal(client.send_bulk_email, _crowd(15))[0] == 429
    assert sum(double.accepted().values()) == 21


def test_entries_above_the_rate_are_throttled_alone_by_setting(client: Any, double: Double) -> None:
    double.change(max_send_rate=3, over_rate="entry")
    answer = client.send_bulk_email(**_crowd(5))
    assert statuses(answer) == ["SUCCESS"] * 3 + ["ACCOUNT_THROTTLED"] * 2
    assert len(double.accepted()) == 3


def test_a_call_above_the_rate_is_a_debt_by_setting(client: Any, double: Double) -> None:
    double.change(max_send_rate=10, over_rate="debt")
    client.send_bulk_email(**_crowd(50))
    double.advance(4.0)
    assert refusal(client.send_email, simple())[0] == 429
    double.advance(0.2)
    client.send_email(**simple())


def test_the_quota_of_a_day_is_refused_with_its_own_words(client: Any, double: Double) -> None:
    double.change(max_24_hour_send=60, sent_before=8)
    client.send_bulk_email(**_crowd(50))
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 58.0
    code, _, sentence = refusal(client.send_bulk_email, _crowd(3))
    assert (code, sentence) == (400, "Daily message quota exceeded.")
    double.advance(86_400)
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 8.0
    client.send_bulk_email(**_crowd(50))


def test_entries_above_the_quota_are_refused_alone_by_setting(client: Any, double: Double) -> None:
    double.change(max_24_hour_send=1, over_quota="entry")
    assert statuses(client.send_bulk_email(**_crowd(2))) == ["SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]
    assert refusal(client.send_email, simple())[2] == "Daily message quota exceeded."
    assert double.accepted() == {"p0@home.example": 1}


def test_the_account_tells_how_it_stands(client: Any, double: Double) -> None:
    double.change(max_send_rate=14, max_24_hour_send=50_000, enforcement_status="PROBATION")
    double.change(production_access=False, sending_enabled=False, suppressed_reasons=["BOUNCE"])
    account = client.get_account()
    assert account["SendQuota"] == {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 0.0}
    assert account["EnforcementStatus"] == "PROBATION"
    assert account["ProductionAccessEnabled"] is False
    assert account["SendingEnabled"] is False
    assert account["SuppressionAttributes"] == {"SuppressedReasons": ["BOUNCE"]}


def test_an_unverified_sender_is_refused(client: Any, double: Double) -> None:
    stranger = "news@other.example"
    answer = client.send_bulk_email(**bulk(FromEmailAddress=stranger))
    assert statuses(answer) == ["MAIL_FROM_DOMAIN_NOT_VERIFIED"]
    assert refusal(client.send_email, simple(FromEmailAddress=stranger))[:2] == (400, "MessageRejected")
    assert double.accepted() == {}
    double.change(identities=[stranger])
    client.send_bulk_email(**bulk(FromEmailAddress=f"Other <{stranger}>"))
    assert statuses(client.send_bulk_email(**bulk())) == ["MAIL_FROM_DOMAIN_NOT_VERIFIED"]


def test_a_sandbox_writes_to_verified_addresses_only(client: Any, double: Double) -> None:
    double.change(production_access=False)
    addresses = [ANN, "staff@mail.hanamori.example", f"success@{SIMULATOR}"]
    answer = client.send_bulk_email(**bulk(*(entry(address) for address in addresses)))
    assert statuses(answer) == ["MESSAGE_REJECTED", "SUCCESS", "SUCCESS"]
    assert refusal(client.send_email, simple())[:2] == (400, "MessageRejected")
    assert ANN not in double.accepted()


def test_a_paused_configuration_set_sends_nothing(client: Any, double: Double) -> None:
    client.put_configuration_set_sending_options(ConfigurationSetName="campaigns", SendingEnabled=False)
    state = client.get_configuration_set(ConfigurationSetName="campaigns")
    assert state["SendingOptions"] == {"SendingEnabled": False}
    assert statuses(client.send_bulk_email(**_crowd(2))) == ["CONFIGURATION_SET_SENDING_PAUSED"] * 2
    assert refusal(client.send_email, simple())[:2] == (400, "SendingPausedException")
    assert double.accepted() == {}
    client.send_email(**simple(ConfigurationSetName="notices"))
    client.put_configuration_set_sending_options(ConfigurationSetName="campaigns", SendingEnabled=True)
    assert statuses(client.send_bulk_email(**bulk())) == ["SUCCESS"]


def test_a_configuration_set_that_does_not_exist_is_not_found(client: Any, double: Double) -> None:
    answer = client.send_bulk_email(**bulk(ConfigurationSetName="other"))
    assert statuses(answer) == ["CONFIGURATION_SET_NOT_FOUND"]
    missing = (404, "NotFoundException")
    assert refusal(client.send_email, simple(ConfigurationSetName="other"))[:2] == missing
    name = {"ConfigurationSetName": "other"}
    assert refusal(client.get_configuration_set, name)[:2] == missing
    assert refusal(client.get_configuration_set_event_destinations, name)[:2] == missing
    assert refusal(client.put_configuration_set_sending_options, name)[:2] == missing
    assert double.accepted() == {}


@pytest.mark.parametrize(
    ("setting", "status", "code"),
    [
        ({"sending_enabled": False}, "ACCOUNT_SENDING_PAUSED", "SendingPausedException"),
        ({"enforcement_status": "SHUTDOWN"}, "ACCOUNT_SUSPENDED", "AccountSuspendedException"),
    ],
)
def test_an_account_that_may_not_send_does_not(
    client: Any, double: Double, setting: dict[str, Any], status: str, code: str
) -> None:
    double.change(**setting)
    assert statuses(client.send_bulk_email(**bulk())) == [status]
    assert refusal(client.send_email, simple())[:2] == (400, code)
    assert double.accepted() == {}


def test_where_events_go_can_be_asked(client: Any, double: Double) -> None:
    ask = client.get_configuration_set_event_destinations
    (destination,) = ask(ConfigurationSetName="campaigns")["EventDestinations"]
    assert destination["Enabled"] is True
    assert {"SEND", "BOUNCE", "COMPLAINT"} <= set(destination["MatchingEventTypes"])
    double.change(silent_configuration_sets=["campaigns"])
    assert ask(ConfigurationSetName="campaigns")["EventDestinations"] == []


def test_an_identity_tells_whether_it_is_verified_and_signs(client: Any, double: Double) -> None:
    identity = client.get_email_identity(EmailIdentity="mail.hanamori.example")
    assert identity["VerifiedForSendingStatus"] is True
    assert identity["DkimAttributes"]["Status"] == "SUCCESS"
    double.change(unverified_identities=[SENDER], dkim_signing=False)
    pending = client.get_email_identity(EmailIdentity=SENDER)
    assert (pending["IdentityType"], pending["VerifiedForSendingStatus"]) == ("EMAIL_ADDRESS", False)
    assert pending["DkimAttributes"]["SigningEnabled"] is False
    unknown = {"EmailIdentity": "other.example"}
    assert refusal(client.get_email_identity, unknown)[:2] == (404, "NotFoundException")


def test_mail_to_a_suppressed_address_is_accepted_counted_and_lost(client: Any, double: Double) -> None:
    client.put_suppressed_destination(EmailAddress="Ann@Home.example", Reason="COMPLAINT")
    assert statuses(client.send_bulk_email(**bulk())) == ["SUCCESS"]
    assert (double.counts(), double.accepted()) == ({}, {ANN: 1})
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 1.0
    bounce = double.events()[-1]["bounce"]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == ("Permanent", "OnAccountSuppressionList")
    double.change(suppressed_reasons=["BOUNCE"])
    client.send_bulk_email(**bulk())
    assert double.counts() == {ANN: 1}


def test_the_suppression_list_is_kept_read_and_cut_into_pages(client: Any, double: Double) -> None:
    for place in range(5):
        double.advance(60)
        reason = "COMPLAINT" if place % 2 else "BOUNCE"
        client.put_suppressed_destination(EmailAddress=f"p{place}@home.example", Reason=reason)
    entry_ = client.get_suppressed_destination(EmailAddress="p1@home.example")["SuppressedDestination"]
    assert (entry_["EmailAddress"], entry_["Reason"]) == ("p1@home.example", "COMPLAINT")
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = client.list_suppressed_destinations(PageSize=2, **token)
        found += [one["EmailAddress"] for one in page["SuppressedDestinationSummaries"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert found == [f"p{place}@home.example" for place in range(5)]
    complaints = client.list_suppressed_destinations(Reasons=["COMPLAINT"])
    assert len(complaints["SuppressedDestinationSummaries"]) == 2
    since = datetime.fromtimestamp(double.advance(0) - 90, UTC)
    recent = client.list_suppressed_destinations(StartDate=since)["SuppressedDestinationSummaries"]
    assert [one["EmailAddress"] for one in recent] == ["p3@home.example", "p4@home.example"]


def test_an_address_that_is_not_suppressed_is_not_found(client: Any) -> None:
    address = {"EmailAddress": ANN}
    missing = (404, "NotFoundException")
    assert refusal(client.get_suppressed_destination, address)[:2] == missing
    assert refusal(client.delete_suppressed_destination, address)[:2] == missing
    client.put_suppressed_destination(EmailAddress=ANN, Reason="BOUNCE")
    client.delete_suppressed_destination(EmailAddress=ANN)
    assert refusal(client.get_suppressed_destination, address)[:2] == missing
