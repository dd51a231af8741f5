"""One row in, out come the branches that its mail takes. Runs in the child process only."""

from typing import Final

from pipeline.models.recipient import Recipient
from pipeline.render.blame import failure_of
from pipeline.render.branch import Branch
from pipeline.render.branches import WatchingSandbox
from pipeline.render.compose import Composer, Seen
from pipeline.render.composed import Composed
from pipeline.render.failure import RenderFailure
from pipeline.render.source import MailSource
from pipeline.render.stencil import Stencil, Words

#: The work of a row whose templates do nothing, and the characters that are as much as one step.
_ROW: Final = 50
_CHARACTERS: Final = 20


class Watcher:
    """Fills in the templates of a campaign, and says which way they went."""

    def __init__(self, source: MailSource, *, longest: int) -> None:
        self._source = source
        #: Whether mails are wanted as well; without, no page is made of the templates.
        self.whole = True
        self._composer = Composer(source, longest=longest, sandbox=WatchingSandbox)
        escaping, plain = self._composer.escaping, self._composer.plain
        assert isinstance(escaping, WatchingSandbox)
        assert isinstance(plain, WatchingSandbox)
        plain.record = escaping.record
        self._record = escaping.record
        self._told = 0
        self._characters = 0
        #: For whoever asks a composer for its stencils: there are none.
        self.stencils: list[Stencil] = []

    def compose(self, recipient: Recipient, unsubscribe_url: str) -> Composed | RenderFailure:
        """The mail, or an answer without words; or why there would be no mail."""
        self._record.begin()
        self._characters = 0
        if self.whole:
            return self._composer.compose(recipient, unsubscribe_url)
        try:
            self._characters = self._filled(self._composer.seen(recipient, unsubscribe_url))
        except Exception as error:  # noqa: BLE001 a template may raise anything; all of it is a failure
            return failure_of(error, "the mail").of(recipient.id)
        return Composed(recipient.id, recipient.address, recipient.seal, Words("", None, ""))

    def _filled(self, seen: Seen) -> int:
        """How many characters the templates come to."""
        words = [self._composer.line("subject", seen), self._composer.preheader(seen) or ""]
        if self._source.html is not None:
            words.append(self._composer.markup(seen))
        if self._source.text is not None:
            words.append(self._composer.text(seen))
        return sum(map(len, words))

    @property
    def work(self) -> int:
        """What the last row has cost: steps of its templates, and what they wrote."""
        return _ROW + self._record.steps + self._characters // _CHARACTERS

    def took(self) -> tuple[list[Branch], list[int], list[tuple[int, bool]]]:
        """Branches that were not told of before; then what the last row took, and the hints it left."""
        fresh = self._record.branches[self._told :]
        self._told = len(self._record.branches)
        return fresh, sorted(self._record.taken), sorted(self._record.hints)
