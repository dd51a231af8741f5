"""One message, one address (law 10), and real bytes."""

import email
import email.policy
from dataclasses import fields, replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.recipient import Recipient
from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Letterhead, Malformed, Message, assert_same_row, recipient_tag
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Words

ROW = Recipient("m1", "taro@personas.example", {"family_name": "田中"})
WHOLE = Message(
    Letterhead(
        Mailbox("はなもり通販", "news@mail.hanamori.example"),
        "support@hanamori.example",
        (AttachedFile("サイズ表.pdf", "application/pdf", b"%PDF-" + bytes(range(256))),),
        (("campaign", "winter"), ("batch", "b-1")),
    ),
    to=ROW.address,
    recipient_id=ROW.id,
    seal=ROW.seal,
    said=Words(
        "田中様 冬のセールは12月1日(火)から、最大30%オフでお待ちしております",
        "<p>" + "x" * 5000 + "</p>",
        "こんにちは\n" + "長" * 3000,
    ),
    headers=(
        ("List-Unsubscribe", f"<https://u.hanamori.example/{'t' * 300}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ),
)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def parsed(message: Message) -> EmailMessage:
    return email.message_from_bytes(message.as_email(NOON), policy=email.policy.default)


def test_the_bytes_read_back_as_what_was_put_in() -> None:
    mail = parsed(WHOLE)
    assert mail["To"] == ROW.address
    assert mail["From"].addresses[0].display_name == "はなもり通販"
    assert mail["Subject"] == WHOLE.subject
    assert mail["Reply-To"] == "support@hanamori.example"
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == WHOLE.text
    assert page.get_content().strip() == WHOLE.html
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "サイズ表.pdf"
    assert attached.get_content_type() == "application/pdf"
    assert attached.get_payload(decode=True) == WHOLE.letterhead.attachments[0].data
    assert not mail.defects


def test_no_line_is_longer_than_mail_servers_take() -> None:
    assert max(map(len, WHOLE.as_email(NOON).split(b"\r\n"))) <= 998


def test_lines_end_as_the_rules_of_mail_want() -> None:
    raw = WHOLE.as_email(NOON)
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")


def test_the_unsubscribe_link_stays_readable_for_machines() -> None:
    head = WHOLE.as_email(NOON).partition(b"\r\n\r\n")[0].decode("ascii")
    assert f"List-Unsubscribe: <https://u.hanamori.example/{'t' * 300}>\r\n" in head
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_the_same_message_at_the_same_time_is_the_same_bytes() -> None:
    assert WHOLE.as_email(NOON) == replace(WHOLE).as_email(NOON)


def test_two_people_never_share_a_message_id() -> None:
    other = replace(WHOLE, to="hanako@personas.example", recipient_id="m2")
    assert parsed(WHOLE)["Message-ID"] != parsed(other)["Message-ID"]


def test_a_message_has_no_place_for_another_receiver() -> None:
    assert {field.name for field in fields(Message)}.isdisjoint({"cc", "bcc", "recipients"})


@pytest.mark.parametrize(
    "to",
    [
        "a@b.example, c@d.example",
        "a@b.example;c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        "a@b.example ",
        "Taro <a@b.example>",
        "<a@b.example>",
        '"a,c"@b.example',
        "a@b.example\0",
        "a@b@c.example",
        "田中@b.example",
        "a@日本.example",
        "a@[127.0.0.1]",
        "group:a@b.example",
        "a(comment)@b.example",
        "a@b.example%0aBcc:c",
        "@b.example",
        "",
    ],
)
def test_an_address_that_is_not_exactly_one_is_refused(to: str) -> None:
    with pytest.raises(Malformed):
        replace(WHOLE, to=to)


@given(st.text(min_size=1, max_size=60))
def test_whatever_the_address_there_is_one_receiver_or_no_message(to: str) -> None:
    try:
        bare = Letterhead(WHOLE.letterhead.sender)
        message = replace(WHOLE, letterhead=bare, to=to, said=replace(WHOLE.words, html=None))
    except Malformed:
        return
    mail = parsed(message)
    assert [address.addr_spec for address in mail["To"].addresses] == [to]
    assert mail["Cc"] is None
    assert mail["Bcc"] is None


@given(st.text(min_size=1, max_size=120))
def test_whatever_the_subject_it_adds_no_header(subject: str) -> None:
    expected = set(parsed(WHOLE).keys())
    try:
        message = replace(WHOLE, said=replace(WHOLE.words, subject=subject))
    except Malformed:
        return
    mail = parsed(message)
    assert set(mail.keys()) == expected
    assert [address.addr_spec for address in mail["To"].addresses] == [ROW.address]


@pytest.mark.parametrize(
    "name", ["Cc", "Bcc", "bcc", "To", "Resent-To", "From", "Sender", "Subject", "X-Ünï", "X-Mailer"]
)
def test_only_headers_of_ours_can_be_set(name: str) -> None:
    with pytest.raises(Malformed):
        replace(WHOLE, headers=((name, "c@d.example"),))


@pytest.mark.parametrize("value", ["a\r\nBcc: c@d.example", "a\nb", "日本", "", "x" * 901, "a\0"])
def test_a_header_cannot_smuggle_another(value: str) -> None:
    with pytest.raises(Malformed):
        replace(WHOLE, headers=(("X-Postmerge-Wave", value),))


def test_a_header_stands_once() -> None:
    with pytest.raises(Malformed):
        replace(WHOLE, headers=(("List-ID", "a"), ("List-ID", "b")))


@pytest.mark.parametrize("tag", [("wave", "1 2"), ("wave", "田中"), ("a@b", "1"), ("wave", "")])
def test_a_tag_says_nothing_personal(tag: tuple[str, str]) -> None:
    with pytest.raises(Malformed):
        Letterhead(WHOLE.letterhead.sender, tags=(tag,))


@pytest.mark.parametrize("tag", ["taro@personas.example", "a b", "x" * 257, "a\n"])
def test_nor_does_the_tag_of_a_recipient(tag: str) -> None:
    with pytest.raises(Malformed):
        replace(WHOLE, tag=tag)


@pytest.mark.parametrize("tags", [(("wave", "1"), ("wave", "2")), (("recipient", "m1"),)])
def test_a_tag_stands_once(tags: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(Malformed):
        Letterhead(WHOLE.letterhead.sender, tags=tags)


def test_the_tags_of_a_message_are_those_of_all_and_its_own_in_one_order() -> None:
    own = recipient_tag("winter", "m1")
    assert WHOLE.tags == (("batch", "b-1"), ("campaign", "winter"))
    assert replace(WHOLE, tag=own).tags == (*WHOLE.tags, ("recipient", own))


@pytest.mark.parametrize(
    "field",
    [
        {"sender": Mailbox("a\r\nBcc: x", "a@b.example")},
        {"sender": Mailbox("a", "a@b.example,c@d.example")},
        {"reply_to": "a@b.example, c@d.example"},
    ],
)
def test_sender_and_reply_address_are_one_line_and_one_address(field: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        replace(WHOLE.letterhead, **field)  # type: ignore[arg-type]


def test_the_last_step_lets_the_right_row_pass() -> None:
    assert_same_row(WHOLE, ROW)


@pytest.mark.parametrize(
    "row",
    [
        Recipient("m2", ROW.address, ROW.fields),
        Recipient(ROW.id, "hanako@personas.example", ROW.fields),
        Recipient(ROW.id, ROW.address, {"family_name": "佐藤"}),
    ],
)
def test_the_last_step_stops_a_mail_with_somebody_elses_data(row: Recipient) -> None:
    with pytest.raises(AssertionError, match="was about to go"):
        assert_same_row(WHOLE, row)


def test_the_tag_of_a_recipient_differs_between_campaigns_and_hides_the_id() -> None:
    assert recipient_tag("winter", "m1") != recipient_tag("summer", "m1")
    assert "m1" not in recipient_tag("winter", "m1")
