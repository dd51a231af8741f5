"""What the parts of a campaign's mails are rendered from: the templates, and the values in YAML files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from pipeline.checklist.mail import Mail, Part
from pipeline.checklist.markup import Page, read_page
from pipeline.checklist.places import Place, Source
from pipeline.models.finding import Position
from pipeline.models.recipient import Recipient
from pipeline.render import filters
from pipeline.render.failure import Mistake
from pipeline.render.message import Message
from pipeline.workspace.folder import CampaignFolder, NotText, text_of
from pipeline.workspace.workspace import POLICY, Workspace
from pipeline.workspace.yaml_file import YamlFile


def mails_of(
    workspace: Workspace, campaign: str, messages: Sequence[Message], people: Sequence[Recipient]
) -> tuple[Mail, ...]:
    """The mails of `messages` to `people`, each part with the texts and values that it may come from."""
    values = {person.id: tuple(_shown(person.fields.values())) for person in people}
    return tuple(_Origins(workspace, workspace.campaigns[campaign], values).mails(messages))


def _shown(values: Iterable[str]) -> Iterator[str]:
    """The values as templates may show them: as they are, and through the filters for numbers and days."""
    ways: tuple[Callable[[str], str], ...] = (str, filters.number, filters.day("ja"), filters.day("en"))
    for value in dict.fromkeys(filter(None, values)):
        for way in ways:
            with suppress(Mistake):
                yield way(value)


class _Origins:
    """The sources of one campaign, read once."""

    def __init__(
        self, workspace: Workspace, folder: CampaignFolder, values: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._values = values
        self._workspace = workspace
        self._folder = folder
        self._yaml_text = text_of(workspace.tree.read(folder.yaml.path))
        body = folder.campaign.body
        html, text = body.html, body.text or body.html
        self._html = tuple(self._of_body(html, other=body.text)) if html else ()
        self._text = tuple(self._of_body(text, other=body.html if body.text else None)) if text else ()
        self._html_first = Place(f"{folder.path}/{html}")
        self._text_first = Place(f"{folder.path}/{text}")

    def mails(self, messages: Sequence[Message]) -> Iterator[Mail]:
        pages: dict[str, Page] = {}
        for message in messages:
            persona = message.recipient_id
            parts = [self._line("subject", message.subject, persona)]
            if message.html is not None:
                if message.html not in pages:
                    pages[message.html] = read_page(message.html)
                parts += self._of_page(message.html, pages[message.html], persona)
            text = Part("text", persona, message.text, self._text, self._text_first)
            parts.append(replace(text, values=self._values[persona]))
            yield Mail(persona, message, tuple(parts))

    def _of_page(self, markup: str, page: Page, persona: str) -> Iterator[Part]:
        preheader = _first_hidden(page)
        if self._folder.campaign.preheader is not None and preheader:
            yield self._line("preheader", preheader, persona)
        html = Part("html", persona, page.text, self._html, self._html_first, markup, page=page)
        yield replace(html, values=self._values[persona])

    def _line(self, name: str, words: str, persona: str) -> Part:
        assert name in {"subject", "preheader"}, "only these stand in campaign.yaml"
        yaml = self._folder.yaml
        start = _offset(self._yaml_text, yaml.value_position((name,)))
        source = Source(yaml.path, self._yaml_text, start, _end_of(self._yaml_text, yaml, name))
        fallback = Place(yaml.path, yaml.value_position((name,)))
        made = Part("subject" if name == "subject" else "preheader", persona, words, (source,), fallback)
        return replace(made, values=self._values[persona])

    def _of_body(self, name: str, *, other: str | None) -> Iterator[Source]:
        """The body itself, what it may include, and last the values that templates see."""
        folder, tree = self._folder, self._workspace.tree
        attached = {attachment.file for attachment in folder.campaign.attachments}
        left_out = {name, "campaign.yaml", *attached, *filter(None, (other,))}
        paths = [f"{folder.path}/{name}"]
        paths += [f"{folder.path}/{each}" for each in folder.files if each not in left_out]
        paths += sorted(self._workspace.shared_read(folder.id))
        for path in (*paths, folder.yaml.path, POLICY):
            try:
                yield Source(path, text_of(tree.read(path)), values=path in {folder.yaml.path, POLICY})
            except NotText:
                continue


def _first_hidden(page: Page) -> str:
    """The line for inboxes: what is hidden at the very start of the body."""
    for element in page.elements:
        if element.hidden and element.parent is not None and element.parent.tag == "body":
            return " ".join("".join(element.unseen).split())
    return ""


def _offset(text: str, position: Position) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: position.line - 1]) + position.column - 1


def _end_of(text: str, yaml: YamlFile, key: str) -> int:
    """Where the next key begins behind the value of `key`."""
    start = yaml.value_position((key,))
    behind = [position for loc, position in yaml.starts.items() if loc and position > start]
    return _offset(text, min(behind)) if behind else len(text)
