"""Recipients per second: a bucket that fills with time."""

from datetime import timedelta
from typing import Final

from pipeline.clock import Clock

#: The share of the full rate that comes back with every batch after a slow-down.
_RECOVERY: Final = 0.02


class Pace:
    """Lets recipients through at a rate; at the start a second's worth may leave at once."""

    def __init__(self, rate: float, clock: Clock) -> None:
        """`rate` is recipients per second."""
        assert rate > 0, "a rate of nothing never ends"
        self._most = rate
        self._rate = rate
        self._clock = clock
        self._level = rate
        self._at = clock.now()

    def take(self, recipients: int) -> None:
        """Wait until that many may leave; a batch larger than the bucket is paid for by later ones."""
        self._fill()
        missing = min(recipients, self._rate) - self._level
        if missing > 0:
            self._clock.sleep(timedelta(seconds=missing / self._rate))
            self._fill()
        self._level -= recipients
        self._rate = min(self._most, self._rate + self._most * _RECOVERY)

    def slow_down(self) -> None:
        """The other side had too much: half the rate, which grows again with every batch that leaves."""
        self._rate = max(min(1.0, self._most), self._rate / 2)
        self._level = min(self._level, 0.0)

    def _fill(self) -> None:
        now = self._clock.now()
        elapsed = max(0.0, (now - self._at).total_seconds())
        self._level = min(self._rate, self._level + elapsed * self._rate)
        self._at = now
