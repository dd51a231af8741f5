"""Shared templates say to every recipient exactly what the ordinary rendering says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.models.recipient import Recipient
from pipeline.render.compose import Composer
from pipeline.render.composed import Composed, Filled
from pipeline.render.failure import RenderFailure
from pipeline.render.source import HtmlBody, Mailbox, MailSource, TextBody
from pipeline.render.stencil import NotShareable, Stencil, Words, whole, woven
from pipeline.render.stencil_composer import StencilComposer
from tests.ses_double.template import parsed

LONGEST = 5_000_000
LINK = "https://u.hanamori.example/dG9rZW4.c2lnbmF0dXJl"
BASE = MailSource(
    campaign="winter",
    language="ja",
    sender=Mailbox("はなもり通販", "news@mail.hanamori.example"),
    subject="{{ recipient.a }}様 冬のセール",
    text=TextBody("body.txt", "Hello"),
    facts={"dates": {"sale_starts": "2026-12-01"}},
    values={"title": "冬 & 春"},
    unsubscribe_base="https://u.hanamori.example",
    utm={"source": "newsletter", "campaign": "winter"},
    own_hosts=("hanamori.example",),
)
MACRO = "{% macro hi(x) %}<b>{{ x }}</b>{{ recipient.b }}{% endmacro %}"
FRAGMENTS = (
    "{{ recipient.a }}",
    "<p>{{ recipient.a }}様 {{ recipient.b }}</p>",
    '<a href="https://www.hanamori.example/p">x</a>',
    '<a href="https://www.hanamori.example/p?q={{ recipient.a|urlencode }}">x {{ recipient.b }}</a>',
    '<a href="https://www.hanamori.example/{{ recipient.b }}">{{ recipient.b }}</a>',
    '<a href="{{ recipient.a }}">x</a>',
    '<a href="{{ unsubscribe_url }}">stop</a>',
    '<img src="https://img.hanamori.example/{{ recipient.b }}.png" alt="{{ recipient.a }}">',
    "{% if recipient.b %}<i>{{ recipient.b|upper }}</i>{% else %}none{% endif %}",
    "{% for i in range(3) %}{{ i }}{{ recipient.a }},{% endfor %}",
    "{% for c in recipient.a %}{% if loop.index < 4 %}[{{ c }}]{% endif %}{% endfor %}",
    "{{ recipient.a|safe }}",
    "{{ recipient.a|length }}",
    "{{ recipient.a ~ recipient.b }}",
    "{{ recipient.a|replace('a', '<b>')|upper }}",
    "{% set x = recipient.a %}{{ x }}{{ x|title }}",
    "{% set x %}<u>{{ recipient.a }}</u>{% endset %}{{ x }}{{ x|length }}",
    "{% filter upper %}abc {{ recipient.a }}{% endfilter %}",
    MACRO + "{{ hi(recipient.a) }}{{ hi(recipient.b)|length }}",
    "{% macro m() %}<s>{{ caller(recipient.a) }}</s>{% endmacro %}{% call(y) m() %}{{ y }}!{% endcall %}",
    "{{ recipient.a if recipient.b else '-' }}",
    "{% include 'piece.html' %}",
    "{% set x %}{% include 'piece.html' %}{% endset %}{{ x|length }}{{ x }}",
    "{% import 'words.html' as w %}{{ w.hello(recipient.a) }}{{ w }}",
    "{% from 'words.html' import hello with context %}{{ hello(recipient.b) }}",
    "{% autoescape false %}{{ recipient.a }}{% endautoescape %}",
    "&{{ recipient.a }}",
    "&am{{ recipient.b }}",
    "<style>.x { color: {{ recipient.a }} }</style>",
    '<style>a[href^="https"] { color: red }</style>',
    "<style>i:empty { color: red }</style><i>{{ recipient.b }}</i>",
    '<p style="color: {{ recipient.a }}">x</p>',
    '<p class="{{ recipient.a }}" title="{{ recipient.b }}">x</p>',
    "<table>{{ recipient.a }}<tr><td>{{ recipient.b }}</td></tr></table>",
    "<pre>{{ recipient.a }}</pre>",
    "<textarea>{{ recipient.b }}</textarea>",
    "<!-- {{ recipient.a }} -->",
    "<h{{ recipient.a }}>x",
    "{ {{ recipient.a }} }",
    "{{ '{' }}{{ recipient.a }}{{ '}' }}",
    "C:\\{{ recipient.a }}\\",
    "\\{{ recipient.b }}}",
    "{{ campaign.title }} {{ facts.dates.sale_starts|date }}",
    "Qzv0000zQ{{ recipient.a }}",
    "{% block one %}{{ recipient.a }}{% endblock %}{{ self.one() }}{{ self.one()|length }}",
    "{{ recipient.a|default('x') }}",
    "{% if recipient.b == 'x' %}{{ recipient.missing }}{% endif %}",
)
NASTY = (
    "",
    " ",
    "鈴木",
    "髙橋 𠮷",
    "{{",
    "{{f1}}",
    "{% x %}",
    "{",
    "}",
    "\\",
    '"quoted"',
    "O'Brien",
    "<b>",
    "a&b",
    "&amp;",
    "lt;",
    "p;",
    "👋😀",
    "a\u2028b",
    "a\u3000b",
    "a\xa0b",
    "\n",
    "a\r\nb",
    "\r",
    "a\tb",
    "\x00",
    "Qzv0000zQ",
    "Qza0001zQ",
    "x" * 3000,
    "https://www.hanamori.example/?a=1&utm_source=x#f",
    "https://other.example/",
    "javascript:alert(1)",
    "0",
    "39;",
)
value = st.sampled_from(NASTY) | st.text(max_size=12)
row = st.fixed_dictionaries({"a": value, "b": value})


def source(pieces: Sequence[str], words: Sequence[str] | None, kind: str, **changes: object) -> MailSource:
    """A campaign whose page holds the pieces."""
    inner = "\n".join(pieces)
    page = f"<html><head><title>t</title></head><body><p>Hello</p>{inner}</body></html>"
    mjml = (
        "<mjml><mj-body><mj-section><mj-column><mj-text>Hello</mj-text><mj-text>"
        f"{inner}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    files = {
        "piece.html": "<p>{{ recipient.b }}{{ recipient.a }}</p>",
        "words.html": "{% macro hello(x) %}<em>{{ x }}</em>{% endmacro %}",
    }
    body = HtmlBody("body.mjml", mjml, "mjml") if kind == "mjml" else HtmlBody("body.html", page, "html")
    text = None if words is None else TextBody("body.txt", "Hello\n" + "\n".join(words))
    return replace(BASE, html=body, text=text, files=files, **changes)  # type: ignore[arg-type]


def person(number: int, fields: Mapping[str, str]) -> Recipient:
    return Recipient(f"m{number}", f"m{number}@people.example", fields)


def by_ses(template: str, data: Mapping[str, str]) -> str:
    """What an engine that only substitutes makes of it; anything unclear is an error here."""
    assert not re.search(r"\{\{\{|\\\{\{|\{\{f\d+\}\}\}", template), "a slot with a neighbour that confuses"
    assert len(re.findall(r"\{\{", template)) == len(re.findall(r"\{\{f\d+\}\}", template))
    words = re.sub(r"\{\{(f\d+)\}\}", lambda slot: data[slot[1]], template)
    assert parsed(template).filled(data) == words, "the double of SES is stricter, and agrees"
    return words


def assert_same(
    composer: StencilComposer, ordinary: Composed | RenderFailure, result: Filled | Composed | RenderFailure
) -> None:
    if isinstance(ordinary, RenderFailure):
        assert isinstance(result, RenderFailure)
        assert (result.sentence, result.recipient_id) == (ordinary.sentence, ordinary.recipient_id)
        return
    if isinstance(result, Composed):
        assert result.unshared, "a mail of its own has a reason"
        assert replace(result, unshared="") == ordinary
        return
    assert isinstance(result, Filled)
    assert (result.recipient_id, result.address, result.seal) == (
        ordinary.recipient_id,
        ordinary.address,
        ordinary.seal,
    )
    stencil = composer.stencils[result.stencil]
    data = stencil.data(result.values)
    html = None if stencil.html is None else by_ses(stencil.html, data)
    words = Words(by_ses(stencil.subject, data), html, by_ses(stencil.text, data))
    assert words == Words(ordinary.subject, ordinary.html, ordinary.text)
    assert words == stencil.filled(result.values)
    assert words.subject == stencil.subject_of(result.values)
    assert words.length == stencil.length_of(result.values)


def assert_all_same(mail: MailSource, rows: Sequence[Mapping[str, str]]) -> list[Filled | Composed]:
    shared, plain = StencilComposer(mail, longest=LONGEST), Composer(mail, longest=LONGEST)
    results = []
    for number, fields in enumerate(rows):
        result = shared.compose(person(number, fields), LINK)
        assert_same(shared, plain.compose(person(number, fields), LINK), result)
        if not isinstance(result, RenderFailure):
            results.append(result)
    return results


mails = st.builds(
    source,
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=4),
    st.none() | st.lists(st.sampled_from(FRAGMENTS), max_size=3),
    st.sampled_from(["html", "mjml"]),
    utm=st.sampled_from([{}, {"source": "newsletter"}]),
    preheader=st.sampled_from([None, "{{ recipient.b }}'s news", "the same for all"]),
)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(mail=mails, rows=st.lists(row, min_size=2, max_size=6))
def test_a_shared_mail_is_the_ordinary_mail_to_the_letter(
    mail: MailSource, rows: list[dict[str, str]]
) -> None:
    assert_all_same(mail, [{"a": "Suzuki", "b": "Hanako"}, *rows])


@pytest.mark.parametrize("kind", ["html", "mjml"])
@pytest.mark.parametrize("fragment", FRAGMENTS, ids=range(len(FRAGMENTS)))
def test_every_kind_of_template_with_every_nasty_value(fragment: str, kind: str) -> None:
    rows = [{"a": "Suzuki", "b": "Hanako"}, {"a": "Tanaka", "b": "Ken"}]
    rows += [{"a": nasty, "b": "x"} for nasty in NASTY] + [{"a": "y", "b": nasty} for nasty in NASTY]
    assert_all_same(source([fragment], [fragment], kind), rows)


USUAL = ("鈴木", "髙橋", "O'Brien <b>&", 'Seán "x"', "", "a & b", "\u2028", "😀", "\\", "}")


@pytest.mark.parametrize("kind", ["html", "mjml"])
def test_people_whose_mails_differ_only_in_values_share_one_template(kind: str) -> None:
    pieces = ["<p>{{ recipient.a }}様 {{ recipient.b|upper }}</p>", '<a href="{{ unsubscribe_url }}">x</a>']
    rows = [{"a": a, "b": b} for a in USUAL for b in USUAL]
    results = assert_all_same(source(pieces, ["{{ recipient.a }}"], kind), rows)
    assert {result.stencil for result in results if isinstance(result, Filled)} == {0}
    assert all(isinstance(result, Filled) for result in results)


def test_a_condition_makes_one_template_for_each_way_it_goes() -> None:
    pieces = ["{% if recipient.b == 'gold' %}<b>Thank you</b>{% endif %}{{ recipient.a }}"]
    rows = [{"a": f"p{n}", "b": "gold" if n % 2 else "blue"} for n in range(10)]
    results = assert_all_same(source(pieces, [], "html"), rows)
    assert [r.stencil for r in results if isinstance(r, Filled)] == [0, 1] * 5


def test_a_value_in_a_style_makes_one_template_for_each_value() -> None:
    pieces = ['<p style="color: {{ recipient.b }}">{{ recipient.a }}</p>']
    rows = [{"a": f"p{n}", "b": "red" if n % 2 else "blue"} for n in range(10)]
    results = assert_all_same(source(pieces, [], "html"), rows)
    assert [r.stencil for r in results if isinstance(r, Filled)] == [0, 1] * 5


def test_a_text_made_from_the_page_is_right_for_everybody() -> None:
    pieces = ["<table><tr><td>{{ recipient.a }}</td><td>{{ recipient.b }}</td></tr></table>"]
    rows = [{"a": a, "b": "x" * n} for n, a in enumerate(USUAL)]
    results = assert_all_same(source(pieces, None, "html"), rows)
    assert all(isinstance(result, Filled) for result in results)


@pytest.mark.parametrize("text", ["a{{{f0}}", "C:\\{{f0}}", "{{f0}}}", "a {{ b", "{{#if f0}}"])
def test_a_template_on_which_the_engine_would_stumble_cannot_be_made(text: str) -> None:
    with pytest.raises(NotShareable):
        Stencil("subject", text, None, 1)


pieces_of_text = st.text(alphabet="a{}\\\n", max_size=4).filter(lambda text: "{{" not in text)


@given(st.lists(pieces_of_text | st.integers(0, 2), max_size=8), st.lists(value, min_size=3, max_size=3))
@example(["}}}"], ["", "", ""])
def test_braces_and_backslashes_beside_a_value_come_out_as_they_went_in(
    parts: list[str | int], values: list[str]
) -> None:
    apart = [part for n, part in enumerate(parts) if isinstance(part, int) or n % 2 == 0]
    merged: list[str | int] = []
    for part in apart:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            continue
        merged.append(part)
    stencil = woven(["subject"], merged, None, 3)
    expected = "".join(values[part] if isinstance(part, int) else part for part in merged)
    assert by_ses(stencil.text, stencil.data(values)) == expected
    assert stencil.filled(values).text == expected


@given(st.text(), st.text(), st.none() | st.text())
def test_any_mail_can_go_as_values_alone(subject: str, text: str, html: str | None) -> None:
    words = Words(subject, html, text)
    assert whole(words).words == words
