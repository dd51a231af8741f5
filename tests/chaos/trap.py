"""kill -9 at a place of the program, or a while after it: the real adapters, with a trap in front of them."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pipeline.ledger.sqlite import SqliteLedger

#: What a sender writes, each with a moment before and one after it.
_WRITES: Final = ("record_order", "open_revision", "end_revision", "reserve", "settle", "place", "lift")
#: `commit`: a transaction has written and is not yet committed. `call` is of the transport, `create` of the
#: archive.
POINTS: Final = (
    *(f"{when} {what}" for what in ("reserve", "settle", "call") for when in ("before", "after")),
    "commit",
    *(
        f"{when} {what}"
        for what in ("open_revision", "create", "record_order")
        for when in ("before", "after")
    ),
)


@dataclass(slots=True)
class Trap:
    """Closes at the `nth` pass of `point`, at once or `seconds` later."""

    point: str = ""
    nth: int = 1
    seconds: float = 0.0

    def passes(self, point: str) -> None:
        """The program is there."""
        if point != self.point:
            return
        self.nth -= 1
        if self.nth == 0:
            if self.seconds:
                threading.Timer(self.seconds, _kill).start()
            else:
                _kill()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class TrappedSqlite(SqliteLedger):
    """The real one, with a trap between what a transaction writes and its commit."""

    trap = Trap()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with super().transaction() as db:
            yield db
            self.trap.passes("commit")


class Trapped:
    """An adapter; the methods named in `points` have a trap before and behind them."""

    def __init__(self, real: Any, trap: Trap, points: dict[str, str]) -> None:
        self._real = real
        self._trap = trap
        self._points = points

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        return self._between(method, self._points[name]) if name in self._points else method

    def _between(self, method: Callable[..., Any], point: str) -> Callable[..., Any]:
        def trapped(*words: Any, **more: Any) -> Any:
            self._trap.passes(f"before {point}")
            answer = method(*words, **more)
            self._trap.passes(f"after {point}")
            return answer

        return trapped


def ledger(real: Any, trap: Trap) -> Any:
    """A ledger whose writes are trapped."""
    return Trapped(real, trap, {name: name for name in _WRITES})


def archive(real: Any, trap: Trap) -> Any:
    """An archive whose writes are trapped."""
    return Trapped(real, trap, {"create": "create"})


def transport(real: Any, trap: Trap) -> Any:
    """A transport whose calls are trapped."""
    return Trapped(real, trap, {"send": "call"})
