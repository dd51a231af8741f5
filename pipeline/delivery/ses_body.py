"""The body of a SendBulkEmail, written by us: botocore needs three times as long for it as all the rest.

botocore still does what it is there for: address, credentials, signature, one try, the meaning of answers.
Its events `before-parameter-build` and `before-call` are where a body may be put in (botocore's topic guide
"events"); it is signed after that.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

#: The name under which a body travels through botocore's own parameters; no member of the operation.
_BODY: Final = "PostmergeBody"
_ENTRIES: Final = "BulkEmailEntries"


def accept_bodies(client: Any) -> None:
    """Let `send_bulk_email(**carried(body))` of this client send that body."""
    events = client.meta.events
    events.register("before-parameter-build.sesv2.SendBulkEmail", _taken_out)
    events.register("before-call.sesv2.SendBulkEmail", _put_in)


def carried(body: bytes) -> dict[str, Any]:
    """What to call `send_bulk_email` with."""
    return {_BODY: body}


def body_of(request: Mapping[str, Any], entries: tuple[bytes, ...]) -> bytes:
    """The JSON of a request whose entries are JSON already."""
    return orjson.dumps({**request, _ENTRIES: [orjson.Fragment(entry) for entry in entries]})


def _taken_out(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if _BODY in params:
        context[_BODY] = params.pop(_BODY)


def _put_in(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    if _BODY in context:
        params["body"] = context.pop(_BODY)
