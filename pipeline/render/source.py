"""Everything that the rendering of a campaign reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.render.attachment import AttachedFile

_SHARED = "_shared/"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address: who writes."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class HtmlBody:
    """The template of the HTML part: its name in the campaign's folder, its text, and its language."""

    name: str
    text: str
    kind: Literal["mjml", "html"]


@dataclass(frozen=True, slots=True)
class TextBody:
    """The template of the text part."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class MailSource:
    """One campaign, as the renderer sees it: plain values, no files, no clock, no network.

    Templates reach other files by `{% include "name" %}`, `{% import %}` and `{% extends %}`. A name is
    looked up in this order: `_shared/<path>` in the shared pieces only; any other name first among the
    campaign's own files (relative to the campaign's folder, also from inside a piece), then among the
    shared pieces. A name that is absolute or climbs (`../`) is an error.
    """

    campaign: str
    language: Literal["ja", "en"]
    sender: Mailbox
    #: One line of Jinja2 each.
    subject: str
    preheader: str | None = None
    html: HtmlBody | None = None
    text: TextBody | None = None
    #: The other text files of the campaign's folder, by path below it.
    files: Mapping[str, str] = field(default_factory=dict)
    #: Text files of `campaigns/_shared/`, by path below that.
    shared: Mapping[str, str] = field(default_factory=dict)
    #: What templates see as `campaign.<key>`.
    values: Mapping[str, str] = field(default_factory=dict)
    #: What templates see as `facts.<group>.<name>`; dates as they were written.
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: What templates see as `organisation.<key>`.
    organisation: Mapping[str, str] = field(default_factory=dict)
    #: Where one-click unsubscribes arrive; the token is appended.
    unsubscribe_base: str = ""
    #: Whether the mail carries RFC 8058 headers.
    one_click: bool = True
    reply_to: str | None = None
    attachments: tuple[AttachedFile, ...] = ()
    #: `source`, `medium`, … without the `utm_`.
    utm: Mapping[str, str] = field(default_factory=dict)
    #: Hosts that are ours, each with everything below it: their links get the utm parameters.
    own_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.html is not None or self.text is not None, "a mail has a part"
        assert not self.one_click or self.unsubscribe_base.startswith("https://"), "one-click needs https"

    def find(self, name: str) -> str | None:
        """The text that a template means by `name`; None when there is no such piece."""
        if name.startswith("/") or "\\" in name or ".." in name.split("/"):
            return None
        if name.startswith(_SHARED):
            return self.shared.get(name.removeprefix(_SHARED))
        bodies = {body.name: body.text for body in (self.html, self.text) if body is not None}
        return bodies.get(name, self.files.get(name, self.shared.get(name)))
