"""Showing a delivery elsewhere on the side: in a thread of its own, so that no trouble there is one here."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from pipeline.delivery.showing import Shown, shown_of
from pipeline.delivery.sight import Sight
from pipeline.errors import PipelineError

#: At the end what is left is waited for so long, and then let go.
_REST_WITHIN_SECONDS: Final = 10.0


class Aside:
    """Tells `show` in a thread of its own, the newest of each campaign; whoever says it never waits.

    What goes wrong is told to `complain`, once, at the end: a delivery does not depend on it.
    """

    def __init__(self, show: Callable[[Shown], None], complain: Callable[[str], None]) -> None:
        self._show = show
        self._complain = complain
        self._waiting: dict[str, Shown] = {}
        self._told: dict[str, Shown] = {}
        self._trouble: str | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="deployments", daemon=True)
        self._thread.start()

    def look(self, sight: Sight) -> None:
        """Have it shown how a campaign stands; numbers that do not add up are said by who delivers."""
        with suppress(PipelineError):
            if (shown := shown_of(sight)) is not None:
                self.say(shown)

    def say(self, shown: Shown) -> None:
        """Have it shown, in a moment."""
        with self._changed:
            self._waiting[shown.campaign] = shown
            self._changed.notify()

    def close(self) -> None:
        """Show what is left, within a few seconds, and complain where that was not possible."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(_REST_WITHIN_SECONDS)
        if self._thread.is_alive():
            self._trouble = self._trouble or "GitHub does not answer."
        if self._trouble is not None:
            self._complain(f"not everything is shown at GitHub, which changes nothing else: {self._trouble}")

    def _run(self) -> None:
        while (shown := self._next()) is not None:
            if self._told.get(shown.campaign) == shown:
                continue
            try:
                self._show(shown)
            except PipelineError as trouble:
                self._trouble = trouble.sentence
            else:
                self._told[shown.campaign] = shown

    def _next(self) -> Shown | None:
        with self._changed:
            while not self._waiting:
                if self._closing:
                    return None
                self._changed.wait()
            return self._waiting.pop(next(iter(self._waiting)))


@contextmanager
def told_aside(show: Callable[[Shown], None], complain: Callable[[str], None]) -> Iterator[Aside]:
    """Tells `show` on the side until the end of the block."""
    aside = Aside(show, complain)
    try:
        yield aside
    finally:
        aside.close()
