"""Now and sleep: the only source of time."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """The present moment, in UTC."""
        ...

    def sleep(self, duration: timedelta) -> None:
        """Return after `duration`, or earlier when `wake` is called."""
        ...

    def wake(self) -> None:
        """End every sleep, now and later: the process has been asked to stop."""
        ...


class SystemClock:
    """The machine's clock."""

    def __init__(self) -> None:
        # Woken from a signal handler, perhaps in the middle of `sleep`: of all that the standard library
        # waits for, only this may be put to by whoever interrupted its own `get`.
        self._woken: SimpleQueue[None] = SimpleQueue()

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    def sleep(self, duration: timedelta) -> None:
        """Wait; a signal may end the wait through `wake`."""
        with suppress(Empty):
            self._woken.get(timeout=max(0.0, duration.total_seconds()))
            self.wake()

    def wake(self) -> None:
        """End every sleep: used by the signal watch."""
        self._woken.put(None)


class ManualClock:
    """A clock that moves only when it is told to sleep: dry runs, the demo, the tests."""

    def __init__(self, start: datetime) -> None:
        assert start.tzinfo is not None, "a clock without a zone tells no time"
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The moment it was last moved to, in UTC."""
        return self._now

    def sleep(self, duration: timedelta) -> None:
        """Jump ahead at once."""
        self._now += max(timedelta(0), duration)

    def wake(self) -> None:
        """Nothing sleeps here."""

    def set(self, moment: datetime) -> None:
        """Move to `moment`, also backwards: tests of a clock that does so."""
        self._now = moment.astimezone(UTC)


def shown(moment: datetime, zone: str) -> str:
    """A moment for people: in the zone of the campaign, and in UTC."""
    local = moment.astimezone(ZoneInfo(zone))
    utc = moment.astimezone(UTC)
    if local.utcoffset() == timedelta(0):
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    utc_text = f"{utc:%H:%M}" if utc.date() == local.date() else f"{utc:%Y-%m-%d %H:%M}"
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()} ({utc_text} UTC)"
