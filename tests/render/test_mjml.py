"""MJML keeps what the author wrote, also in attributes."""

from collections.abc import Callable

import pytest

from pipeline.models.recipient import Recipient
from pipeline.render.compose import Composer
from pipeline.render.composed import Composed
from pipeline.render.source import MailSource


@pytest.mark.parametrize(
    "words",
    [
        "全角　空白",
        "a\xa0b",
        "か\u3099",
        "👨\u200d👩",
        "𠮷\U000e0100",
        "C:\\a",
        'say "x"',
        "é – …",
        "two\nlines",
    ],
)
def test_a_picture_is_described_in_the_words_of_the_author(
    mail: Callable[..., MailSource], words: str
) -> None:
    inner = '<mj-image src="https://www.hanamori.example/a.png" alt="{{ recipient.alt }}" />'
    text = '<mj-text><img alt="{{ recipient.alt }}"></mj-text>'
    source = mail(mjml=f"<mj-body><mj-section><mj-column>{inner}{text}</mj-column></mj-section></mj-body>")
    row = Recipient("m1", "m1@people.example", {"alt": words, "family_name": "x"})
    made = Composer(source, longest=100_000).compose(row, "")
    assert isinstance(made, Composed)
    shown = words.replace('"', "&quot;").replace("\xa0", "&nbsp;")
    assert (made.html or "").count(f'alt="{shown}"') == 2
