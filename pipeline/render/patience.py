"""How long somebody is waited for by the wall clock, and what happens then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Final

#: Seconds between two looks at the question.
_LOOK_EVERY: Final = 0.2


@dataclass(slots=True, eq=False)
class _Question:
    """The thread that looks is the only one that writes into it."""

    seconds_left: float


class Patience:
    """Calls `lost` when it is over: a child is killed, and waiting for its answer ends.

    One thread for all questions, which looks a few times a second. One for each question, as in
    `threading.Timer`, is waited for until it runs: with other threads at work that may be milliseconds.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._questions: set[_Question] = set()
        self._left = Event()
        Thread(target=self._watch, name="patience", daemon=True).start()

    @contextmanager
    def of(self, seconds: float) -> Iterator[None]:
        """Have it for one question, and so long, to a fifth of a second."""
        question = _Question(seconds)
        self._questions.add(question)
        try:
            yield
        finally:
            self._questions.discard(question)

    def leave(self) -> None:
        """Wait for nobody any more."""
        self._left.set()

    def _watch(self) -> None:
        while not self._left.wait(_LOOK_EVERY):
            for question in tuple(self._questions):
                question.seconds_left -= _LOOK_EVERY
                if question.seconds_left <= 0 and question in self._questions:
                    self._lost()
