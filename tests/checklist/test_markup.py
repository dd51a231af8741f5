"""A page is read the same, whether its tags were seen before or not."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checklist import markup
from pipeline.checklist.markup import Page, read_page

TAGS = st.sampled_from(
    [
        *("<p>", "</p>", "<P CLASS='a'>", "<br/>", "<br />", "<td>", "</td>", "<div hidden>", "</div>"),
        *('<a href="https://a.example/?x=1&amp;y=2">', "</a>", '<a href="1" href="2">', "<a href=x>"),
        *('<div style="display:none">', '<span style="color:red"  >', '<img alt="<">', '<img alt="a" / >'),
        *("<title>", "</title>", "<style>", "</style>", "<script>", "</script>", "<textarea>", "<!-- x -->"),
        *('<p title="a">', '<p\ntitle="b">', "<p", '<p title="', "<", ">", "&lt;p&gt;", "<custom-tag a='1'>"),
        *("words", " ", "\n", "冬のセール", '"', "/>", "<template>", "<noscript>", "</noscript>"),
    ]
)


def _plainly(text: str) -> Page:
    """By the standard library's parser alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup._Reader, "parse_starttag", HTMLParser.parse_starttag)
        return read_page(text)


def _told(page: Page) -> tuple[object, ...]:
    places = {id(element): n for n, element in enumerate(page.elements)}
    return page.text, [
        (e.tag, e.attributes, e.hidden, e.start, e.end, e.unseen, e.parent and places[id(e.parent)])
        for e in page.elements
    ]


@settings(max_examples=400)
@given(st.lists(TAGS, max_size=30).map("".join))
def test_tags_that_were_seen_before_say_the_same(text: str) -> None:
    usual = _told(_plainly(text))
    assert _told(read_page(text)) == usual
    assert _told(read_page(text)) == usual


def test_what_is_known_has_an_end() -> None:
    markup._KNOWN.clear()
    read_page("".join(f'<p title="{n}">' for n in range(markup._MOST_KNOWN + 10)))
    assert len(markup._KNOWN) == markup._MOST_KNOWN
    markup._KNOWN.clear()
    read_page(f'<p title="{"a" * markup._LONGEST_KNOWN}">')
    assert not markup._KNOWN
