"""What we write ourselves is what botocore would have written, and never longer than SES takes."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import boto3
import orjson
import pytest
from botocore.config import Config
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.ses_body import accept_bodies, body_of, carried
from pipeline.delivery.ses_calls import Bulk, calls_of
from pipeline.models.recipient import Recipient
from pipeline.render.message import Letterhead, Message
from pipeline.render.ses_limits import LONGEST_BULK
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Filling, Words, woven

LETTERHEAD = Letterhead(Mailbox("はなもり通販", "news@mail.hanamori.example"), tags=(("wave", "2"),))
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
SIZES = st.sampled_from([1, 100, 30_000, 80_000])


def _client() -> Any:
    keys = {"aws_access_key_id": "invented", "aws_secret_access_key": "invented"}
    return boto3.session.Session(**keys).client(
        "sesv2", region_name="eu-west-1", config=Config(parameter_validation=False)
    )


CLIENT = _client()
OPERATION = CLIENT.meta.service_model.operation_model("SendBulkEmail")


def _calls(values: list[str]) -> list[Bulk]:
    stencil = woven([0, "様"], ["Dear {", 0, "}\n"], ["<p>", 0, "</p>"], 1)
    messages = []
    for number, value in enumerate(values):
        row = Recipient(f"m{number}", f"m{number}@people.example", {"name": value})
        filling = Filling(stencil, (value,))
        made = Message(
            LETTERHEAD, row.address, row.id, row.seal, filling,
            headers=(("List-Unsubscribe", f"<https://u.hanamori.example/{number}>"),),
            tag=f"hash{number}",
        )  # fmt: skip
        messages.append((number, made))
    return [call for call in calls_of(messages) if isinstance(call, Bulk)]


def _request(call: Bulk) -> dict[str, Any]:
    content = {"Subject": call.stencil.subject, "Text": call.stencil.text, "Html": call.stencil.html}
    template = {"TemplateContent": content, "TemplateData": call.defaults}
    return {"FromEmailAddress": "news@mail.hanamori.example", "DefaultContent": {"Template": template}}


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_the_body_says_what_botocore_would_say(values: list[str]) -> None:
    for call in _calls(values):
        request = _request(call)
        entries = [orjson.loads(entry) for entry in call.entries]
        theirs = create_serializer("rest-json").serialize_to_request(
            {**request, "BulkEmailEntries": entries}, OPERATION
        )
        assert orjson.loads(body_of(request, call.entries)) == orjson.loads(theirs["body"])


@given(st.lists(st.tuples(st.sampled_from('a長😀"\\'), SIZES), min_size=1, max_size=60))
def test_no_call_is_longer_than_allowed(drawn: list[tuple[str, int]]) -> None:
    calls = _calls([letter * size for letter, size in drawn])
    assert sorted(place for call in calls for place in call.places) == list(range(len(drawn)))
    for call in calls:
        assert len(call.places) <= 50
        assert len(body_of(_request(call), call.entries)) <= LONGEST_BULK


def test_a_batch_with_tags_of_two_batches_is_a_bug() -> None:
    words = Words("Sale", None, "Sale")
    messages = [
        (n, Message(replace(LETTERHEAD, tags=(("wave", str(n)),)), "a@people.example", "m1", "seal", words))
        for n in range(2)
    ]
    with pytest.raises(AssertionError, match="one campaign, wave and number"):
        calls_of(messages)


def test_botocore_signs_and_sends_exactly_that_body() -> None:
    client, seen = _client(), []
    accept_bodies(client)

    def instead_of_sending(request: Any, **_: Any) -> None:
        seen.append(request)
        raise ConnectionAbortedError

    client.meta.events.register("before-send.sesv2.SendBulkEmail", instead_of_sending)
    with suppress(ConnectionAbortedError):
        client.send_bulk_email(**carried(b'{"a":"\xe9\x95\xb7"}'))
    (request,) = seen
    assert request.body == b'{"a":"\xe9\x95\xb7"}'
    assert request.headers["Content-Type"] == b"application/json"
    assert b"Signature=" in request.headers["Authorization"]
