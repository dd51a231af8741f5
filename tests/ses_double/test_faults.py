"""Scripted faults: what the client sees, and what was accepted all the same."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError, ReadTimeoutError

from tests.ses_double import Double
from tests.ses_double.calls import bulk, entry, refusal, simple, statuses
from tests.ses_double.shapes import statuses as all_statuses

ANN = "ann@home.example"


@pytest.fixture
def hasty(double: Double) -> Iterator[Any]:
    """A client that soon gives up."""
    client = double.client(read_timeout_seconds=0.2)
    yield client
    client.close()


@pytest.mark.parametrize(
    ("fault", "answer"),
    [
        ({"kind": "throttle"}, (429, "TooManyRequestsException")),
        ({"kind": "error", "status": 500}, (500, "InternalServiceErrorException")),
        ({"kind": "error", "status": 503, "code": "ServiceUnavailable"}, (503, "ServiceUnavailable")),
        ({"kind": "error", "status": 403, "code": "AccessDeniedException"}, (403, "AccessDeniedException")),
        ({"kind": "expired"}, (403, "ExpiredTokenException")),
    ],
)
def test_a_call_refused_by_script_accepts_nothing(
    client: Any, double: Double, fault: dict[str, Any], answer: tuple[int, str]
) -> None:
    double.faults(fault)
    assert refusal(client.send_bulk_email, bulk())[:2] == answer
    assert refusal(client.send_email, simple())[:2] == answer
    assert double.accepted() == {}


def test_an_error_may_come_after_the_mail_was_accepted(client: Any, double: Double) -> None:
    double.faults({"kind": "error_after", "status": 500})
    assert refusal(client.send_bulk_email, bulk())[0] == 500
    assert double.counts() == {ANN: 1}


def test_a_connection_may_close_after_the_mail_was_accepted(client: Any, double: Double) -> None:
    double.faults({"kind": "close"})
    with pytest.raises(ConnectionClosedError):
        client.send_bulk_email(**bulk())
    assert double.counts() == {ANN: 1}
    assert double.requests() == {"SendBulkEmail": 1}


def test_a_connection_may_close_before_the_request_is_read(client: Any, double: Double) -> None:
    double.faults({"kind": "close_before", "times": 1})
    with pytest.raises(HTTPClientError):
        client.send_bulk_email(**bulk())
    assert double.accepted() == {}
    assert double.requests() == {"SendBulkEmail": 1}
    client.send_bulk_email(**bulk())
    assert double.accepted() == {ANN: 1}


def test_a_call_may_never_be_answered_although_the_mail_was_accepted(hasty: Any, double: Double) -> None:
    double.faults({"kind": "hang"})
    with pytest.raises(ReadTimeoutError):
        hasty.send_bulk_email(**bulk())
    double.wait_until_accepted(1)
    assert double.counts() == {ANN: 1}
    assert double.requests() == {"SendBulkEmail": 1}


def test_an_answer_may_come_when_nobody_waits_any_more(hasty: Any, double: Double) -> None:
    double.faults({"kind": "slow", "latency_ms": 60_000})
    with pytest.raises(ReadTimeoutError):
        hasty.send_bulk_email(**bulk())
    double.wait_until_accepted(1)
    assert double.counts() == {ANN: 1}


def test_mail_may_be_accepted_after_the_client_has_gone(hasty: Any, double: Double) -> None:
    double.change(accept_delay_ms=1500)
    with pytest.raises(ReadTimeoutError):
        hasty.send_bulk_email(**bulk())
    double.wait_until_accepted(1)
    assert double.counts() == {ANN: 1}


def test_what_was_under_way_at_a_reset_does_not_reach_the_next_test(hasty: Any, double: Double) -> None:
    double.change(accept_delay_ms=300)
    with pytest.raises(ReadTimeoutError):
        hasty.send_bulk_email(**bulk())
    double.reset(accept_delay_ms=600)
    double.client().send_bulk_email(**bulk(entry("bob@home.example")))
    assert double.accepted() == {"bob@home.example": 1}


@pytest.mark.parametrize("kind", ["cut", "cut_connection", "html", "empty"])
def test_a_body_may_be_worthless_although_the_mail_was_accepted(
    client: Any, double: Double, kind: str
) -> None:
    double.faults({"kind": kind})
    answers = []
    for call, request in ((client.send_bulk_email, bulk()), (client.send_email, simple())):
        try:
            answers.append(call(**request))
        except ClientError as error:
            pytest.fail(f"refused: {error}")
    assert all({"BulkEmailEntryResults", "MessageId"}.isdisjoint(answer) for answer in answers)
    assert double.counts() == {ANN: 2}


def test_results_may_be_fewer_than_entries(client: Any, double: Double) -> None:
    double.faults({"kind": "short", "missing": 2})
    answer = client.send_bulk_email(**bulk(*(entry(f"p{place}@home.example") for place in range(5))))
    assert statuses(answer) == ["SUCCESS"] * 3
    assert len(double.accepted()) == 5


@pytest.mark.parametrize("status", sorted(all_statuses() - {"SUCCESS"}))
def test_an_entry_may_have_any_status_of_the_model(client: Any, double: Double, status: str) -> None:
    double.faults({"kind": "entry", "entry_status": status, "address": "BOB@*"})
    entries = (entry(), entry("bob@home.example"), entry("cy@home.example"))
    answer = client.send_bulk_email(**bulk(*entries))
    assert statuses(answer) == ["SUCCESS", status, "SUCCESS"]
    assert "MessageId" not in answer["BulkEmailEntryResults"][1]
    assert double.counts() == {ANN: 1, "cy@home.example": 1}
    refusal(client.send_email, simple("bob@home.example"))
    assert "bob@home.example" not in double.accepted()


def test_an_entry_may_be_struck_by_its_place(client: Any, double: Double) -> None:
    double.faults({"kind": "entry", "position": 2, "times": 1})
    call = bulk(*(entry(f"p{place}@home.example") for place in range(4)))
    assert statuses(client.send_bulk_email(**call)) == ["SUCCESS", "SUCCESS", "TRANSIENT_FAILURE", "SUCCESS"]
    assert statuses(client.send_bulk_email(**call)) == ["SUCCESS"] * 4
    assert double.accepted()["p2@home.example"] == 1


def _fails(client: Any, count: int) -> list[int]:
    """Which of so many calls fail, counted from 1."""
    failed = []
    for number in range(1, count + 1):
        try:
            client.get_account()
        except ClientError:
            failed.append(number)
    return failed


def test_a_fault_strikes_the_call_that_the_script_names(client: Any, double: Double) -> None:
    double.faults({"kind": "error", "nth": 3, "operation": "GetAccount"})
    client.send_email(**simple())
    assert _fails(client, 5) == [3]
    double.faults({"kind": "error", "every": 2})
    assert _fails(client, 5) == [2, 4]
    double.faults({"kind": "error", "every": 2, "times": 1})
    assert _fails(client, 5) == [2]
    double.faults()
    assert _fails(client, 5) == []


def test_chance_comes_from_a_seed(client: Any, double: Double) -> None:
    def drawn(seed: int) -> list[int]:
        double.faults({"kind": "throttle", "probability": 0.5, "seed": seed})
        return _fails(client, 40)

    first = drawn(1)
    assert first == drawn(1) != drawn(2)
    assert 5 < len(first) < 35


def test_every_answer_may_take_its_time(hasty: Any, double: Double) -> None:
    double.change(latency_ms=60_000)
    for call, request in ((hasty.send_bulk_email, bulk()), (hasty.get_account, {})):
        with pytest.raises(ReadTimeoutError):
            call(**request)
    double.wait_until_accepted(1)
    assert double.counts() == {ANN: 1}


@pytest.mark.parametrize(
    "fault", [{"kind": "boredom"}, {"kind": "entry", "entry_status": "LOST"}, {"kin": "cut"}]
)
def test_a_mistake_in_the_script_is_said_at_once(double: Double, fault: dict[str, str]) -> None:
    with pytest.raises(AssertionError):
        double.faults(fault)


@pytest.mark.parametrize("setting", [{"latency": 1}, {"latency_ms": "1"}, {"strict_one": 1}])
def test_a_mistake_in_the_settings_is_said_at_once(double: Double, setting: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        double.change(**setting)
