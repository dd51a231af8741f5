"""What is read out of a rendered mail."""

import pytest

from pipeline.preview import reading
from pipeline.preview.notes import changed_lines

PAGE = (
    "<html><head><title>t</title><style>p{}</style></head><body><!-- 96 --><p>Hi &amp; welcome</p>"
    '<a href="https://w.example/?utm_source=n&amp;a=1">See <b>it</b></a>'
    '<a href="https://w.example/i"><img src="x" alt="Logo"></a><a name="top">no link</a></body></html>'
)


def test_links_are_listed_once_with_words_parts_and_what_measures() -> None:
    links = reading.links_of(PAGE, "go: https://w.example/i\nand https://other.example/ .")
    assert [(link.words, link.target, link.parts) for link in links] == [
        ("See it", "https://w.example/?utm_source=n&a=1", ("html",)),
        ("[Logo]", "https://w.example/i", ("html", "text")),
        ("", "https://other.example/", ("text",)),
    ]
    assert links[0].tracking == (("utm_source", "n"),)


def test_a_broken_address_is_listed_as_it_is() -> None:
    (link,) = reading.links_of('<a href="http://[::1">x</a>', "")
    assert (link.target, link.tracking) == ("http://[::1", ())


def test_the_words_of_a_page_are_what_an_inbox_takes_from_it() -> None:
    assert reading.text_of_page(PAGE) == "Hi & welcome See it no link"


@pytest.mark.parametrize(
    ("line", "shown", "rest"),
    [
        ("short", "short", ""),
        ("a" * 12, "a" * 10, "aa"),
        ("あ" * 6, "あ" * 5, "あ"),
        ("aあああああ", "aああああ", "あ"),
    ],
)
def test_a_phone_cuts_by_width(line: str, shown: str, rest: str) -> None:
    assert reading.cut(line, 10) == reading.Cut(shown, rest)


def test_a_fact_is_found_whatever_its_width() -> None:
    parts = {"subject": "セール", "text": "送料は５，０００円 以上で無料"}
    assert reading.where_found("5,000円", parts) == ("text",)
    assert reading.where_found("6,000円", parts) == ()


def test_the_change_of_a_text_is_the_lines_that_changed_and_a_few_around() -> None:
    before = "\n".join(f"line {n}" for n in range(30))
    lines = changed_lines(before, before.replace("line 12", "LINE 12"))
    assert lines == (" line 10", " line 11", "-line 12", "+LINE 12", " line 13", " line 14")
    assert changed_lines(before, before) == ()
