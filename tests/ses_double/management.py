"""The account's other operations: quota, suppression list, configuration sets, identities."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tests.ses_double import limits
from tests.ses_double.account import Account
from tests.ses_double.refusal import bad_request, not_found

Answers = Callable[[Account, Mapping[str, Any]], dict[str, Any]]

_ACCOUNT_ID = "123456789012"
_PAGE = 100


def get_account(account: Account, _request: Mapping[str, Any]) -> dict[str, Any]:
    settings = account.settings
    return {
        "DedicatedIpAutoWarmupEnabled": False,
        "EnforcementStatus": settings.enforcement_status,
        "ProductionAccessEnabled": settings.production_access,
        "SendQuota": {
            "Max24HourSend": float(settings.max_24_hour_send),
            "MaxSendRate": float(settings.told_send_rate or settings.max_send_rate),
            "SentLast24Hours": float(account.sent_last_24_hours()),
        },
        "SendingEnabled": settings.sending_enabled,
        "SuppressionAttributes": {"SuppressedReasons": list(settings.suppressed_reasons)},
    }


def put_suppressed(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    if problem := limits.address(request["EmailAddress"]):
        raise bad_request(problem)
    key = request["EmailAddress"].lower()
    account.suppressed[key] = {"Reason": request["Reason"], "LastUpdateTime": account.now()}
    return {}


def get_suppressed(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    return {"SuppressedDestination": _suppressed(account, request["EmailAddress"].lower())}


def delete_suppressed(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    key = request["EmailAddress"].lower()
    _suppressed(account, key)
    del account.suppressed[key]
    return {}


def _suppressed(account: Account, key: str) -> dict[str, Any]:
    if key not in account.suppressed:
        raise not_found(f"Email address {key} does not exist on your suppression list.")
    return {"EmailAddress": key, **account.suppressed[key]}


def list_suppressed(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    reasons = request.get("Reasons")
    start, end = (_moment(request.get(name)) for name in ("StartDate", "EndDate"))
    fitting = [
        {"EmailAddress": key, **entry}
        for key, entry in sorted(account.suppressed.items())
        if (not reasons or entry["Reason"] in reasons)
        and (start is None or entry["LastUpdateTime"] >= start)
        and (end is None or entry["LastUpdateTime"] <= end)
    ]
    first, size = _page(request)
    page = {"SuppressedDestinationSummaries": fitting[first : first + size]}
    return page if first + size >= len(fitting) else {**page, "NextToken": _token(first + size)}


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"from {place}".encode()).decode()


def _page(request: Mapping[str, Any]) -> tuple[int, int]:
    size = request.get("PageSize", _PAGE)
    if not 1 <= size <= 1000:
        raise bad_request("PageSize must be between 1 and 1000.")
    try:
        token = base64.urlsafe_b64decode(request.get("NextToken", _token(0))).decode()
        return int(token.removeprefix("from ")), size
    except ValueError as error:
        raise bad_request("NextToken is invalid.") from error


def _moment(text: Any) -> float | None:
    return None if text is None else datetime.fromisoformat(str(text)).timestamp()


def get_configuration_set(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    name = _configuration_set(account, request)
    return {
        "ConfigurationSetName": name,
        "SendingOptions": {"SendingEnabled": name not in account.paused},
        "ReputationOptions": {"ReputationMetricsEnabled": True},
        "SuppressionOptions": {"SuppressedReasons": list(account.settings.suppressed_reasons)},
    }


def get_event_destinations(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    name = _configuration_set(account, request)
    if name in account.settings.silent_configuration_sets:
        return {"EventDestinations": []}
    topic = f"arn:aws:sns:us-east-1:{_ACCOUNT_ID}:ses-events"
    destination = {
        "Name": "events",
        "Enabled": True,
        "MatchingEventTypes": list(account.settings.event_types),
        "SnsDestination": {"TopicArn": topic},
    }
    return {"EventDestinations": [destination]}


def put_sending_options(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    """The switch of a configuration set; a switch that is left out means off, as a boolean does."""
    name = _configuration_set(account, request)
    (account.paused.discard if request.get("SendingEnabled", False) else account.paused.add)(name)
    return {}


def _configuration_set(account: Account, request: Mapping[str, Any]) -> str:
    name = str(request["ConfigurationSetName"])
    if name not in account.settings.configuration_sets:
        raise not_found(f"Configuration set <{name}> does not exist.")
    return name


def get_identity(account: Account, request: Mapping[str, Any]) -> dict[str, Any]:
    name, settings = request["EmailIdentity"], account.settings
    verified = name in settings.identities
    if not verified and name not in settings.unverified_identities:
        raise not_found(f"Email identity {name} does not exist.")
    status = "SUCCESS" if verified else "PENDING"
    return {
        "IdentityType": "EMAIL_ADDRESS" if "@" in name else "DOMAIN",
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": verified,
        "VerificationStatus": status,
        "DkimAttributes": {
            "SigningEnabled": settings.dkim_signing,
            "Status": status if settings.dkim_signing else "NOT_STARTED",
            "SigningAttributesOrigin": "AWS_SES",
        },
    }


OPERATIONS: dict[str, Answers] = {
    "GetAccount": get_account,
    "PutSuppressedDestination": put_suppressed,
    "GetSuppressedDestination": get_suppressed,
    "DeleteSuppressedDestination": delete_suppressed,
    "ListSuppressedDestinations": list_suppressed,
    "GetConfigurationSet": get_configuration_set,
    "GetConfigurationSetEventDestinations": get_event_destinations,
    "PutConfigurationSetSendingOptions": put_sending_options,
    "GetEmailIdentity": get_identity,
}
