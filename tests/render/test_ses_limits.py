"""What SES would refuse is found before the call."""

import pytest

from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Message
from pipeline.render.ses_limits import (
    LONGEST_BULK,
    Breach,
    breaches,
    envelope_breaches,
    goes_alone,
    objection,
)
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Filling, Words, woven

NEWS = Mailbox("News", "news@mail.hanamori.example")


def message(**changes: object) -> Message:
    words = Words("Hello", "<p>Hello</p>", "Hello\n")
    made = Message(NEWS, "a@people.example", "m1", "seal", words)
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
        ({"said": Words("a\nb", None, "Hello\n")}, "a line break"),
        ({"said": Words("a\u2028b", None, "Hello\n")}, "a line break"),
        ({"said": Words("a" * 999, None, "Hello\n")}, "a subject of more"),
        ({"attachments": (AttachedFile("x" * 256, "a/b", b""),)}, "the name of an attachment"),
        ({"attachments": (AttachedFile("x", "a/b", b"x" * 31_000_000),)}, "larger than 40 MB"),
        ({"said": Words("Hello", None, "長" * 8_000_000)}, "larger than 40 MB"),
        ({"said": Filling(woven([0], ["長"], [0, " and ", 0], 1), ("a\nb",))}, "a line break"),
        ({"said": Filling(woven(["a"], ["長"], [0, "-", 0], 1), ("長" * 4_000_000,))}, "larger than 40 MB"),
    ],
)
def test_what_ses_would_refuse_is_named(changes: dict[str, object], words: str) -> None:
    assert (objection(message(**changes)) or "").startswith(words)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    wrong = message(said=Words("a\nb", None, "Hello\n"), headers=(("List ID", "x"),))
    assert list(breaches(wrong)) == [Breach.HEADER, Breach.BROKEN_SUBJECT]


@pytest.mark.parametrize(
    ("sender", "reply_to", "configuration_set", "found"),
    [
        ("news@mail.hanamori.example", "help@hanamori.example", "campaigns_2-a", []),
        ("news@mail.hanamori.example", None, None, []),
        ("ニュース@hanamori.example", None, None, [Breach.SENDER]),
        ("news@花森.example", None, None, [Breach.SENDER]),
        ("a@b@hanamori.example", None, None, [Breach.SENDER]),
        ("news@hanamori.example", "サポート@hanamori.example", None, [Breach.REPLY_TO]),
        ("news@hanamori.example", None, "x" * 65, [Breach.CONFIGURATION_SET]),
        ("news@hanamori.example", None, "設定", [Breach.CONFIGURATION_SET]),
    ],
)
def test_what_all_mails_share_is_looked_at_too(
    sender: str, reply_to: str | None, configuration_set: str | None, found: list[Breach]
) -> None:
    assert list(envelope_breaches(Mailbox("News", sender), reply_to, configuration_set)) == found


def test_a_mail_too_large_for_a_shared_call_is_known_beforehand() -> None:
    assert not goes_alone(message())
    assert not goes_alone(message(said=Words("Hello", None, "x" * (LONGEST_BULK - 500))))
    assert goes_alone(message(said=Words("Hello", None, "x" * LONGEST_BULK)))
    assert goes_alone(message(attachments=(AttachedFile("x.pdf", "application/pdf", b"x" * 800_000),)))
