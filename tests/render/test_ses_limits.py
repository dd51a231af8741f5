"""What SES would refuse is found before the call."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Message
from pipeline.render.ses_limits import objection, size_of
from pipeline.render.source import Mailbox

NEWS = Mailbox("News", "news@mail.hanamori.example")


def message(**changes: object) -> Message:
    made = Message(NEWS, "a@people.example", "m1", "seal", "Hello", "Hello\n", "<p>Hello</p>")
    for name, value in changes.items():
        object.__setattr__(made, name, value)  # also what a message cannot be made with
    return made


def test_an_ordinary_message_meets_no_objection() -> None:
    assert objection(message()) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"headers": tuple((f"X-{n}", "v") for n in range(16))}, "too many headers"),
        ({"headers": (("List-ID", "日本"),)}, "a header"),
        ({"headers": (("List-ID", "a\r\nBcc: b@c.example"),)}, "a header"),
        ({"headers": (("List-ID", "x" * 996),)}, "a header"),
        ({"headers": (("List-ID", ""),)}, "a header"),
        ({"headers": (("List ID", "x"),)}, "a header"),
        ({"tags": (("a", "b c"),)}, "a tag"),
        ({"tags": (("a", "x@y.example"),)}, "a tag"),
        ({"tags": (("a", "x" * 257),)}, "a tag"),
        ({"tags": (("a", "b"), ("a", "c"))}, "too many tags"),
        ({"tags": tuple((f"t{n}", "v") for n in range(51))}, "too many tags"),
        ({"subject": "a\nb"}, "a line break"),
        ({"subject": "a\u2028b"}, "a line break"),
        ({"attachments": (AttachedFile("x" * 256, "a/b", b""),)}, "the name of an attachment"),
        ({"attachments": (AttachedFile("x", "a/b", b"x" * 31_000_000),)}, "larger than 40 MB"),
        ({"text": "長" * 8_000_000}, "larger than 40 MB"),
    ],
)
def test_what_ses_would_refuse_is_named(changes: dict[str, object], words: str) -> None:
    assert (objection(message(**changes)) or "").startswith(words)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_a_request_is_never_longer_than_it_was_said_to_be(piece: object) -> None:
    assert size_of({"piece": piece}) >= len(json.dumps({"piece": piece}))
