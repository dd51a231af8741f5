"""What is in the mail: words, escaping, pieces, and mistakes of the author with their place."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.recipient import Recipient
from pipeline.render.compose import Composer
from pipeline.render.composed import Composed
from pipeline.render.failure import RenderFailure
from pipeline.render.source import HtmlBody, Mailbox, MailSource

Change = Callable[..., MailSource]


def made(source: MailSource, **fields: str) -> Composed:
    result = tried(source, **fields)
    assert isinstance(result, Composed), result
    return result


def failed(source: MailSource, **fields: str) -> RenderFailure:
    result = tried(source, **fields)
    assert isinstance(result, RenderFailure), result
    return result


def tried(source: MailSource, **fields: str) -> Composed | RenderFailure:
    row = Recipient("m1", "taro@personas.example", {"family_name": "鈴木", **fields})
    return Composer(source, longest=100_000).compose(row, "https://u.hanamori.example/token")


def test_values_of_all_five_kinds_reach_the_mail(mail: Change) -> None:
    words = (
        "{{ recipient.family_name }}|{{ campaign.title }}|{{ facts.dates.sale_starts }}"
        "|{{ organisation.name }}|{{ unsubscribe_url }}"
    )
    assert (
        made(mail(words=words)).text
        == "鈴木|冬のセール|2026-12-01|株式会社はなもり|https://u.hanamori.example/token"
    )


def test_markup_in_a_name_is_shown_and_never_obeyed(mail: Change) -> None:
    page = '<p title="{{ recipient.family_name }}">{{ recipient.family_name }}</p>'
    result = made(mail(page=page, words="{{ recipient.family_name }}"), family_name='<b>"O\'Brien" & Co</b>')
    assert result.html is not None
    assert "<b>" not in result.html.partition("<p ")[2].replace('title="<b>', "")
    assert "&lt;b&gt;" in result.html
    assert '" onload' not in result.html
    assert "&quot;O'Brien&quot;" in result.html
    assert result.text == '<b>"O\'Brien" & Co</b>'


def test_a_quote_in_a_name_does_not_leave_its_attribute(mail: Change) -> None:
    page = '<p title="{{ recipient.family_name }}">x</p>'
    result = made(mail(page=page), family_name='" onmouseover="x')
    assert result.html is not None
    assert '<p title="&quot; onmouseover=&quot;x">' in result.html


def test_a_piece_is_escaped_by_where_it_stands_not_by_its_name(mail: Change) -> None:
    source = mail(
        page="{% include 'hello.txt' %}",
        words="{% include 'hello.txt' %}",
        files={"hello.txt": "{{ recipient.family_name }}"},
    )
    result = made(source, family_name="<b>")
    assert result.html is not None
    assert "&lt;b&gt;" in result.html
    assert result.text == "<b>"


def test_a_column_named_like_a_method_is_the_column(mail: Change) -> None:
    source = mail(words="{{ recipient.items }} {{ recipient['keys'] }} {{ recipient.pick }}")
    assert made(source, items="3", keys="k", pick="p").text == "3 k p"


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("\n{{ recipient.famly_name }}", "recipient.famly_name"),
        ("\n{{ facts.dates.sale_start }}", "facts.dates.sale_start"),
        ("\n{{ facts.date.sale_starts }}", "facts.date"),
        ("\n{{ organisation.nmae }}", "organisation.nmae"),
        ("\n{{ campain.title }}", "campain"),
        ("\n{% if recipient.famly_name %}x{% endif %}y", "recipient.famly_name"),
        ("\n{{ recipient.famly_name|default('お客様') }}", "recipient.famly_name"),
        ("\n{{ [recipient.famly_name] }}", "recipient.famly_name"),
        ("\n{{ recipient.famly_name|upper }}", "recipient.famly_name"),
    ],
)
def test_a_misspelt_name_is_an_error_with_its_line(mail: Change, words: str, name: str) -> None:
    failure = failed(mail(words=words))
    assert name in failure.sentence.en
    assert failure.place.en == "body.txt, line 2"


def test_the_author_is_told_which_names_there_are(mail: Change) -> None:
    assert "family_name" in failed(mail(words="{{ recipient.nmae }}")).sentence.en


def test_the_line_of_a_mistake_in_a_piece_is_the_line_in_that_piece(mail: Change) -> None:
    source = mail(words="a\nb\n{% include 'part.txt' %}", files={"part.txt": "\n\n\n{{ nothing }}"})
    assert failed(source).place.en == "part.txt, line 4"


def test_a_tag_that_is_not_closed_is_an_error_with_its_line(mail: Change) -> None:
    failure = failed(mail(words="a\n{% if recipient.family_name %}\nb"))
    assert failure.template == "body.txt"
    assert failure.line is not None


def test_pieces_are_found_in_the_folder_then_among_the_shared(mail: Change) -> None:
    source = mail(
        words="{% include 'a.txt' %}{% include 'b.txt' %}{% include '_shared/a.txt' %}",
        files={"a.txt": "own-a "},
        shared={"a.txt": "shared-a ", "b.txt": "shared-b "},
    )
    assert made(source).text == "own-a shared-b shared-a "


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../policy.yaml", "_shared/../x", "a/../../x", "..\\\\x", "file:///etc/passwd", ""],
)
def test_a_name_that_leaves_the_folder_finds_nothing(mail: Change, name: str) -> None:
    source = mail(
        words="{% include '" + name + "' %}", files={"../policy.yaml": "x", "x": "x"}, shared={"x": "x"}
    )
    assert "no piece of the name" in failed(source).sentence.en


@pytest.mark.parametrize("value", ["{{ 7 * 7 }}", "{% raw %}", "{{ recipient }}"])
def test_a_value_with_braces_is_never_evaluated_and_never_sent(mail: Change, value: str) -> None:
    failure = failed(mail(words="{{ recipient.family_name }}"), family_name=value)
    assert "left in the mail" in failure.sentence.en


@given(st.text(alphabet="{}%#7* aあ<&\"'|", max_size=30))
def test_whatever_the_value_it_stands_in_the_text_as_it_is(value: str) -> None:
    source = MailSource(
        campaign="c",
        language="ja",
        sender=Mailbox("a", "a@personas.example"),
        subject="s",
        html=HtmlBody("body.html", "<p>{{ recipient.v }}</p>", "html"),
        one_click=False,
    )
    result = tried(source, v=value)
    if "{{" in value or "{%" in value or not value.strip():
        return
    assert isinstance(result, Composed)
    assert " ".join(result.text.split()) == " ".join(value.split())


@pytest.mark.parametrize(
    "value",
    ["鈴木\r\nBcc: x@y.example", "鈴木\nX", "鈴木\rX", "a\tb", "a\x0bb", "a\x00b", "a\x85b", "a\x1bb"],
)
def test_a_line_break_in_a_value_never_reaches_the_subject(mail: Change, value: str) -> None:
    assert failed(mail(), family_name=value).template == "subject"


def test_a_preheader_of_two_lines_is_refused(mail: Change) -> None:
    assert failed(mail(subject="s", preheader="{{ recipient.v }}"), v="a\nb").template == "preheader"


@pytest.mark.parametrize("words", ["", "  \n", "{% if recipient.v %}x{% endif %}"])
def test_an_empty_part_is_not_sent(mail: Change, words: str) -> None:
    assert "Nothing is left" in failed(mail(words=words), v="").sentence.en


def test_an_empty_subject_is_not_sent(mail: Change) -> None:
    assert failed(mail(subject="{{ recipient.v }}"), v="").template == "subject"


def test_default_stands_in_for_an_empty_value(mail: Change) -> None:
    assert made(mail(words="{{ recipient.v|default('お客様') }}"), v=" ").text == "お客様"


def test_numbers_and_dates_are_written_for_readers(mail: Change) -> None:
    start = "facts.dates.sale_starts"
    words = "{{ recipient.points|number }} {{ @|date }} {{ @|date(year=false) }}".replace("@", start)
    assert made(mail(words=words), points="1234567.50").text == "1,234,567.50 2026年12月1日(火) 12月1日(火)"
    assert made(mail(words=words, language="en"), points="-1200").text.endswith(
        "Tuesday, 1 December 2026 Tuesday, 1 December"
    )


@pytest.mark.parametrize("value", ["多い", "1,200", "", "NaN", "1E999999999", "inf"])
def test_what_is_no_number_is_not_written_as_one(mail: Change, value: str) -> None:
    assert "not a number" in failed(mail(words="{{ recipient.v|number }}"), v=value).sentence.en


def test_a_thousands_comma_is_not_taken_for_zero(mail: Change) -> None:
    assert (
        "whole number"
        in failed(mail(words="{% if recipient.v|int > 100 %}x{% endif %}y"), v="1,200").sentence.en
    )
    assert made(mail(words="{% if recipient.v|int > 100 %}x{% endif %}y"), v="").text == "y"
