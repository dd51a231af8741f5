"""What the service publishes about accepted mail, in the documented shape.

Nothing is stored: events follow from the mail, its fate and the settings, and are the same every time they
are asked for with the same settings.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from tests.ses_double.account import Account
from tests.ses_double.limits import bare_address
from tests.ses_double.mail import Mail
from tests.ses_double.settings import EVENT_TYPES, Settings

_ACCOUNT_ID = "123456789012"
_TYPES = dict(EVENT_TYPES)
#: From one event of a mail to the next. Only the time written on them: nobody waits for it.
_STEP_SECONDS = 1.0
#: What is published about each fate, in the order in which it happens.
_COURSE = {
    "delivered": ("Send", "Delivery"),
    "complaint": ("Send", "Delivery", "Complaint"),
    "bounce": ("Send", "Bounce"),
    "soft bounce": ("Send", "Bounce"),
    "suppressed": ("Send", "Bounce"),
    "rejected": ("Reject",),
    "unrendered": ("Rendering Failure",),
    "lost": ("Send",),
}
_BOUNCES = {
    "bounce": ("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown"),
    "soft bounce": ("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full"),
    "suppressed": (
        "Permanent",
        "OnAccountSuppressionList",
        "5.1.1",
        "Amazon SES did not send the message to this address because it is on the suppression list",
    ),
}


def published(account: Account) -> list[dict[str, Any]]:
    """The events that have come by now, in the order in which they come."""
    settings, arrived = account.settings, []
    for mail in account.mailboxes.mails:
        for name, moment in _course(mail, settings):
            key = f"{mail.message_id}/{mail.address}/{name}"
            late = _chance(settings, key, "late") < settings.events_late
            delay = settings.events_late_seconds if late else 0.0
            if mail.accepted_at + delay > account.now():
                continue
            copies = 2 if _chance(settings, key, "doubled") < settings.events_doubled else 1
            arrived += [(moment + delay, key, copy, mail, name) for copy in range(copies)]
    if settings.events_reordered:
        arrived.sort(key=lambda event: _chance(settings, event[1], f"order {event[2]}"))
    else:
        arrived.sort(key=lambda event: event[0])
    return [_event(mail, name) for _, _, _, mail, name in arrived]


def _course(mail: Mail, settings: Settings) -> Iterator[tuple[str, float]]:
    """The events of one mail and when each happens; none without a configuration set that publishes."""
    used = mail.content.configuration_set
    if not used or used in settings.silent_configuration_sets:
        return
    wanted = {_TYPES[name] for name in settings.event_types if name in _TYPES}
    for step, name in enumerate(_COURSE[mail.fate]):
        if name in wanted:
            yield name, mail.accepted_at + step * _STEP_SECONDS


def _chance(settings: Settings, key: str, what: str) -> float:
    digest = sha256(f"{settings.events_seed}/{what}/{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(mail: Mail, name: str) -> dict[str, Any]:
    """One event; beside `mail` stands one object, named for what happened."""
    key = "failure" if name == "Rendering Failure" else name.lower()
    return {"eventType": name, "mail": _mail(mail), key: _detail(mail, name)}


def _mail(mail: Mail) -> dict[str, Any]:
    content = mail.content
    sender = bare_address(content.sender)
    domain = sender.rpartition("@")[2]
    shown: dict[str, Any] = {
        "timestamp": _stamp(mail.accepted_at),
        "source": content.sender,
        "sourceArn": f"arn:aws:ses:us-east-1:{_ACCOUNT_ID}:identity/{domain}",
        "sendingAccountId": _ACCOUNT_ID,
        "messageId": mail.message_id,
        "destination": [mail.address],
        "headersTruncated": False,
        "tags": {
            "ses:configuration-set": [content.configuration_set],
            "ses:from-domain": [domain],
            "ses:source-ip": ["192.0.2.1"],
            "ses:caller-identity": ["double"],
            **{name: [value] for name, value in mail.tags},
        },
    }
    if not content.templated:
        written = mail.shown()
        shown["headers"] = [{"name": name, "value": value} for name, value in written["headers"]]
        shown["commonHeaders"] = {
            "from": [content.sender],
            "to": [mail.address],
            "messageId": mail.message_id,
            "subject": written["subject"],
        }
    return shown


def _detail(mail: Mail, name: str) -> dict[str, Any]:
    course = _COURSE[mail.fate]
    at = _stamp(mail.accepted_at + course.index(name) * _STEP_SECONDS)
    match name:
        case "Delivery":
            return {
                "timestamp": at,
                "processingTimeMillis": 1000,
                "recipients": [mail.address],
                "smtpResponse": "250 2.6.0 Message received",
                "reportingMTA": "mta.example",
            }
        case "Bounce":
            return _bounce(mail, at)
        case "Complaint":
            return {
                "complainedRecipients": [{"emailAddress": mail.address}],
                "timestamp": at,
                "feedbackId": f"feedback-{mail.message_id}",
                "complaintSubType": None,
                "complaintFeedbackType": "abuse",
            }
        case "Reject":
            return {"reason": "Bad content"}
        case "Rendering Failure":
            missing = f"Attribute '{mail.missing}' is not present in the rendering data."
            return {"errorMessage": missing, "templateName": ""}
    return {}


def _bounce(mail: Mail, at: str) -> dict[str, Any]:
    kind, below, status, diagnosis = _BOUNCES[mail.fate]
    recipient = {
        "emailAddress": mail.address,
        "action": "failed",
        "status": status,
        "diagnosticCode": diagnosis,
    }
    return {
        "feedbackId": f"feedback-{mail.message_id}",
        "bounceType": kind,
        "bounceSubType": below,
        "bouncedRecipients": [recipient],
        "timestamp": at,
        "reportingMTA": "dns; mta.example",
    }
