"""The port: somewhere that events wait until they are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Notice:
    """What lies in a queue: a text, and what it is deleted by."""

    body: str
    receipt: str


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """How a queue stands: about how many notices wait, and after how long each is lost unread."""

    waiting: int
    kept_for: timedelta


class Queue(Protocol):
    """Hands out every notice at least once, in no order. Raises PipelineError when it cannot be used."""

    def receive(self, patience: timedelta) -> Sequence[Notice]:
        """Some of what waits; nothing when nothing has come for `patience`, in seconds that have begun.

        Whatever is not deleted within some minutes is handed out again.
        """
        ...

    def delete(self, notices: Sequence[Notice]) -> None:
        """Forget these for good. PipelineError when some stay: they come again."""
        ...

    def facts(self) -> QueueFacts:
        """How it stands; PipelineError where the right to read it is missing."""
        ...
