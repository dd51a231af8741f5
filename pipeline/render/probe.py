"""Asking a campaign's templates which branches a row would take."""

from collections.abc import Sequence
from typing import Final, Self

from pipeline.models.recipient import Recipient
from pipeline.render import wire
from pipeline.render.branch import Branch
from pipeline.render.child_process import ChildProcess, Spare
from pipeline.render.failure import RenderFailure
from pipeline.render.limits import Limits
from pipeline.render.source import MailSource

#: A stand-in: no branch may depend on whose link it is.
_LINK: Final = "https://u.personas.example/x"
_AT_ONCE: Final = 50


class Probe:
    """A context manager around the child process that watches. `branches` grows as templates are read."""

    def __init__(self, source: MailSource, limits: Limits | None = None, spare: Spare | None = None) -> None:
        """The child comes from `spare` and goes back there, where one is given."""
        self._link = f"{source.unsubscribe_base}/x" if source.unsubscribe_base else _LINK
        self._spare = spare
        begin = ChildProcess.started if spare is None else spare.take
        self._child: ChildProcess | None = begin(source, limits or Limits(), wire.Errand.WATCH)
        self.branches: list[Branch] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._spare is not None and self._child is not None and error == (None, None, None):
            self._spare.keep(self._child)
            self._child = None
        self._end()

    def ask(self, rows: Sequence[Recipient]) -> list["Way"]:
        """The way of each of `rows`; fewer when a row was too much for the child, and none after that."""
        ways: list[Way] = []
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            if self._child is None:
                break
            told = len(self._child.taken)
            answers = self._child.ask([(row, self._link) for row in some])
            taken = self._child.taken[told:]
            for row, answer, way in zip(some, answers, taken, strict=False):
                self.branches += way.fresh
                ways.append(Way(row, way.taken, way.hints, failed=isinstance(answer, RenderFailure)))
            if len(answers) < len(some):
                self._end()
        return ways

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class Way:
    """What one row takes: numbers of branches, and hints for whoever looks for more."""

    __slots__ = ("failed", "hints", "row", "taken")

    def __init__(
        self, row: Recipient, taken: frozenset[int], hints: frozenset[tuple[int, bool]], *, failed: bool
    ) -> None:
        self.row = row
        self.taken = taken
        self.hints = hints
        #: Whether there would be no mail; the branches are those before the mistake.
        self.failed = failed
