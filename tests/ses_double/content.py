"""What a call says: simple, raw or templated content, checked and ready to be filled."""

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import Any

import orjson

from tests.ses_double import limits
from tests.ses_double.mail import Content, Pairs
from tests.ses_double.refusal import bad_request, not_found
from tests.ses_double.template import Template, parsed

_LINE_MAX_BYTES = 998
#: Headers of which a message may have one.
_SINGLE = ("from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "sender", "mime-version")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who writes, and through which configuration set."""

    sender: str
    reply_to: tuple[str, ...]
    configuration_set: str


def envelope(request: Mapping[str, Any], sender: str = "") -> Envelope:
    """The envelope of a call; `sender` stands in for a missing FromEmailAddress."""
    sender = request.get("FromEmailAddress", sender)
    reply_to = request.get("ReplyToAddresses", ())
    if not sender:
        raise bad_request("Missing required field: FromEmailAddress.")
    for one in (sender, *reply_to):
        if problem := limits.address(one):
            raise bad_request(problem)
    for member in ("TenantName", "EndpointId"):
        if member in request:
            raise not_found(f"{member} <{request[member]}> does not exist.")
    return Envelope(sender, tuple(reply_to), request.get("ConfigurationSetName", ""))


def pairs(given: Iterable[Mapping[str, str]]) -> Pairs:
    """Headers or tags of a request as pairs."""
    return tuple([(one["Name"], one["Value"]) for one in given])  # faster than a generator


def data_of(source: str) -> dict[str, Any]:
    """Template data that belongs to the whole call."""
    try:
        data = orjson.loads(source)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        raise bad_request("TemplateData is not a JSON object.")
    return data


def of_template(template: Mapping[str, Any], by: Envelope, size: int) -> Content:
    """An inline template. `size` is that of the request in bytes."""
    named = [key for key in ("TemplateName", "TemplateArn", "TemplateContent") if key in template]
    if len(named) != 1:
        raise bad_request("Exactly one of TemplateName, TemplateArn and TemplateContent must be given.")
    if named != ["TemplateContent"]:
        raise not_found(f"Template {template[named[0]]} does not exist.")
    if size > limits.INLINE_REQUEST_MAX_BYTES:
        raise bad_request(f"Request of {size} bytes exceeds 1 MB, the limit with an inline template.")
    content = template["TemplateContent"]
    subject, text, html = (content.get(key, "") for key in ("Subject", "Text", "Html"))
    if not subject or not (text or html):
        raise bad_request("The template must have a subject and a text or HTML part.")
    return _content(by, parsed(subject), _part(text), _part(html), templated=True)


def _part(source: str) -> Template | None:
    return parsed(source) if source else None


def _content(
    by: Envelope, subject: Template, text: Template | None, html: Template | None, *, templated: bool
) -> Content:
    names = frozenset[str]().union(*(part.names for part in (subject, text, html) if part))
    if problem := limits.one_line(subject.pieces[0] + subject.pieces[-1]):
        raise bad_request(problem)
    return Content(
        sender=by.sender,
        reply_to=by.reply_to,
        configuration_set=by.configuration_set,
        subject=subject,
        text=text,
        html=html,
        templated=templated,
        names=names,
    )


def of_simple(message: Mapping[str, Any], by: Envelope) -> Content:
    """Texts that stand already."""
    body = message["Body"]
    if not body:
        raise bad_request("Body must have a text or HTML part.")
    text, html = (_literal(body[kind]["Data"]) if kind in body else None for kind in ("Text", "Html"))
    return _content(by, _literal(message["Subject"]["Data"]), text, html, templated=False)


def _literal(text: str) -> Template:
    return Template((text,), frozenset())


def of_raw(raw: Mapping[str, Any], request: Mapping[str, Any]) -> tuple[Content, Mapping[str, Any]]:
    """A whole message as the caller wrote it, and to whom it goes."""
    data = base64.b64decode(raw["Data"])
    headers = BytesHeaderParser().parsebytes(data)
    counted = Counter(name.lower() for name in headers)
    if double := next((name for name in _SINGLE if counted[name] > 1), ""):
        raise bad_request(f"Duplicate header '{double}'.")
    if len(data) > limits.MESSAGE_MAX_BYTES:
        raise bad_request("Message length is more than 41943040 bytes long.")
    if any(len(line) > _LINE_MAX_BYTES for line in data.splitlines()):
        raise bad_request(f"A line of the message is longer than {_LINE_MAX_BYTES} bytes.")
    by = envelope(request, str(headers["From"] or ""))
    content = Content(
        sender=by.sender,
        reply_to=by.reply_to,
        configuration_set=by.configuration_set,
        subject=_literal(""),
        text=None,
        html=None,
        raw=data,
    )
    named = {
        f"{kind}Addresses": [one.strip() for one in str(headers[kind]).split(",")]
        for kind in ("To", "Cc", "Bcc")
        if headers[kind]
    }
    return content, request.get("Destination") or named
