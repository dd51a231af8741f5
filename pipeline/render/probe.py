"""Asking a campaign's templates which branches a row would take."""

from collections.abc import Sequence
from dataclasses import dataclass
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
                ways.append(Way(row, way, answer if isinstance(answer, RenderFailure) else None))
            if len(answers) < len(some):
                self._end()
        return ways

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


@dataclass(frozen=True, slots=True)
class Way:
    """What one row takes; where there would be no mail, until it failed."""

    row: Recipient
    told: wire.Taken
    failure: RenderFailure | None

    @property
    def failed(self) -> bool:
        """Whether there would be no mail."""
        return self.failure is not None

    @property
    def tells(self) -> bool:
        """Whether it is worth looking at: a mail, or a name that does not exist, whatever the values are.

        Any other failure may be the fault of a value that was only tried.
        """
        return self.failure is None or self.failure.undefined

    @property
    def taken(self) -> frozenset[int]:
        """Numbers of branches."""
        return self.told.taken

    @property
    def hints(self) -> frozenset[tuple[int, bool]]:
        """For whoever looks for more."""
        return self.told.hints
