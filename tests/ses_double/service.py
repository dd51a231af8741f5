"""One request in, one answer out: the service without its wires."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import orjson

from tests.ses_double.account import Account
from tests.ses_double.bulk import send_bulk
from tests.ses_double.faults import Fault, Script
from tests.ses_double.mail import Mailboxes
from tests.ses_double.management import OPERATIONS
from tests.ses_double.refusal import Refusal, bad_request
from tests.ses_double.settings import Settings
from tests.ses_double.shapes import Operation, request_of, routed
from tests.ses_double.single import send_one

_SENDING = {"SendEmail": send_one, "SendBulkEmail": send_bulk}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire."""

    status: int
    body: bytes
    error: str = ""
    content_type: str = "application/json"


def json_answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(value))


def refused(refusal: Refusal) -> Answer:
    """An error as botocore reads it."""
    return Answer(refusal.status, orjson.dumps({"message": refusal.message}), refusal.code)


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose head has been read: which operation, and what the script has in store for it."""

    account: Account
    operation: Operation
    in_path: dict[str, str]
    query: str
    fault: Fault | None
    entry_faults: list[Fault]


class Service:
    """The account, the script of faults, and how often each operation was called."""

    def __init__(self, settings: Settings) -> None:
        self.account = Account(settings)
        self.script = Script()
        self.requests = Counter[str]()

    def restart(self, settings: Settings) -> None:
        """Begin anew. A call that is still under way belongs to what was before; message ids go on."""
        self.account = Account(settings, Mailboxes(self.account.mailboxes.serial))
        self.script = Script()
        self.requests = Counter[str]()

    def begin(self, method: str, target: str, *, signed: bool) -> Call:
        """Note a request whose head has come. Raises Refusal for what the service does not know."""
        path, _, query = target.partition("?")
        found = routed(method, path)
        if found is None:
            self.requests["unknown"] += 1
            raise Refusal("UnknownOperationException", f"{method} {path} is no operation.", 404)
        operation, in_path = found
        self.requests[operation.name] += 1
        if not signed:
            raise Refusal("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
        return Call(self.account, operation, in_path, query, *self.script.next_call(operation.name))

    def answer(self, call: Call, body: bytes) -> Answer:
        """Do what was asked, unless the fault comes before it."""
        try:
            if call.fault and call.fault.kind in {"throttle", "error", "expired"}:
                raise call.fault.refusal()
            return json_answer(self._done(call, body))
        except Refusal as refusal:
            return refused(refusal)

    def _done(self, call: Call, body: bytes) -> dict[str, Any]:
        name = call.operation.name
        request = _request(call, body)
        if name in _SENDING:
            return _SENDING[name](call.account, request, len(body), call.entry_faults)
        if name not in OPERATIONS:
            raise Refusal("NotImplemented", f"The double does not know {name}.", 501)
        if problem := request_of(name)(request):
            raise bad_request(f"1 validation error detected: {problem}")
        return OPERATIONS[name](call.account, request)


def _request(call: Call, body: bytes) -> dict[str, Any]:
    """The members of the request, wherever they travelled."""
    try:
        given = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError as error:
        raise Refusal("SerializationException", "The body is not JSON.") from error
    if not isinstance(given, dict):
        raise Refusal("SerializationException", "The body is not an object.")
    return {**given, **call.in_path, **_queried(call)}


def _queried(call: Call) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, values in parse_qs(call.query).items():
        member = call.operation.query.get(name)
        if member is None:
            raise bad_request(f"{name} is not a member of {call.operation.name}.")
        if member == "Reasons":
            members[member] = values
        else:
            members[member] = int(values[0]) if values[0].isdigit() else values[0]
    return members
