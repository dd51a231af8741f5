"""One row in, the words of one mail out: as a stencil and values wherever that says the same.

Runs in the child process only. MJML and CSS inlining run once for all whose mails differ in nothing but
values, which is what makes sending in bulk fast; the words are those of `compose.py`, byte for byte.
"""

from dataclasses import replace
from typing import Final

from pipeline.models.recipient import Recipient
from pipeline.render.compose import Composer, Seen
from pipeline.render.composed import Composed, Filled
from pipeline.render.failure import RenderFailure, Unrenderable
from pipeline.render.source import MailSource
from pipeline.render.stencil import NotShareable, Stencil, Words
from pipeline.render.stencil_form import Form, Marked, Own, form_of, places_of
from pipeline.render.stencil_marks import MarkingSandbox
from pipeline.render.stencil_page import Touched

#: Each takes some twenty renderings to make. A campaign with more kinds of mail than this is not shared.
_MOST_FORMS: Final = 200
_MOST_ROUNDS: Final = 6
_Key = tuple[str | None, ...]
_Known = tuple[int, Form] | str


class StencilComposer:
    """Makes the words of a campaign's mails, with as few stencils as say them exactly."""

    def __init__(self, source: MailSource, *, longest: int, shared: bool = True) -> None:
        """Without `shared` every mail is one of its own: what the others are compared with."""
        self._source = source
        self._shared = shared
        self._plainly = Composer(source, longest=longest)
        self._marking = Composer(source, longest=longest, sandbox=MarkingSandbox)
        escaping, plain = self._marking.escaping, self._marking.plain
        assert isinstance(escaping, MarkingSandbox)
        assert isinstance(plain, MarkingSandbox)
        self._in_page, self._in_text = escaping.marks, plain.marks
        self._own = Own(plain.differs("subject"), source.preheader is not None and plain.differs("preheader"))
        #: The lines that are the same for everybody, once they are known.
        self._subject: str | None = None
        self._preheader: str | None = None
        #: By what a row's words have in common with others: the form, or why there is none.
        self._forms: dict[_Key, _Known] = {}
        #: Every stencil so far; `Filled` names its stencil by the place in this list.
        self.stencils: list[Stencil] = []

    def compose(self, recipient: Recipient, unsubscribe_url: str) -> Filled | Composed | RenderFailure:
        """The mail of one recipient, or why there is none. Never raises for what a template does."""
        if not self._shared:
            return self._ordinary(recipient, unsubscribe_url, "nothing is to be shared")
        try:
            marked, known = self._known(recipient, unsubscribe_url)
            if isinstance(known, str):
                return self._ordinary(recipient, unsubscribe_url, known)
            number, form = known
            values = form.values(marked, self._source, self._plainly)
            if not form.suits(marked):
                return self._compared(recipient, unsubscribe_url, number, values)
        except NotShareable as reason:
            return self._ordinary(recipient, unsubscribe_url, str(reason))
        except Unrenderable as error:
            return error.failure.of(recipient.id)
        return _filled(recipient, number, values)

    def _known(self, recipient: Recipient, link: str) -> tuple[Marked, _Known]:
        """The marked words of a row and their form; what something reads on the way stays in the words."""
        seen = self._plainly.seen(recipient, link)
        for _ in range(_MOST_ROUNDS):
            marked = self._marked(seen)
            self._subject = None if self._own.subject else marked.subject
            self._preheader = None if self._own.preheader else marked.preheader
            key = self._subject, self._preheader, marked.markup, marked.text
            if key in self._forms:
                return marked, self._forms[key]
            if len(self._forms) >= _MOST_FORMS:
                return marked, "there are too many different kinds of this mail"
            try:
                self._forms[key] = self._made(marked, recipient, link)
            except Touched as touched:
                self._in_page.kept |= places_of(touched, self._in_page.places)
            else:
                return marked, self._forms[key]
        raise NotShareable("values stand in too many places that MJML or a style reads")

    def _made(self, marked: Marked, recipient: Recipient, link: str) -> _Known:
        """A new form, proven on the row that asked for it."""
        try:
            form = form_of(marked, self._source, self._plainly, self._own)
            words = form.stencil.filled(form.values(marked, self._source, self._plainly))
        except NotShareable as reason:
            return str(reason)
        except Unrenderable:
            return "MJML reads a value of the recipient"
        if words != _words(self._plainly.compose(recipient, link)):
            return "the shared template would say something else"
        self.stencils.append(form.stencil)
        return len(self.stencils) - 1, form

    def _marked(self, seen: Seen) -> Marked:
        self._in_page.begin()
        self._in_text.begin()
        subject = self._subject if self._subject is not None else self._plainly.line("subject", seen)
        preheader = self._preheader if self._preheader is not None else self._plainly.preheader(seen)
        markup = None if self._source.html is None else self._marking.markup(seen)
        text = None if self._source.text is None else self._marking.text(seen)
        return Marked(
            subject, preheader, markup, text, tuple(self._in_page.values), tuple(self._in_text.values)
        )

    def _compared(
        self, recipient: Recipient, link: str, number: int, values: tuple[str, ...]
    ) -> Filled | Composed | RenderFailure:
        """For values that deserve a second look: as a stencil only if the ordinary mail is the same."""
        result = self._ordinary(recipient, link, "a value holds characters that do not fit a shared template")
        if _words(result) == self.stencils[number].filled(values):
            return _filled(recipient, number, values)
        return result

    def _ordinary(self, recipient: Recipient, link: str, reason: str) -> Composed | RenderFailure:
        result = self._plainly.compose(recipient, link)
        return replace(result, unshared=reason) if isinstance(result, Composed) else result


def _filled(recipient: Recipient, number: int, values: tuple[str, ...]) -> Filled:
    return Filled(recipient.id, recipient.address, recipient.seal, number, values)


def _words(result: Composed | RenderFailure) -> Words | None:
    return result.words if isinstance(result, Composed) else None
