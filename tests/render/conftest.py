"""A small campaign, and people who do not exist."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pipeline.models.recipient import Recipient
from pipeline.render.failure import RenderFailure
from pipeline.render.limits import Limits
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import HtmlBody, Mailbox, MailSource, TextBody
from pipeline.render.unsubscribe import UnsubscribeKey

KEY = UnsubscribeKey(b"k" * 32)
#: Bounds a mail of a test keeps, and a runaway one meets soon.
TIGHT = Limits(cpu_seconds=1)

SOURCE = MailSource(
    campaign="winter",
    language="ja",
    sender=Mailbox("はなもり通販", "news@mail.hanamori.example"),
    subject="{{ recipient.family_name }}様 冬のセール",
    html=HtmlBody("body.html", "<html><body><p>{{ recipient.family_name }}様</p></body></html>", "html"),
    text=TextBody("body.txt", "{{ recipient.family_name }}様\n"),
    values={"id": "winter", "title": "冬のセール"},
    facts={"dates": {"sale_starts": "2026-12-01"}},
    organisation={"name": "株式会社はなもり"},
    unsubscribe_base="https://u.hanamori.example",
    own_hosts=("hanamori.example",),
)

Change = Callable[..., MailSource]
Rendered = tuple[Message | RenderFailure, ...]


def person(number: int = 1, **fields: str) -> Recipient:
    """An invented row."""
    return Recipient(f"m{number}", f"person{number}@personas.example", {"family_name": "鈴木", **fields})


@pytest.fixture
def mail() -> Change:
    """A campaign like SOURCE, changed: `mail(subject=…)`, or `mail(page=…)` for an HTML body."""

    def change(
        *, page: str | None = None, mjml: str | None = None, words: str | None = None, **changes: Any
    ) -> MailSource:
        if page is not None:
            changes["html"] = HtmlBody("body.html", page, "html")
        if mjml is not None:
            changes["html"] = HtmlBody("body.mjml", f"<mjml>{mjml}</mjml>", "mjml")
        if words is not None:
            changes["text"] = TextBody("body.txt", words)
        return replace(SOURCE, **changes)

    return change


@pytest.fixture
def render() -> Callable[..., Rendered]:
    """Render a campaign for some people in a real child process."""

    def run(source: MailSource, *people: Recipient, limits: Limits = TIGHT) -> Rendered:
        with Renderer(source, KEY, limits=limits) as renderer:
            return renderer.render(people or (person(),))

    return run
