"""Messages for recipients, made in a child process; the parent never runs a template."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from threading import Lock
from typing import Final, Self

from pipeline.errors import PipelineError
from pipeline.models.recipient import Recipient
from pipeline.render import unsubscribe
from pipeline.render.child_process import UNKNOWN_END, ChildProcess, Spare
from pipeline.render.composed import Composed
from pipeline.render.failure import RenderFailure
from pipeline.render.limits import Limits
from pipeline.render.message import Letterhead, Malformed, Message, assert_same_row, recipient_tag
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import UnsubscribeKey
from pipeline.render.wire import Errand, Taken
from pipeline.sentence import Sentence

#: One SES call takes 50 recipients, so a batch never has more.
_LARGEST_BATCH: Final = 50

_CORRECT: Final = Sentence(
    "Correct the contact data or the policy.", "名簿のデータまたはpolicy.yamlを直してください。"
)


class Renderer:
    """Renders one campaign. A context manager: the child lives from the first batch to the end.

    A mail that breaks a limit costs its own recipient a `RenderFailure`; the child is started anew and
    the others get their mail. Threads may share one: their questions come to the child one after the other,
    and what one thread does before and after leaves no gap between them.
    """

    def __init__(
        self,
        source: MailSource,
        key: UnsubscribeKey,
        *,
        limits: Limits | None = None,
        errand: Errand = Errand.SHARE,
        spare: Spare | None = None,
    ) -> None:
        """`errand` is what the child is asked for: mails, of one kind or another.

        The child comes from `spare` and goes back there, where one is given; it ends with us otherwise.
        """
        if sys.platform != "linux":
            raise PipelineError(
                "Mails are rendered under limits that only Linux has.",
                "Run Postmerge on Linux, in a container or in the workflow.",
            )
        self._source = source
        self._key = key
        self._limits = limits or Limits()
        self._errand = errand
        self._spare = spare
        self._child: ChildProcess | None = None
        #: The turn to put a question, and the turn to hear an answer: the next question is with the child
        #: before the answer to the one before is read.
        self._asking, self._hearing = Lock(), Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._spare is not None and self._child is not None and error == (None, None, None):
            self._spare.keep(self._child)
            self._child = None
        self._end_child()

    def _started(self) -> ChildProcess:
        if self._spare is not None:
            return self._spare.take(self._source, self._limits, self._errand)
        return ChildProcess.started(self._source, self._limits, self._errand)

    def render(
        self, recipients: Sequence[Recipient], tags: Mapping[str, str] | None = None
    ) -> tuple[Message | RenderFailure, ...]:
        """A message or a failure for each of `recipients`, in their order.

        `tags` are those that all of them share; with them each has that of its recipient, too. Raises
        PipelineError when no child can be started, AssertionError when an answer belongs to another row.
        """
        source = self._source
        try:
            pairs = tuple((tags or {}).items())
            letterhead = Letterhead(source.sender, source.reply_to, source.attachments, pairs)
        except Malformed as error:
            return tuple(_malformed(error, recipient) for recipient in recipients)
        links = [self._link(recipient) for recipient in recipients]
        own = [recipient_tag(source.campaign, each.id) if tags else "" for each in recipients]
        made = zip(recipients, links, own, self._composed(recipients, links), strict=True)
        return tuple([self._message(letterhead, *each) for each in made])

    @property
    def told(self) -> Sequence[Taken]:
        """What was said of branches, row by row, by the child that lives; where the errand is to rehearse."""
        return () if self._child is None else tuple(self._child.taken)

    def watch(self, rows: Sequence[Recipient], link: str) -> list[tuple[Taken, RenderFailure | None]]:
        """What the mails of `rows` would take, and why one would fail, where the errand is to rehearse.

        Fewer when a row was too much for the child. `link` is what all of them have for unsubscribing. Raises
        as `render`.
        """
        with self._asking, self._hearing:
            child = self._living()
            before = len(child.taken)
            answers = child.ask([(row, link) for row in rows], watch=True)
            told = child.taken[before:]
            if len(answers) < len(rows):
                self._end_child()
        failures = (answer if isinstance(answer, RenderFailure) else None for answer in answers)
        return list(zip(told, failures, strict=False))

    def composed(self, recipients: Sequence[Recipient]) -> tuple[Composed | RenderFailure, ...]:
        """The words alone, in the same order; raises as `render`."""
        return self._composed(recipients, [self._link(recipient) for recipient in recipients])

    def _composed(
        self, recipients: Sequence[Recipient], links: Sequence[str]
    ) -> tuple[Composed | RenderFailure, ...]:
        rows = list(zip(recipients, links, strict=True))
        results: list[Composed | RenderFailure] = []
        for start in range(0, len(rows), _LARGEST_BATCH):
            results += self._batch(rows[start : start + _LARGEST_BATCH])
        return tuple(results)

    def _batch(self, rows: Sequence[tuple[Recipient, str]]) -> list[Composed | RenderFailure]:
        """All rows in one round trip; when the child dies, the rest goes to a new one, row by row."""
        with ExitStack() as turn:
            with self._asking:
                child = self._living()
                child.put(rows)
                turn.enter_context(self._hearing)
            answers = child.hear(len(rows))
        if len(answers) == len(rows):
            return answers
        with self._asking, self._hearing:
            return answers + self._one_by_one(rows[len(answers) :])

    def _one_by_one(self, waiting: Sequence[tuple[Recipient, str]]) -> list[Composed | RenderFailure]:
        """The same, while nobody else asks.

        Because a child that dies takes answers along that it had not said yet: only a row that alone kills a
        child which has done nothing else is to blame.
        """
        results: list[Composed | RenderFailure] = []
        while waiting:
            child = self._living()
            fresh = child.answered == 0
            answers = child.ask(waiting[:1])
            results += answers
            waiting = waiting[len(answers) :]
            if not answers:
                end = self._end_child()
                if fresh:
                    results.append(end.of(waiting[0][0].id))
                    waiting = waiting[1:]
        return results

    def _living(self) -> ChildProcess:
        """A child that answers: another one where the one before is lost."""
        if self._child is not None and self._child.lost:
            self._end_child()
        if self._child is None:
            self._child = self._started()
        return self._child

    def _link(self, recipient: Recipient) -> str:
        base = self._source.unsubscribe_base
        return unsubscribe.link(base, self._source.campaign, recipient.id, self._key) if base else ""

    def _message(
        self,
        letterhead: Letterhead,
        recipient: Recipient,
        link: str,
        tag: str,
        result: Composed | RenderFailure,
    ) -> Message | RenderFailure:
        if isinstance(result, RenderFailure):
            assert result.recipient_id == recipient.id, "a failure belongs to the row that was asked about"
            return result
        headers = unsubscribe.headers(link) if self._source.one_click else ()
        try:
            message = Message(
                letterhead, result.address, result.recipient_id, result.seal, result.said, headers, tag
            )
        except Malformed as error:
            return _malformed(error, recipient)
        assert_same_row(message, recipient)
        return message

    def _end_child(self) -> RenderFailure:
        """Let the child go; what its end means if it was not us who ended it."""
        child, self._child = self._child, None
        return UNKNOWN_END if child is None else child.end()


def _malformed(error: Malformed, recipient: Recipient) -> RenderFailure:
    return RenderFailure(error.sentence, _CORRECT, recipient_id=recipient.id)
