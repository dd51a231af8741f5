"""What SES would refuse is found before the call."""

import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Letterhead, Malformed, Message
from pipeline.render.ses_limits import (
    LONGEST_BULK,
    Breach,
    breaches,
    goes_alone,
    letterhead_breaches,
    objection,
)
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Filling, Words, woven

NEWS = Letterhead(Mailbox("News", "news@mail.hanamori.example"))
#: What the service model of SES says of headers and tags.
HEADER_NAME, LONGEST_VALUE, LONGEST_HEADER = re.compile(r"[!-9;-@A-~]{1,126}"), 995, 996
TAG_WORD = re.compile(r"[A-Za-z0-9_-]{1,256}")


def message(letterhead: Letterhead = NEWS, **changes: Any) -> Message:
    words = Words("Hello", "<p>Hello</p>", "Hello\n")
    return replace(Message(letterhead, "a@people.example", "m1", "seal", words), **changes)


def attached(*files: AttachedFile) -> Message:
    return message(replace(NEWS, attachments=files))


def test_an_ordinary_message_meets_no_objection() -> None:
    assert objection(message()) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (message(headers=tuple((f"X-Postmerge-{n}", "v") for n in range(16))), "too many headers"),
        (message(replace(NEWS, tags=tuple((f"t{n}", "v") for n in range(51)))), "too many tags"),
        (message(replace(NEWS, tags=tuple((f"t{n}", "v") for n in range(50))), tag="m1"), "too many tags"),
        (message(said=Words("a" * 999, None, "Hello\n")), "a subject of more"),
        (message(said=Filling(woven([0], ["長"], None, 1), ("a" * 999,))), "a subject of more"),
        (attached(AttachedFile("x" * 256, "a/b", b"")), "the name of an attachment"),
        (attached(AttachedFile("x", "a/b", b"x" * 31_000_000)), "larger than 40 MB"),
        (attached(*[AttachedFile("x", "a/b", b"x" * 16_000_000)] * 2), "larger than 40 MB"),
        (message(said=Words("Hello", None, "長" * 8_000_000)), "larger than 40 MB"),
        (
            message(said=Filling(woven(["a"], ["長"], [0, "-", 0], 1), ("長" * 4_000_000,))),
            "larger than 40 MB",
        ),
    ],
)
def test_what_ses_would_refuse_is_named(wrong: Message, words: str) -> None:
    assert (objection(wrong) or "").startswith(words)


def test_everything_that_is_wrong_is_named_at_once() -> None:
    file = AttachedFile("x" * 256, "a/b", b"")
    wrong = replace(attached(file), said=Words("a" * 999, None, "Hello\n"))
    assert list(breaches(wrong)) == [Breach.LONG_SUBJECT, Breach.FILE_NAME]


NAMES = st.sampled_from(["List-ID", "List-Unsubscribe"]) | st.builds("X-Postmerge-{}".format, st.text())
PIECES = st.text() | st.text(st.characters(max_codepoint=127)) | st.just("x" * 1000)


@given(NAMES, PIECES)
def test_a_header_of_a_message_is_one_that_ses_takes(name: str, value: str) -> None:
    """Why nobody looks at it again before the call."""
    with suppress(Malformed):
        ((name, value),) = message(headers=((name, value),)).headers
        assert HEADER_NAME.fullmatch(name)
        assert 0 < len(value) <= LONGEST_VALUE
        assert all(" " <= letter <= "~" for letter in value)
        assert len(name) + len(value) <= LONGEST_HEADER


@given(PIECES, PIECES, PIECES)
def test_a_tag_and_a_subject_of_a_message_are_such_that_ses_takes(name: str, tag: str, subject: str) -> None:
    with suppress(Malformed):
        made = message(replace(NEWS, tags=((name, tag),)), tag=tag)
        assert all(TAG_WORD.fullmatch(word) for pair in made.tags for word in pair)
    stencil = woven(["Hello ", 0], ["Hello"], None, 1)
    for said in Words(subject, None, "Hello\n"), Filling(stencil, (subject,)):
        with suppress(Malformed):
            made = message(said=said)
            assert made.subject == said.subject
            assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029]", made.subject)


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
    letterhead = replace(NEWS)
    # also what no letterhead can be made with
    object.__setattr__(letterhead, "sender", Mailbox("News", sender))
    object.__setattr__(letterhead, "reply_to", reply_to)
    assert list(letterhead_breaches(letterhead, configuration_set)) == found


def test_a_mail_too_large_for_a_shared_call_is_known_beforehand() -> None:
    assert not goes_alone(message())
    assert not goes_alone(message(said=Words("Hello", None, "x" * (LONGEST_BULK - 500))))
    assert goes_alone(message(said=Words("Hello", None, "x" * LONGEST_BULK)))
    assert goes_alone(attached(AttachedFile("x.pdf", "application/pdf", b"x" * 800_000)))
