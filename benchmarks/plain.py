"""What somebody writes who only wants to send: loops of boto3 with its usual settings, and no books at all.

The words stand already: neither loop renders anything, or looks at anything. That is as fast as they get.
"""

import hashlib
import json
from typing import Any

import boto3

from benchmarks import campaign as mails
from pipeline.models.recipient import Recipient
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.stencil import Filling
from pipeline.render.unsubscribe import UnsubscribeKey
from tests.ses_double import Double

_BATCH = 50


class Loops:
    """One mail, as `send_email` and as `send_bulk_email` take it, for as many people as asked for."""

    def __init__(self, source: MailSource, double: Double) -> None:
        self._client = boto3.client("sesv2", region_name="ap-northeast-1", endpoint_url=double.endpoint_url)
        with Renderer(source, UnsubscribeKey(b"k" * 40)) as renderer:
            row = Recipient("m1", "a@people.example", {name: f"鈴木1-{name}" for name in mails.FIELDS})
            (message,) = renderer.render([row])
        assert isinstance(message, Message)
        assert isinstance(message.said, Filling)
        self._words, self._stencil, self._values = message.words, message.said.stencil, message.said.data
        self._message = message
        self._sent = 0

    @property
    def size(self) -> int:
        """Bytes of the HTML part."""
        return len((self._words.html or "").encode())

    def single(self, count: int) -> int:
        """One call each."""
        message, words = self._message, self._words
        for _ in range(count):
            address, own = self._next()
            answer = self._client.send_email(
                FromEmailAddress=_sender(message),
                Destination={"ToAddresses": [address]},
                Content={
                    "Simple": {
                        "Subject": {"Data": words.subject},
                        "Body": {"Html": {"Data": words.html}, "Text": {"Data": words.text}},
                        "Headers": own,
                    }
                },
                EmailTags=[*_TAGS, _tag(address)],
                ConfigurationSetName="campaigns",
            )
            assert answer["MessageId"]
        return count

    def bulk(self, count: int) -> int:
        """Fifty in a call."""
        content = {"Subject": self._stencil.subject, "Html": self._stencil.html, "Text": self._stencil.text}
        for _ in range(0, count, _BATCH):
            answer = self._client.send_bulk_email(
                FromEmailAddress=_sender(self._message),
                DefaultContent={
                    "Template": {
                        "TemplateContent": content,
                        "TemplateData": json.dumps(dict.fromkeys(self._values, "")),
                    }
                },
                BulkEmailEntries=[self._entry() for _ in range(_BATCH)],
                DefaultEmailTags=_TAGS,
                ConfigurationSetName="campaigns",
            )
            assert all(result["Status"] == "SUCCESS" for result in answer["BulkEmailEntryResults"])
        return count

    def _entry(self) -> dict[str, Any]:
        address, own = self._next()
        return {
            "Destination": {"ToAddresses": [address]},
            "ReplacementTags": [_tag(address)],
            "ReplacementHeaders": own,
            "ReplacementEmailContent": {
                "ReplacementTemplate": {"ReplacementTemplateData": json.dumps(self._values)}
            },
        }

    def _next(self) -> tuple[str, list[dict[str, str]]]:
        self._sent += 1
        own = [{"Name": name, "Value": value} for name, value in self._message.headers]
        return f"loop.{self._sent}@people.example", own


_TAGS: list[dict[str, str]] = [
    {"Name": name, "Value": value}
    for name, value in (("campaign", "sale"), ("revision", "1"), ("wave", "2"), ("batch", "1234-1"))
]


def _tag(address: str) -> dict[str, str]:
    return {"Name": "recipient", "Value": hashlib.sha256(address.encode()).hexdigest()[:32]}


def _sender(message: Message) -> str:
    return f"=?utf-8?b?44Gv44Gq44KC44KK6YCa6LKp?= <{message.letterhead.sender.address}>"
