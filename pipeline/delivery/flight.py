"""Calls under way: handed to an executor, settled as they come back, never more than a few at once."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from types import TracebackType
from typing import Self

from pipeline.delivery.sending import Claimed
from pipeline.delivery.transport import Sent, Transport, TransportTrouble

Settle = Callable[[Claimed, Sent], None]


class Flight:
    """A context manager: whatever is under way at its end is waited for and settled.

    Once reserved, batches are independent; any `Executor` will do, one of a cluster too. `trouble` is the
    first broken environment that a call came back with: nothing more should be sent then.
    """

    def __init__(
        self,
        transport: Transport,
        executor: Executor,
        limit: int,
        settle: Settle,
        slow_down: Callable[[], None],
    ) -> None:
        """`limit` is how many calls may be under way.

        `settle` and `slow_down` (when the other side had too much) are called in the caller's own thread.
        """
        assert limit > 0, "somebody has to fly"
        self._transport = transport
        self._executor = executor
        self._limit = limit
        self._settle = settle
        self._slow_down = slow_down
        self._under_way: dict[Future[Sent], Claimed] = {}
        self.trouble: TransportTrouble | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _where: TracebackType | None
    ) -> None:
        while self._under_way:
            self._land()
        if error is None and self.trouble is not None:
            raise self.trouble

    def start(self, claimed: Claimed) -> None:
        """Make the call of a reserved batch; returns when there is room for another one."""
        if not claimed.parcels:
            self._settle(claimed, Sent(()))
            return
        parcels = tuple(claimed.parcels.values())
        self._under_way[self._executor.submit(self._transport.send, claimed.prepared.batch.id, parcels)] = (
            claimed
        )
        while len(self._under_way) >= self._limit:
            self._land()

    def _land(self) -> None:
        """Settle what has come back; a call that raised is a bug of ours, and stays unknown."""
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for future in done:
            claimed = self._under_way.pop(future)
            sent = future.result()
            self._settle(claimed, sent)
            if sent.slow_down:
                self._slow_down()
            self.trouble = self.trouble or sent.trouble
