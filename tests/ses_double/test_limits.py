"""What no client library checks: the double refuses it, and accepts what is just within."""

from typing import Any

import orjson
import pytest

from tests.ses_double import Double
from tests.ses_double.calls import SENDER, bulk, entry, named, refusal, simple, statuses

ANN = "ann@home.example"
LONG = [
    {"X": "é"},
    {"X": "a\r\nBcc: eve@x.example"},
    {"X": "a\nb"},
    {"X": "\t"},
    {"X": ""},
    {"X": "a" * 996},
    {"N" * 127: "a"},
    {"N" * 100: "a" * 897},
    {"X:": "a"},
    {"X Y": "a"},
    {"é": "a"},
    {"Subject": "another"},
    {"bcc": "eve@x.example"},
]


@pytest.mark.parametrize("pair", LONG)
def test_a_header_that_could_break_the_message_is_refused(
    client: Any, double: Double, pair: dict[str, str]
) -> None:
    headers = named(**pair)
    assert refusal(client.send_bulk_email, bulk(entry(ReplacementHeaders=headers)))[0] == 400
    assert refusal(client.send_bulk_email, bulk(headers=headers))[0] == 400
    assert refusal(client.send_email, simple(headers=headers))[0] == 400
    assert double.accepted() == {}


def test_headers_are_counted_and_never_double(client: Any, double: Double) -> None:
    many = [{"Name": f"X-{place}", "Value": "a"} for place in range(16)]
    double_header = named(X="a", x="b")
    for headers in (many, double_header):
        assert refusal(client.send_bulk_email, bulk(entry(ReplacementHeaders=headers)))[0] == 400
        assert refusal(client.send_email, simple(headers=headers))[0] == 400
    together = bulk(entry(ReplacementHeaders=many[:8]), headers=many[8:])
    assert refusal(client.send_bulk_email, together)[0] == 400
    at_most = [*many[:14], {"Name": "N", "Value": "a" * 995}]
    client.send_bulk_email(**bulk(entry(ReplacementHeaders=at_most)))
    (mail,) = double.mailbox(ANN)
    assert len(mail["headers"]) == 15


def test_headers_of_an_entry_replace_those_of_the_template(client: Any, double: Double) -> None:
    mine = named(List_Unsubscribe="<https://u.hanamori.example/1>", List_Unsubscribe_Post="One-Click")
    call = bulk(entry(ReplacementHeaders=mine), headers=named(X="kept", list_unsubscribe="<general>"))
    client.send_bulk_email(**call)
    double.change(header_order="reversed")
    client.send_bulk_email(**call)
    kept, reversed_ = (mail["headers"] for mail in double.mailbox(ANN))
    pairs = [[header["Name"], header["Value"]] for header in mine]
    assert kept == [["X", "kept"], *pairs]
    assert reversed_ == [["X", "kept"], *pairs[::-1]]


@pytest.mark.parametrize(
    "tags",
    [
        named(a="a b"),
        named(a="ann@home.example"),
        named(a="é"),
        named(a=""),
        named(a="x" * 257),
        [{"Name": "a.b", "Value": "x"}],
        [{"Name": "a", "Value": "x"}, {"Name": "a", "Value": "y"}],
        [{"Name": f"t{place}", "Value": "x"} for place in range(51)],
    ],
)
def test_a_tag_is_short_and_plain(client: Any, double: Double, tags: list[dict[str, str]]) -> None:
    assert refusal(client.send_bulk_email, bulk(entry(ReplacementTags=tags)))[0] == 400
    assert refusal(client.send_bulk_email, bulk(DefaultEmailTags=tags))[0] == 400
    assert refusal(client.send_email, simple(EmailTags=tags))[0] == 400
    assert double.accepted() == {}


def test_tags_of_an_entry_come_beside_the_default_ones(client: Any, double: Double) -> None:
    entries = (entry(ReplacementTags=named(rid="r1", wave="2")), entry("bob@home.example"))
    client.send_bulk_email(**bulk(*entries, DefaultEmailTags=named(campaign="sale", wave="1")))
    assert double.mailbox(ANN)[0]["tags"] == {"campaign": "sale", "wave": "2", "rid": "r1"}
    assert double.mailbox("bob@home.example")[0]["tags"] == {"campaign": "sale", "wave": "1"}


def test_a_call_has_one_to_fifty_entries(client: Any, double: Double) -> None:
    many = [entry(f"p{place}@home.example") for place in range(51)]
    assert refusal(client.send_bulk_email, bulk(*many))[0] == 400
    assert refusal(client.send_bulk_email, {**bulk(), "BulkEmailEntries": []})[0] == 400
    assert double.accepted() == {}
    answer = client.send_bulk_email(**bulk(*many[:50]))
    ids = [result["MessageId"] for result in answer["BulkEmailEntryResults"]]
    assert ids == [double.mailbox(f"p{place}@home.example")[0]["message_id"] for place in range(50)]
    assert len(set(ids)) == 50


def test_template_data_has_a_limit_in_characters(client: Any, double: Double) -> None:
    frame = len(orjson.dumps({"f0": ""}))
    at_most = {"f0": "x" * (262_144 - frame)}
    beyond = {"f0": "x" * (262_145 - frame)}
    client.send_bulk_email(**bulk(entry(data=at_most), text="{{f0}}"))
    assert refusal(client.send_bulk_email, bulk(entry(data=beyond), text="{{f0}}"))[0] == 400
    assert refusal(client.send_bulk_email, bulk(data=beyond, text="{{f0}}"))[0] == 400
    assert double.accepted() == {ANN: 1}


def test_a_request_with_an_inline_template_is_at_most_a_megabyte(client: Any, double: Double) -> None:
    status, _, sentence = refusal(client.send_bulk_email, bulk(text="x" * 1_000_000))
    assert status == 400
    assert "1 MB" in sentence
    content = {"TemplateContent": {"Subject": "x", "Text": "x" * 1_000_000}}
    assert refusal(client.send_email, {**simple(), "Content": {"Template": content}})[0] == 400
    client.send_email(**simple(text="x" * 1_000_000))
    assert double.accepted() == {ANN: 1}


@pytest.mark.parametrize(
    "address",
    [
        *("", "ann", "ann@", "@home.example", "ann@home", "änn@home.example", "ann@bücher.example"),
        *(
            "a..b@home.example",
            ".a@home.example",
            "a.@home.example",
            "ann@home.example\r\nBcc: eve@x.example",
        ),
        *("a@home.example, b@home.example", f"{'a' * 65}@home.example", "ann smith@home.example"),
        *(
            "Smith, Ann <ann@home.example>",
            "Ann <ann@home.example> Smith",
            "<ann@home.example",
            "アン <ann@home.example>",
        ),
    ],
)
def test_an_address_is_one_and_plain(client: Any, double: Double, address: str) -> None:
    assert refusal(client.send_bulk_email, bulk(entry(address)))[0] == 400
    assert refusal(client.send_email, simple(address))[0] == 400
    assert refusal(client.send_email, simple(ReplyToAddresses=[address]))[0] == 400
    assert double.accepted() == {}


@pytest.mark.parametrize("name", ["Ann", '"Smith, Ann"', "=?UTF-8?B?44Ki44Oz?=", ""])
def test_a_name_may_stand_before_an_address(client: Any, double: Double, name: str) -> None:
    client.send_bulk_email(**bulk(entry(f"{name} <Ann@Home.example>"), FromEmailAddress=f"{name} <{SENDER}>"))
    (mail,) = double.mailbox(ANN)
    assert (mail["from"], mail["to"]) == (f"{name} <{SENDER}>", "Ann@Home.example")


@pytest.mark.parametrize(
    "destination",
    [
        {},
        {"ToAddresses": []},
        {"ToAddresses": [ANN, "bob@home.example"]},
        {"CcAddresses": [ANN]},
        {"ToAddresses": [ANN], "BccAddresses": ["bob@home.example"]},
    ],
)
def test_an_entry_goes_to_one_person(client: Any, double: Double, destination: Any) -> None:
    assert refusal(client.send_bulk_email, bulk({**entry(), "Destination": destination}))[0] == 400
    assert refusal(client.send_email, {**simple(), "Destination": destination})[0] == 400
    assert double.accepted() == {}


def test_copies_are_noticed_where_more_than_one_person_is_allowed(client: Any, double: Double) -> None:
    double.change(strict_one=False)
    both = {"ToAddresses": [ANN], "CcAddresses": ["bob@home.example"], "BccAddresses": ["eve@home.example"]}
    client.send_bulk_email(**bulk({**entry(), "Destination": both}))
    assert double.copies() == 2
    assert double.counts() == {ANN: 1, "bob@home.example": 1, "eve@home.example": 1}
    double.change(copies_refused=True)
    assert refusal(client.send_bulk_email, bulk({**entry(), "Destination": both}))[0] == 400
    crowd = {"ToAddresses": [f"p{place}@home.example" for place in range(51)]}
    assert refusal(client.send_email, {**simple(), "Destination": crowd})[0] == 400


def test_one_bad_entry_spoils_the_call_or_itself_by_setting(client: Any, double: Double) -> None:
    call = bulk(entry(), entry("bob@home.example", ReplacementHeaders=named(X="é")), entry("cy@home.example"))
    assert refusal(client.send_bulk_email, call)[0] == 400
    assert double.accepted() == {}
    double.change(bad_entry="entry")
    assert statuses(client.send_bulk_email(**call)) == ["SUCCESS", "INVALID_PARAMETER", "SUCCESS"]
    assert double.counts() == {ANN: 1, "cy@home.example": 1}


def test_what_the_account_does_not_have_is_not_found(client: Any) -> None:
    assert refusal(client.send_bulk_email, bulk(TenantName="other"))[:2] == (404, "NotFoundException")
    options = {"ContactListName": "list"}
    assert refusal(client.send_email, simple(ListManagementOptions=options))[:2] == (404, "NotFoundException")


@pytest.mark.parametrize("content", [{}, {"Simple": {"Subject": {"Data": "x"}, "Body": {}}}])
def test_a_message_says_something(client: Any, content: dict[str, Any]) -> None:
    assert refusal(client.send_email, {**simple(), "Content": content})[0] == 400


RAW = b"From: news@mail.hanamori.example\r\nTo: ann@home.example\r\nSubject: Raw\r\n\r\nHello\r\n"


@pytest.mark.parametrize(
    "raw", [b"Subject: again\r\n" + RAW, RAW + b"x" * 999, RAW.replace(b"news@mail.hanamori.example", b"")]
)
def test_a_raw_message_with_a_fault_is_refused(client: Any, double: Double, raw: bytes) -> None:
    assert refusal(client.send_email, {"Content": {"Raw": {"Data": raw}}})[0] == 400
    assert double.accepted() == {}


def test_a_raw_message_arrives_as_it_was_written(client: Any, double: Double) -> None:
    client.send_email(Content={"Raw": {"Data": RAW}})
    client.send_email(
        Content={"Raw": {"Data": RAW}},
        Destination={"ToAddresses": ["bob@home.example"]},
        EmailTags=named(a="b"),
    )
    (ann,), (bob,) = double.mailbox(ANN), double.mailbox("bob@home.example")
    assert (ann["subject"], ann["text"].strip()) == ("Raw", "Hello")
    assert bob["tags"] == {"a": "b"}


@pytest.mark.slow
def test_a_message_has_at_most_forty_megabytes(client: Any, double: Double) -> None:
    line = b"x" * 900 + b"\r\n"
    raw = RAW + line * (40 * 1024 * 1024 // len(line))
    assert refusal(client.send_email, {"Content": {"Raw": {"Data": raw}}})[0] == 400
    assert double.accepted() == {}
