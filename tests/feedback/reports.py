"""Events of SES as a queue holds them, about invented messages."""

import json
from typing import Any

from pipeline.ledger.entry import BatchId
from pipeline.render.message import recipient_tag

AT = "2026-12-01T01:00:00.000Z"


def event(
    kind: str, batch: BatchId, person: str, *, at: str = AT, bounce: str = "Permanent", **more: Any
) -> dict[str, Any]:
    """A bare event about the message of `person`, an id of the contacts."""
    tags = {
        "campaign": batch.campaign,
        "revision": str(batch.revision),
        "wave": str(batch.wave),
        "batch": f"{batch.number}-{batch.attempt}",
        "recipient": recipient_tag(batch.campaign, person),
    }
    mail = {
        "timestamp": at,
        "messageId": f"m-{person}",
        "destination": [f"{person}@people.example"],
        "tags": {name: [value] for name, value in tags.items()},
    }
    detail: dict[str, Any] = {"timestamp": at, **more}
    if kind == "Bounce":
        detail |= {"bounceType": bounce, "bouncedRecipients": [{"emailAddress": f"{person}@people.example"}]}
    return {"eventType": kind, "mail": mail, kind.lower(): detail}


def body(kind: str, batch: BatchId, person: str, **more: Any) -> str:
    """The same as a queue holds it."""
    return json.dumps(event(kind, batch, person, **more))
