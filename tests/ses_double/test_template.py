"""The hazards of inline templates: what is mailed, and what is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ses_double import Double
from tests.ses_double.calls import bulk, entry, refusal, simple, statuses
from tests.ses_double.template import merged, parsed

ANN = "ann@home.example"


@pytest.mark.parametrize("text", ["a{{{f0}}", "{ {{f0}}}", "open {{ never", "{{f0", "{{{f0}}}"])
def test_braces_beside_a_slot_are_no_template(client: Any, double: Double, text: str) -> None:
    status, code, _ = refusal(client.send_bulk_email, bulk(entry(data={"f0": "x"}), text=text))
    assert (status, code) == (400, "BadRequestException")
    assert double.accepted() == {}


@pytest.mark.parametrize(
    "text",
    [
        *("{{#if f0}}x{{/if}}", "{{/if}}", "{{^f0}}", "{{> part}}", "{{! note}}", "{{& f0}}", "{{else}}"),
        *("{{~f0}}", "{{if}}", "{{ f0 }}", "{{a.b}}", "{{f0 f1}}", "{{}}", "{{0}}", "{{this}}"),
    ],
)
def test_anything_but_a_name_is_an_unsupported_operation(client: Any, text: str) -> None:
    answer = refusal(client.send_bulk_email, bulk(entry(data={"f0": "x"}), text=text))
    assert answer == (400, "BadRequestException", "Template contains unsupported operations.")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r"C:\{{f0}}", "C:{{f0}}"),  # the backslash is eaten and the slot itself is mailed
        (r"C:\{{f0}} and {{f0}}", "C:{{f0}} and x"),
        (r"C:\{{f0}}\{{f0}}", "C:{{f0}}{{f0}}"),
        (r"C:\\{{f0}}", "C:\\x"),
        ("{ {{f0}} }", "{ x }"),
        ("a } {{f0}} { \\", "a } x { \\"),
        ("{{f0}}{{f0}}", "xx"),
    ],
)
def test_a_backslash_mails_the_slot_itself(client: Any, double: Double, text: str, read: str) -> None:
    client.send_bulk_email(**bulk(entry(data={"f0": "x"}), text=text))
    assert [mail["text"] for mail in double.mailbox(ANN)] == [read]


@pytest.mark.parametrize("value", ["{{f1}} {{#if}}", '<&">', "😀 \u2028", "}} \\", "日本語"])
def test_a_value_is_mailed_as_it_is(client: Any, double: Double, value: str) -> None:
    call = bulk(entry(data={"f0": value}), text="-{{f0}}-", html="<p>{{f0}}</p>", subject="For {{f0}}!")
    client.send_bulk_email(**call)
    (mail,) = double.mailbox(ANN)
    read = (mail["subject"], mail["text"], mail["html"])
    assert read == (f"For {value}!", f"-{value}-", f"<p>{value}</p>")


def test_a_subject_cannot_begin_a_header(client: Any, double: Double) -> None:
    call = bulk(entry(data={"f0": "x\r\nBcc: eve@x.example"}), subject="For {{f0}}")
    assert statuses(client.send_bulk_email(**call)) == ["INVALID_PARAMETER"]
    assert refusal(client.send_email, simple(subject="x\r\nBcc: eve@x.example"))[0] == 400
    assert double.accepted() == {}


def test_data_of_an_entry_wins_over_the_default_key_by_key(client: Any, double: Double) -> None:
    call = bulk(entry(data={"b": "B"}), data={"a": "default", "b": "default"}, text="{{a}} {{b}}")
    client.send_bulk_email(**call)
    assert [mail["text"] for mail in double.mailbox(ANN)] == ["default B"]
    assert merged({"x": {"p": 1, "q": 1}}, {"x": {"q": 2}}) == {"x": {"p": 1, "q": 2}}


@pytest.mark.parametrize("data", [{}, {"F0": "case counts"}, {"f0": None}, {"f0": ["x"]}])
def test_a_missing_value_loses_the_mail_without_a_word(client: Any, double: Double, data: Any) -> None:
    answer = client.send_bulk_email(
        **bulk(entry(data=data), entry("bob@home.example", {"f0": "x"}), text="{{f0}}")
    )
    assert statuses(answer) == ["SUCCESS", "SUCCESS"]
    assert double.counts() == {"bob@home.example": 1}
    assert double.accepted() == {ANN: 1, "bob@home.example": 1}
    lost = answer["BulkEmailEntryResults"][0]["MessageId"]
    events = [event for event in double.events() if event["mail"]["messageId"] == lost]
    assert [event["eventType"] for event in events] == ["Rendering Failure"]
    assert events[0]["failure"]["errorMessage"] == "Attribute 'f0' is not present in the rendering data."


@pytest.mark.parametrize("data", ["{", "[]", '"text"', "NaN"])
def test_data_must_be_a_json_object(client: Any, data: str) -> None:
    assert refusal(client.send_bulk_email, bulk(entry(data=data)))[0] == 400


def test_a_single_message_may_have_a_template_of_its_own(client: Any, double: Double) -> None:
    content = {
        "TemplateContent": {"Subject": "For {{f0}}", "Html": "<p>{{f0}}"},
        "TemplateData": '{"f0":"<x"}',
    }
    client.send_email(**{**simple(), "Content": {"Template": content}})
    (mail,) = double.mailbox(ANN)
    assert (mail["subject"], mail["text"], mail["html"]) == ("For <x", None, "<p><x")


@pytest.mark.parametrize("content", [{"Subject": "x"}, {"Text": "x"}, {}])
def test_a_template_has_a_subject_and_a_body(client: Any, content: dict[str, str]) -> None:
    call = bulk()
    call["DefaultContent"]["Template"]["TemplateContent"] = content
    assert refusal(client.send_bulk_email, call)[0] == 400


def test_there_are_no_stored_templates(client: Any) -> None:
    call = bulk()
    call["DefaultContent"] = {"Template": {"TemplateName": "stored", "TemplateData": "{}"}}
    assert refusal(client.send_bulk_email, call)[:2] == (404, "NotFoundException")


_STATIC = st.text(alphabet="ab<&\n é").filter(lambda text: "{{" not in text)


@given(st.lists(st.tuples(_STATIC, st.sampled_from(["f0", "f1"]), st.text())), _STATIC)
def test_harmless_text_around_slots_is_mailed_exactly(slots: list[tuple[str, str, str]], end: str) -> None:
    values = {name: value for _, name, value in slots}
    source = "".join(f"{text}{{{{{name}}}}}" for text, name, _ in slots) + end
    wanted = "".join(text + values[name] for text, name, _ in slots) + end
    assert parsed(source).filled(values) == wanted
