"""Requests are held against the service model, also where the client does not look."""

import http.client
from typing import Any

import pytest

from tests.ses_double import Double
from tests.ses_double.calls import bulk, entry, refusal, simple
from tests.ses_double.shapes import operations


def _without(request: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in request.items() if key != name}


def _put(double: Double, path: str, body: bytes, method: str = "POST", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", double.port, timeout=20)
    connection.request(method, path, body, {"Authorization": "AWS4-HMAC-SHA256 invented", **headers})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers.get("x-amzn-ErrorType", "")


BULK = "/v2/email/outbound-bulk-emails"


@pytest.mark.parametrize("member", ["DefaultContent", "BulkEmailEntries", "FromEmailAddress"])
def test_a_call_without_a_required_member_is_refused(client: Any, double: Double, member: str) -> None:
    assert refusal(client.send_bulk_email, _without(bulk(), member))[:2] == (400, "BadRequestException")
    assert double.accepted() == {}


@pytest.mark.parametrize(
    "body",
    [
        b'{"DefaultContent": [], "BulkEmailEntries": [{"Destination": {}}]}',
        b'{"DefaultContent": {}, "BulkEmailEntries": {}}',
        b'{"DefaultContent": {}, "BulkEmailEntries": [1]}',
        b'{"DefaultContent": {}, "BulkEmailEntries": [], "ListManagementOptions": {}}',
        b'{"DefaultContent": {}, "BulkEmailEntries": [], "ConfigurationSetName": 1}',
    ],
)
def test_members_that_are_strange_or_of_another_type_are_refused(double: Double, body: bytes) -> None:
    assert _put(double, BULK, body) == (400, "BadRequestException")


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'"text"'])
def test_a_body_is_a_json_object(double: Double, body: bytes) -> None:
    assert _put(double, BULK, body) == (400, "SerializationException")


def test_what_is_no_base64_is_no_message(double: Double) -> None:
    body = b'{"Content": {"Raw": {"Data": "%%%"}}}'
    assert _put(double, "/v2/email/outbound-emails", body) == (400, "BadRequestException")


def test_strange_members_of_an_entry_are_refused(client: Any, double: Double) -> None:
    wrong = {**entry(), "ReplacementTags": [{"Name": "a"}]}
    assert refusal(client.send_bulk_email, bulk(wrong))[0] == 400
    assert double.accepted() == {}


def test_words_outside_an_enumeration_are_refused(client: Any) -> None:
    wrong = {"EmailAddress": "ann@home.example", "Reason": "UNSUBSCRIBE"}
    assert refusal(client.put_suppressed_destination, wrong)[0] == 400


def test_an_operation_that_does_not_exist_is_named(double: Double) -> None:
    assert _put(double, "/v2/email/nothing", b"{}") == (404, "UnknownOperationException")
    assert double.requests() == {"unknown": 1}


def test_an_operation_that_is_not_doubled_says_so(client: Any) -> None:
    assert refusal(client.list_contact_lists, {})[:2] == (501, "NotImplemented")


def test_a_request_must_be_signed(double: Double) -> None:
    assert _put(double, BULK, b"{}", Authorization="")[0] == 403


def test_a_body_of_unknown_length_is_refused(double: Double) -> None:
    assert _put(double, BULK, b"", **{"Transfer-Encoding": "chunked"})[0] == 411


def test_every_operation_of_the_model_has_its_own_place() -> None:
    places = {(operation.method, operation.path.pattern) for operation in operations()}
    assert len(places) == len(operations()) > 100


def test_requests_are_counted_whatever_becomes_of_them(client: Any, double: Double) -> None:
    client.send_email(**simple())
    refusal(client.send_email, simple(text="x", headers=[{"Name": "", "Value": ""}]))
    client.get_account()
    assert double.requests() == {"SendEmail": 2, "GetAccount": 1}
