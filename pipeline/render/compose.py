"""One row in, the words of one mail out. Runs in the child process only."""

import re

from pipeline.models.recipient import Recipient
from pipeline.render import mjml, page
from pipeline.render.blame import failure_of
from pipeline.render.composed import Composed
from pipeline.render.failure import RenderFailure, Unrenderable
from pipeline.render.sandbox import Names, Sandbox
from pipeline.render.source import MailSource
from pipeline.render.stencil import NotShareable, Words
from pipeline.sentence import Sentence

_MOST_REMEMBERED = 400
_LEFT_OVER = re.compile(r"\{\{|\{%")
# everything below space but tab and line feed, delete, the C1 block, and halves of characters
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

_LINES = {"subject": "件名", "preheader": "プリヘッダー"}
_NOTHING_LEFT = (
    Sentence("Nothing is left to send.", "送る内容がありません。"),
    Sentence("The result is empty.", "できあがった文章が空です。テンプレートを確認してください。"),
)
_TAG_LEFT = (
    Sentence("A {{ or {% is left in the mail.", "メールに{{または{%が残っています。"),
    Sentence(
        "Either a tag is written wrongly, or a merge value holds one: correct it.",
        "タグの書き方か、差し込む値に含まれる括弧を直してください。",
    ),
)
_CONTROL_LEFT = (
    Sentence("The result holds a control character.", "できあがったメールに制御文字が含まれています。"),
    Sentence(
        "Some merge value or file holds a character that cannot be shown; correct the data.",
        "差し込む値またはファイルに表示できない文字があります。データを直してください。",
    ),
)


#: All that a template may name.
Seen = dict[str, object]


class Composer:
    """Makes the words of a campaign's mails, one recipient at a time."""

    def __init__(self, source: MailSource, *, longest: int, sandbox: type[Sandbox] = Sandbox) -> None:
        self._source = source
        self._longest = longest
        body = source.html or source.text
        assert body is not None, "a mail has a part"
        #: Where to look when a failure comes from no template.
        self._main = body.name
        fixed = {
            "campaign": Names("campaign", source.values),
            "facts": Names("facts", {k: Names(f"facts.{k}", v) for k, v in source.facts.items()}),
            "organisation": Names("organisation", source.organisation),
        }
        # The part decides about escaping, not the name of a piece: one piece may serve both parts.
        self.escaping = sandbox(self._find, escape=True, language=source.language)
        self.plain = sandbox(self._find, escape=False, language=source.language)
        for each in (self.escaping, self.plain):
            each.globals.update(fixed)
        self._same_for_all = dict(self.plain.globals)
        #: By their pieces, words that passed every check, where the same ones come again and again. The
        #: pieces are constants of the template, so that to know them again costs no look at the whole.
        self._sound: dict[tuple[str, ...], str] = {}
        self._remembers = sandbox is not Sandbox

    def compose(self, recipient: Recipient, unsubscribe_url: str) -> Composed | RenderFailure:
        """The mail of one recipient, or why there is none. Never raises for what a template does."""
        seen = self.seen(recipient, unsubscribe_url)
        try:
            subject = self.line("subject", seen)
            html, text = self._parts(seen)
        except Exception as error:  # noqa: BLE001 a template may raise anything; all of it is a failure
            return failure_of(error, self._main).of(recipient.id)
        return Composed(recipient.id, recipient.address, recipient.seal, Words(subject, html, text))

    def seen(self, recipient: Recipient, unsubscribe_url: str) -> Seen:
        """What the templates see of one row, and of everything else."""
        names = Names("recipient", recipient.fields)
        return {**self._same_for_all, "recipient": names, "unsubscribe_url": unsubscribe_url}

    def _parts(self, seen: Seen) -> tuple[str | None, str]:
        preheader = self.preheader(seen)
        html = bare = None
        if self._source.html is not None:
            html, bare = self.page_of(self.markup(seen), preheader)
        if self._source.text is not None:
            return html, self.text(seen)
        assert bare is not None, "a mail has a part"
        return html, self.text_of(bare)

    def preheader(self, seen: Seen) -> str | None:
        """The line behind the subject, if there is one. Raises Unrenderable, as all below."""
        return None if self._source.preheader is None else self.line("preheader", seen)

    def markup(self, seen: Seen) -> str:
        """The filled template of the page, before anything is made of it."""
        assert self._source.html is not None, "asked only where there is one"
        return self._filled(self.escaping, self._source.html.name, seen)

    def text(self, seen: Seen) -> str:
        """The text part from its own template."""
        assert self._source.text is not None, "asked only where there is one"
        return self._filled(self.plain, self._source.text.name, seen)

    def text_of(self, bare: str) -> str:
        """The text part made from a page."""
        return self._checked(page.to_text(bare), self._main)

    def page_of(self, markup: str, preheader: str | None) -> tuple[str, str]:
        """The finished page, and the page that a text part is made from: no preheader, no utm."""
        body, source = self._source.html, self._source
        assert body is not None, "asked only where there is one"
        if self.has_own_preview(markup):
            preheader = None
        bare = self.bare_page(markup)
        finished = page.with_utm(bare, source.utm, source.own_hosts, source.unsubscribe_base)
        if preheader is not None:
            finished = page.with_preheader(finished, preheader)
        return self._checked(finished, body.name), bare

    def has_own_preview(self, markup: str) -> bool:
        """Whether the author wrote a line for inboxes into the page."""
        assert self._source.html is not None, "asked only where there is one"
        return self._source.html.kind == "mjml" and mjml.has_preview(markup)

    def bare_page(self, markup: str) -> str:
        """The page of `markup` with its styles inlined, and nothing of ours added."""
        body = self._source.html
        assert body is not None, "asked only where there is one"
        if body.kind == "mjml":
            markup = mjml.to_html(markup, name=body.name, template=body.text, language=self._source.language)
        return page.with_styles_inlined(markup)

    def line(self, name: str, seen: Seen) -> str:
        """The `subject` or the `preheader`: one line."""
        words = self._filled(self.plain, name, seen).strip()
        if "\n" in words or "\t" in words:
            raise Unrenderable(
                RenderFailure(
                    Sentence(
                        f"The {name} has more than one line.", f"{_LINES[name]}が2行以上になっています。"
                    ),
                    Sentence(
                        "Some merge value holds a line break or a tab; correct the contact data.",
                        "差し込む値に改行またはタブが含まれています。名簿のデータを直してください。",
                    ),
                    name,
                )
            )
        return words

    def _filled(self, sandbox: Sandbox, name: str, seen: Seen) -> str:
        pieces: list[str] = []
        length = 0
        try:
            try:
                # piece by piece, so that endless text is noticed while it grows
                for piece in sandbox.begun(name, seen):
                    length += len(piece)
                    if length > self._longest:
                        self._bound(length, name)
                    pieces.append(piece)
            except Exception:  # noqa: BLE001 as Jinja2 does it: the lines of the template in place of ours
                sandbox.handle_exception()
        except NotShareable:
            raise
        except Exception as error:  # noqa: BLE001 see compose; here the template's name is known
            raise Unrenderable(failure_of(error, name)) from None
        key = tuple(pieces)
        if (known := self._sound.get(key)) is not None:
            return known
        words = self._checked("".join(pieces), name)
        if self._remembers and len(self._sound) < _MOST_REMEMBERED:
            self._sound[key] = words
        return words

    def _checked(self, words: str, name: str) -> str:
        """`words` with one kind of line ending, if they may be sent."""
        words = words.replace("\r\n", "\n").replace("\r", "\n")
        self._bound(len(words), name)
        if not words.strip():
            raise Unrenderable(RenderFailure(*_NOTHING_LEFT, name))
        if _LEFT_OVER.search(words):
            raise Unrenderable(RenderFailure(*_TAG_LEFT, name))
        if _CONTROL.search(words):
            raise Unrenderable(RenderFailure(*_CONTROL_LEFT, name))
        return words

    def _bound(self, length: int, name: str) -> None:
        if length > self._longest:
            raise Unrenderable(
                RenderFailure(
                    Sentence(
                        f"The result is longer than {self._longest:,} characters.",
                        f"できあがったメールが{self._longest:,}文字を超えています。",
                    ),
                    Sentence(
                        "Look for a loop that repeats too much.", "多すぎる繰り返しがないか確認してください。"
                    ),
                    name,
                )
            )

    def _find(self, name: str) -> str | None:
        if name == "subject":
            return self._source.subject
        if name == "preheader":
            return self._source.preheader
        return self._source.find(name)
