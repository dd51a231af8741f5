"""SendEmail: simple, raw, or with an inline template."""

from collections.abc import Mapping
from typing import Any

from tests.ses_double import limits
from tests.ses_double.acceptance import SUCCESS, Letter, accept
from tests.ses_double.account import Account
from tests.ses_double.content import data_of, envelope, of_raw, of_simple, of_template, pairs
from tests.ses_double.faults import Fault
from tests.ses_double.mail import Content
from tests.ses_double.refusal import Refusal, bad_request, not_found
from tests.ses_double.shapes import request_of

#: Status of an entry in a bulk call -> the error that a single call ends with.
_ERRORS = {
    "MESSAGE_REJECTED": ("MessageRejected", 400),
    "MAIL_FROM_DOMAIN_NOT_VERIFIED": ("MessageRejected", 400),
    "CONFIGURATION_SET_NOT_FOUND": ("NotFoundException", 404),
    "TEMPLATE_NOT_FOUND": ("NotFoundException", 404),
    "ACCOUNT_SUSPENDED": ("AccountSuspendedException", 400),
    "ACCOUNT_THROTTLED": ("TooManyRequestsException", 429),
    "ACCOUNT_DAILY_QUOTA_EXCEEDED": ("ThrottlingException", 400),
    "INVALID_SENDING_POOL_NAME": ("BadRequestException", 400),
    "ACCOUNT_SENDING_PAUSED": ("SendingPausedException", 400),
    "CONFIGURATION_SET_SENDING_PAUSED": ("SendingPausedException", 400),
    "INVALID_PARAMETER": ("BadRequestException", 400),
    "TRANSIENT_FAILURE": ("InternalServiceErrorException", 500),
    "FAILED": ("InternalServiceErrorException", 500),
}


def send_one(account: Account, request: dict[str, Any], size: int, faults: list[Fault]) -> dict[str, Any]:
    """The message id, or the error. `size` is that of the request in bytes."""
    if problem := request_of("SendEmail")(request):
        raise bad_request(f"1 validation error detected: {problem}")
    given = request["Content"]
    if len(given) != 1:
        raise bad_request("Content must be exactly one of Simple, Raw and Template.")
    if options := request.get("ListManagementOptions"):
        raise not_found(f"List with name {options['ContactListName']} doesn't exist.")
    content, destination = _content(request, size)
    letter = _letter(account, request, destination)
    accept(account, content, [letter], faults)
    if letter.status != SUCCESS:
        code, status = _ERRORS[letter.status]
        raise Refusal(code, letter.error, status)
    return {"MessageId": letter.message_id}


def _content(request: Mapping[str, Any], size: int) -> tuple[Content, Mapping[str, Any]]:
    given, destination = request["Content"], request.get("Destination", {})
    if "Raw" in given:
        return of_raw(given["Raw"], request)
    if size > limits.MESSAGE_MAX_BYTES:
        raise bad_request("Message length is more than 41943040 bytes long.")
    if "Simple" in given:
        return of_simple(given["Simple"], envelope(request)), destination
    return of_template(given["Template"], envelope(request), size), destination


def _letter(account: Account, request: Mapping[str, Any], destination: Mapping[str, Any]) -> Letter:
    ((_, content),) = request["Content"].items()
    settings, tags = account.settings, request.get("EmailTags", [])
    headers = content.get("Headers", [])
    problem = (
        limits.destination(
            destination, strict_one=settings.strict_one, copies_refused=settings.copies_refused
        )
        or limits.headers(headers)
        or limits.tags(tags)
    )
    if problem:
        raise bad_request(problem)
    return Letter(
        addresses=limits.everybody(destination),
        values=data_of(content.get("TemplateData", "{}")),
        headers=pairs(headers),
        tags=pairs(tags),
        copies=limits.copies(destination),
    )
