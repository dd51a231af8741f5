"""The finished page: MJML, styles, preheader, counted links, and the text made from it."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from pipeline.models.recipient import Recipient
from pipeline.render.compose import Composer
from pipeline.render.composed import Composed
from pipeline.render.failure import RenderFailure
from pipeline.render.source import MailSource

Change = Callable[..., MailSource]
LINK = "https://u.hanamori.example/token"


def tried(source: MailSource) -> Composed | RenderFailure:
    row = Recipient("m1", "taro@personas.example", {"family_name": "鈴木"})
    return Composer(source, longest=100_000).compose(row, LINK)


def page_of(source: MailSource) -> str:
    result = tried(source)
    assert isinstance(result, Composed), result
    assert result.html is not None
    return result.html


def text_of(source: MailSource) -> str:
    result = tried(source)
    assert isinstance(result, Composed), result
    return result.text


class Links(HTMLParser):
    """Collects where links lead, as a mail program would."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found.append(dict(attrs).get("href") or "")


def body(words: str) -> str:
    return f"<mj-body><mj-section><mj-column><mj-text>{words}</mj-text></mj-column></mj-section></mj-body>"


def test_mjml_becomes_a_page_in_the_campaigns_language(mail: Change) -> None:
    page = page_of(mail(mjml=body("{{ recipient.family_name }}様")))
    assert 'lang="ja"' in page
    assert "und" not in page.partition("<body")[0].partition(">")[0]
    assert "鈴木様" in page
    assert "mj-" not in page.replace("mj-column-per", "").replace("mj-outlook", "")


def test_no_mail_loads_a_font_from_a_third_party(mail: Change) -> None:
    assert "googleapis" not in page_of(mail(mjml=body("x")))


def test_an_unknown_mjml_tag_is_an_error(mail: Change) -> None:
    failure = tried(mail(mjml="\n" + body("<mj-buton>lost</mj-buton>")))
    assert isinstance(failure, RenderFailure)
    assert "<mj-buton>" in failure.sentence.en
    assert failure.place.en == "body.mjml, line 2"


@pytest.mark.parametrize(
    "mjml", ["<mj-body><mj-section>", "<mj-body><mj-section></mj-body>", "<mj-include path='x'/>", "text"]
)
def test_broken_mjml_is_an_error(mail: Change, mjml: str) -> None:
    failure = tried(mail(mjml=mjml))
    assert isinstance(failure, RenderFailure)
    assert failure.template == "body.mjml"


def test_rules_for_narrow_and_dark_screens_stay(mail: Change) -> None:
    style = "@media (max-width:400px) { .a { color: red } } .a { color: blue }"
    page = page_of(mail(page=f"<head><style>{style}</style></head><p class='a'>x</p>"))
    assert "@media (max-width:400px)" in page
    assert 'style="color: blue' in page


@pytest.mark.parametrize("href", ["/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x.css"])
def test_a_stylesheet_elsewhere_is_not_read(mail: Change, href: str) -> None:
    result = tried(mail(page=f'<head><link rel="stylesheet" href="{href}"></head><p>x</p>'))
    assert isinstance(result, RenderFailure) or "root:" not in (result.html or "")


def test_the_preheader_is_hidden_at_the_start_of_the_body_only(mail: Change) -> None:
    source = mail(page="<body class='x'><p>hello</p></body>", preheader="30% <off> & more", text=None)
    start = page_of(source).partition("<body")[2].partition(">")[2]
    assert start.startswith('<div style="display:none')
    assert "30% &lt;off&gt; &amp; more</div>" in start
    assert "off" not in text_of(source)


def test_a_preview_of_the_authors_own_stands_for_the_preheader(mail: Change) -> None:
    source = mail(
        mjml="<mj-head><mj-preview>own words</mj-preview></mj-head>" + body("x"), preheader="other words"
    )
    page = page_of(source)
    assert "own words" in page
    assert "other words" not in page


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://www.hanamori.example/w", "https://www.hanamori.example/w?utm_source=nl&utm_medium=email"),
        ("https://hanamori.example", "https://hanamori.example?utm_source=nl&utm_medium=email"),
        (
            "https://hanamori.example/?a=1&b=#x",
            "https://hanamori.example/?a=1&b=&utm_source=nl&utm_medium=email#x",
        ),
        (
            "https://hanamori.example/?utm_source=own",
            "https://hanamori.example/?utm_source=own&utm_medium=email",
        ),
        ("https://HANAMORI.example/A%20b", "https://HANAMORI.example/A%20b?utm_source=nl&utm_medium=email"),
        ("https://nothanamori.example/", None),
        ("https://hanamori.example.evil.example/", None),
        ("https://other.example/", None),
        ("mailto:a@hanamori.example", None),
        ("tel:0300000000", None),
        ("#top", None),
        ("https://[broken", None),
        (LINK, None),
    ],
)
def test_only_links_to_our_own_hosts_are_counted(mail: Change, before: str, after: str | None) -> None:
    escaped = before.replace("&", "&amp;")
    source = mail(
        page=f"<p><a class='b > c' href='{escaped}'>x</a></p>", utm={"source": "nl", "medium": "email"}
    )
    assert Links(page_of(source)).found == [after or before]


def test_links_keep_their_address_in_the_text(mail: Change) -> None:
    page = (
        '<p>詳しくは<a href="https://www.hanamori.example/?a=1&amp;b=2">こちら</a>をご覧ください</p>'
        '<p><a href="https://x.example/">https://x.example/</a>。</p>'
        '<p><a href="https://y.example/"><img src="s.png" alt="店"></a></p>'
    )
    text = text_of(mail(page=page, text=None, utm={"source": "nl"}))
    assert "こちら ( https://www.hanamori.example/?a=1&b=2 )" in text
    assert text.count("https://x.example/") == 1
    assert "店 ( https://y.example/ )" in text
    # programs that make links take everything up to the next space along
    assert all(
        url in {"https://www.hanamori.example/?a=1&b=2", "https://x.example/", "https://y.example/"}
        for url in text.split()
        if url.startswith("http")
    )


def test_the_text_made_from_a_table_layout_is_not_indented(mail: Change) -> None:
    assert text_of(mail(mjml=body("<p>こんにちは</p>"), text=None)).startswith("こんにちは")
