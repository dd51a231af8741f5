"""Asking a campaign's templates which branches a row would take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.models.recipient import Recipient
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.wire import Taken

#: A stand-in: no branch may depend on whose link it is.
_LINK: Final = "https://u.personas.example/x"
_AT_ONCE: Final = 50


class Probe:
    """Asks by way of a renderer whose errand is to rehearse. `branches` grows as templates are read."""

    def __init__(self, renderer: Renderer, source: MailSource) -> None:
        self._renderer = renderer
        self._link = f"{source.unsubscribe_base}/x" if source.unsubscribe_base else _LINK
        self._over = False
        self._at_once = 1
        self.branches = [branch for told in renderer.told for branch in told.fresh]

    def rendered(self, rows: Sequence[Recipient], results: Sequence[Message | RenderFailure]) -> list["Way"]:
        """The ways of the first rows that the renderer was asked for."""
        failures = (result if isinstance(result, RenderFailure) else None for result in results)
        return [Way(*each) for each in zip(rows, self._renderer.told, failures, strict=False)]

    def ask(self, rows: Sequence[Recipient]) -> list["Way"]:
        """The way of each of `rows`; fewer when a row was too much for the child, and none after that.

        The first goes alone: a template that never ends would cost every one of them its time limit.
        """
        ways: list[Way] = []
        waiting = rows
        while waiting and not self._over:
            some, waiting = waiting[: self._at_once], waiting[self._at_once :]
            told = self._renderer.watch(some, self._link)
            self.branches += [branch for taken, _ in told for branch in taken.fresh]
            made = [Way(row, *each) for row, each in zip(some, told, strict=False)]
            self._over = len(made) < len(some)
            if self._at_once == 1:
                self._over |= any(way.failure is not None and way.failure.costly for way in made)
            self._at_once = _AT_ONCE
            ways += made
        return ways


@dataclass(frozen=True, slots=True)
class Way:
    """What one row takes; where there would be no mail, until it failed."""

    row: Recipient
    told: Taken
    failure: RenderFailure | None

    @property
    def failed(self) -> bool:
        """Whether there would be no mail."""
        return self.failure is not None

    @property
    def tells(self) -> bool:
        """Whether it is worth looking at: a mail, or a fault of the template, whatever the values are.

        That is a name that does not exist, or work without end. Any other failure may be the fault of a value
        that was only tried.
        """
        return self.failure is None or self.failure.undefined or self.failure.costly

    @property
    def taken(self) -> frozenset[int]:
        """Numbers of branches."""
        return self.told.taken

    @property
    def hints(self) -> frozenset[tuple[int, bool]]:
        """For whoever looks for more."""
        return self.told.hints
