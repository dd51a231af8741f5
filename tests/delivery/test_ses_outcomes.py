"""What every answer means: a table over every status, every error code and every exception of botocore."""

import gzip
import inspect
import json
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore import exceptions

from pipeline.delivery.ses_outcomes import Fate, of_bulk, of_entry, of_error, of_single
from pipeline.ledger.entry import State

SENT, LATER, STOP, REFUSED, UNKNOWN = Fate.SENT, Fate.LATER, Fate.STOP, Fate.REFUSED, Fate.UNKNOWN

STATUSES = {
    "SUCCESS": SENT,
    "MESSAGE_REJECTED": REFUSED,
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": STOP,
    "CONFIGURATION_SET_NOT_FOUND": STOP,
    "TEMPLATE_NOT_FOUND": STOP,
    "ACCOUNT_SUSPENDED": STOP,
    "ACCOUNT_THROTTLED": LATER,
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": STOP,
    "INVALID_SENDING_POOL_NAME": STOP,
    "ACCOUNT_SENDING_PAUSED": STOP,
    "CONFIGURATION_SET_SENDING_PAUSED": STOP,
    "INVALID_PARAMETER": REFUSED,
    "TRANSIENT_FAILURE": LATER,
    "FAILED": UNKNOWN,
}
ANSWERS = [
    ("TooManyRequestsException", 429, "", LATER),
    ("ThrottlingException", 400, "Maximum sending rate exceeded.", LATER),
    ("Throttling", 400, "Maximum sending rate exceeded.", LATER),
    ("LimitExceededException", 400, "", LATER),
    ("ThrottlingException", 400, "Daily message quota exceeded", STOP),
    ("LimitExceededException", 400, "Daily message quota exceeded.", STOP),
    ("AccountSuspendedException", 400, "", STOP),
    ("SendingPausedException", 400, "", STOP),
    ("MailFromDomainNotVerifiedException", 400, "", STOP),
    ("NotFoundException", 404, "", STOP),
    ("AccessDeniedException", 403, "", STOP),
    ("ExpiredTokenException", 403, "", STOP),
    ("SomethingNew", 400, "", STOP),
    ("MessageRejected", 400, "", REFUSED),
    ("BadRequestException", 400, "", REFUSED),
    ("413", 413, "", REFUSED),
    ("InternalServiceErrorException", 500, "", UNKNOWN),
    ("ConcurrentModificationException", 500, "", UNKNOWN),
    ("TooManyRequestsException", 503, "", UNKNOWN),
    ("502", 502, "", UNKNOWN),
    ("408", 408, "", UNKNOWN),
    ("301", 301, "", UNKNOWN),
    ("Odd", 0, "", UNKNOWN),
]
#: Where botocore has already written to the network, or may have: nobody knows what arrived.
MAY_HAVE_LEFT = {
    "AliasConflictParameterError": STOP,
    "BotoCoreError": UNKNOWN,
    "ChecksumError": UNKNOWN,
    "ConnectionClosedError": UNKNOWN,
    "ConnectionError": UNKNOWN,
    "EventStreamError": UNKNOWN,
    "FlexibleChecksumError": UNKNOWN,
    "HTTPClientError": UNKNOWN,
    "IncompleteReadError": UNKNOWN,
    "ReadTimeoutError": UNKNOWN,
    "ResponseStreamingError": UNKNOWN,
    "SSLError": UNKNOWN,
}
#: Exceptions of features that no call to SES uses: nothing is promised about when they come.
OF_OTHER_SERVICES = {
    "InvalidExpressionError",
    "OperationNotPageableError",
    "PaginationError",
    "StubAssertionError",
    "StubResponseError",
    "UnStubbedResponseError",
    "UnsupportedOutpostResourceError",
    "UnsupportedS3AccesspointConfigurationError",
    "UnsupportedS3ArnError",
    "UnsupportedS3ConfigurationError",
    "UnsupportedS3ControlArnError",
    "UnsupportedS3ControlConfigurationError",
    "WaiterConfigError",
    "WaiterError",
}
EVERY = {
    name: kind
    for name, kind in vars(exceptions).items()
    if inspect.isclass(kind) and issubclass(kind, Exception) and not issubclass(kind, Warning)
}


def made(kind: type[Exception]) -> Exception:
    """An exception of that class, whatever its constructor wants."""
    error = kind.__new__(kind)
    Exception.__init__(error, "invented")
    error.response = {}  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("status", STATUSES)
def test_an_entry_with_every_status(status: str) -> None:
    verdict = of_entry({"Status": status, "MessageId": "x"})
    assert verdict.fate is STATUSES[status]


def test_the_table_has_every_status_that_the_service_knows() -> None:
    path = next(Path(botocore.__file__).parent.glob("data/sesv2/*/service-2.json*"))
    model = json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
    assert set(model["shapes"]["BulkEmailStatus"]["enum"]) == set(STATUSES)
    known = {code for code, *_ in ANSWERS}
    for operation in ("SendEmail", "SendBulkEmail"):
        assert {error["shape"] for error in model["operations"][operation]["errors"]} <= known


@pytest.mark.parametrize("entry", [{"Status": "NEW"}, {"Status": None}, {}, {"Status": "SUCCESS"}])
def test_an_entry_that_says_nothing_clear_is_unknown(entry: dict[str, Any]) -> None:
    assert of_entry(entry).fate is UNKNOWN


@pytest.mark.parametrize(("code", "status", "message", "fate"), ANSWERS)
def test_an_error_answer(code: str, status: int, message: str, fate: Fate) -> None:
    said = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert of_error(exceptions.ClientError(said, "SendBulkEmail")).fate is fate


@pytest.mark.parametrize("name", sorted(EVERY))
def test_every_exception_of_botocore(name: str) -> None:
    if name in OF_OTHER_SERVICES or name == "ClientError":
        assert of_error(made(EVERY[name])).fate is UNKNOWN
    else:
        assert of_error(made(EVERY[name])).fate is MAY_HAVE_LEFT.get(name, STOP)


@pytest.mark.parametrize("error", [ValueError("x"), OSError("x"), TimeoutError("x"), KeyError("x")])
def test_an_exception_that_nobody_foresaw_is_unknown(error: Exception) -> None:
    assert of_error(error).fate is UNKNOWN


def test_a_certificate_that_is_not_trusted_is_noticed_before_anything_is_said() -> None:
    error = exceptions.SSLError(endpoint_url="https://x.example", error="[SSL: CERTIFICATE_VERIFY_FAILED]")
    assert of_error(error).fate is STOP


@pytest.mark.parametrize("response", [{}, {"BulkEmailEntryResults": None}, {"BulkEmailEntryResults": []}])
def test_a_call_without_results_is_unknown_for_everybody(response: dict[str, Any]) -> None:
    assert [verdict.fate for verdict in of_bulk(response, 3)] == [UNKNOWN] * 3


def test_more_results_than_people_say_nothing_about_anybody() -> None:
    results = [{"Status": "SUCCESS", "MessageId": "x"}] * 3
    assert [v.fate for v in of_bulk({"BulkEmailEntryResults": results}, 2)] == [UNKNOWN] * 2


def test_a_single_mail_needs_its_id_to_count_as_sent() -> None:
    assert of_single({"MessageId": "x"}).fate is SENT
    assert of_single({"ResponseMetadata": {"HTTPStatusCode": 200}}).fate is UNKNOWN


def test_the_ledger_hears_the_code_and_never_the_text() -> None:
    said = {
        "Error": {"Code": "MessageRejected", "Message": "Address m1@people.example is bad"},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    verdict = of_error(exceptions.ClientError(said, "SendEmail"))
    assert verdict.outcome.state is State.REFUSED
    assert verdict.outcome.reason == "ses: MessageRejected"
