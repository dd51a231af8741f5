"""Calls under way: handed to an executor, settled as they come back, never more than a few at once."""

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from types import TracebackType
from typing import Final, Self

from pipeline.delivery.sending import Claimed
from pipeline.delivery.transport import Sent, Transport, TransportTrouble

Settle = Callable[[Claimed, Sent], None]
#: Calls under way at the beginning: what a transport that stops answering leaves unknown is small.
_FIRST: Final = 2


class Flight:
    """A context manager: whatever is under way at its end is waited for and settled.

    There are two at first, and one more each time that a batch had to wait for room: then the answers take
    longer than the pace allows. A sender that is slow by its quota keeps two, however many it might have.

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
        """`limit` is how many calls may ever be under way at once.

        `settle` and `slow_down` (when the other side had too much) are called in the caller's own thread.
        """
        assert limit > 0, "somebody has to fly"
        self._transport = transport
        self._executor = executor
        self._most = limit
        self._limit = min(_FIRST, limit)
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
        if len(self._under_way) >= self._limit:
            self._make_room()

    def _make_room(self) -> None:
        """Wait for an answer. Only that it came allows one more: where none comes, nothing more is risked."""
        slowed = False
        while len(self._under_way) >= self._limit:
            slowed |= self._land()
        if not slowed:
            self._limit = min(self._most, self._limit + 1)

    def _land(self) -> bool:
        """Settle what has come back, and say whether the other side had too much.

        A call that raised is a bug of ours, and stays unknown.
        """
        slowed = False
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for future in done:
            claimed = self._under_way.pop(future)
            sent = future.result()
            self._settle(claimed, sent)
            if sent.slow_down:
                slowed = True
                self._limit = min(_FIRST, self._most)
                self._slow_down()
            self.trouble = self.trouble or sent.trouble
        return slowed
