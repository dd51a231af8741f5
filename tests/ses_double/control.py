"""What a test asks the double itself, under /_double/."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import orjson

from tests.ses_double.events import published
from tests.ses_double.service import Answer, Service, json_answer
from tests.ses_double.settings import Settings

PREFIX = "/_double/"


def controlled(service: Service, path: str, body: bytes) -> Answer:
    """Answer a request of the control API; a mistake in it is said in words, with status 400."""
    verb, _, rest = path.removeprefix(PREFIX).partition("/")
    given = orjson.loads(body) if body else None
    try:
        return json_answer(_VERBS[verb](service, given if body else unquote(rest)))
    except (AssertionError, KeyError, TypeError) as error:
        return json_answer({"mistake": str(error)}, 400)


def _counts(service: Service, _: Any) -> Any:
    return service.account.mailboxes.delivered


def _accepted(service: Service, _: Any) -> Any:
    return service.account.mailboxes.accepted


def _mailbox(service: Service, address: Any) -> Any:
    return [mail.shown() for mail in service.account.mailboxes.of(address)]


def _mails(service: Service, _: Any) -> Any:
    return [mail.shown() for mail in service.account.mailboxes.mails]


def _twice(service: Service, _: Any) -> Any:
    accepted = service.account.mailboxes.accepted
    return {address: count for address, count in accepted.items() if count > 1}


def _moments(service: Service, _: Any) -> Any:
    return service.account.mailboxes.moments


def _requests(service: Service, _: Any) -> Any:
    return service.requests


def _copies(service: Service, _: Any) -> Any:
    return service.account.copies


def _events(service: Service, _: Any) -> Any:
    return published(service.account)


def _settings(service: Service, values: Any) -> Any:
    service.account.settings.changed(values)
    if "max_send_rate" in values or "clock" in values:
        service.account.refill()
    return {}


def _faults(service: Service, faults: Any) -> Any:
    service.script.set(faults)
    return {}


def _advance(service: Service, seconds: Any) -> Any:
    service.account.advance(float(seconds))
    return service.account.now()


def _reset(service: Service, values: Any) -> Any:
    """As if just started, except that message ids go on."""
    service.restart(Settings().changed(values or {}))
    return {}


_VERBS: dict[str, Callable[[Service, Any], Any]] = {
    "counts": _counts,
    "accepted": _accepted,
    "mailbox": _mailbox,
    "mails": _mails,
    "twice": _twice,
    "moments": _moments,
    "requests": _requests,
    "copies": _copies,
    "events": _events,
    "settings": _settings,
    "faults": _faults,
    "advance": _advance,
    "reset": _reset,
}
