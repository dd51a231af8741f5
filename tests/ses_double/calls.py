"""Requests as a careful client would write them; a test spoils one thing."""

from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError

SENDER = "news@mail.hanamori.example"


def entry(address: str = "ann@home.example", data: Any = None, **more: Any) -> dict[str, Any]:
    """One entry of a bulk call; `data` fills the slots."""
    text = data if isinstance(data, str) else orjson.dumps(data or {}).decode()
    replacement = {"ReplacementTemplate": {"ReplacementTemplateData": text}}
    return {
        "Destination": {"ToAddresses": [address]},
        "ReplacementEmailContent": replacement,
        **more,
    }


def bulk(*entries: dict[str, Any], text: str = "Hello", **more: Any) -> dict[str, Any]:
    """A bulk call; `subject`, `html`, `data` and `headers` belong to the template, the rest to the call."""
    content = {"Subject": more.pop("subject", "News"), "Text": text}
    if "html" in more:
        content["Html"] = more.pop("html")
    template = {"TemplateContent": content, "TemplateData": orjson.dumps(more.pop("data", {})).decode()}
    if "headers" in more:
        template["Headers"] = more.pop("headers")
    return {
        "FromEmailAddress": SENDER,
        "ConfigurationSetName": "campaigns",
        "DefaultContent": {"Template": template},
        "BulkEmailEntries": list(entries or (entry(),)),
        **more,
    }


def simple(address: str = "ann@home.example", **more: Any) -> dict[str, Any]:
    """A single call; `subject`, `text` and `headers` belong to the message, the rest to the call."""
    message: dict[str, Any] = {
        "Subject": {"Data": more.pop("subject", "News")},
        "Body": {"Text": {"Data": more.pop("text", "Hello")}},
    }
    if "headers" in more:
        message["Headers"] = more.pop("headers")
    return {
        "FromEmailAddress": SENDER,
        "ConfigurationSetName": "campaigns",
        "Destination": {"ToAddresses": [address]},
        "Content": {"Simple": message},
        **more,
    }


def named(**pairs: str) -> list[dict[str, str]]:
    """Headers or tags; an underscore in a name is a dash."""
    return [{"Name": name.replace("_", "-"), "Value": value} for name, value in pairs.items()]


def statuses(answer: dict[str, Any]) -> list[str]:
    """The statuses of a bulk answer, in order."""
    return [result["Status"] for result in answer["BulkEmailEntryResults"]]


def refusal(call: Any, request: dict[str, Any]) -> tuple[int, str, str]:
    """The error that a call ends with: HTTP status, code, sentence."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]
