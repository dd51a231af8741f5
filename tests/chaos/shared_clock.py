"""One clock for many processes, in a file. The script moves it, also backwards; who sleeps moves it on."""

import fcntl
import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

_NUMBER: Final = struct.Struct("d")
#: Two looks are never at the same moment, as with a real clock.
_TICK_SECONDS: Final = 0.001


class SharedClock:
    """See `pipeline.clock.Clock`."""

    def __init__(self, path: Path, start: datetime | None = None) -> None:
        """Use the clock in `path`; `start` sets it."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)
        if start is not None:
            os.pwrite(self._file, _NUMBER.pack(start.timestamp()), 0)

    def now(self) -> datetime:
        """The present moment, and a tick later for whoever looks next."""
        return self._moved(_TICK_SECONDS)

    def sleep(self, duration: timedelta) -> None:
        """Nobody waits: the time has passed."""
        self._moved(max(0.0, duration.total_seconds()))

    def wake(self) -> None:
        """Nothing sleeps here."""

    def jump(self, duration: timedelta) -> None:
        """Set the clock, forward or back."""
        self._moved(duration.total_seconds())

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _moved(self, seconds: float) -> datetime:
        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            (before,) = _NUMBER.unpack(os.pread(self._file, _NUMBER.size, 0))
            os.pwrite(self._file, _NUMBER.pack(before + seconds), 0)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)
        return datetime.fromtimestamp(before + seconds, UTC)
