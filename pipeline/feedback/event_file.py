"""Events that somebody has collected in a file, or that were set aside, as if they waited in a queue."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError
from pipeline.feedback.event import texts_in
from pipeline.feedback.queue import Notice, QueueFacts

#: As many as a queue hands out at once.
_AT_ONCE: Final = 80


class EventFile:
    """One JSON value a line, or one JSON list. The file stays as it is."""

    def __init__(self, path: Path) -> None:
        try:
            texts = texts_in(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise PipelineError(f"{path} cannot be read: {error}.") from error
        self._left = [Notice(text, "") for text in texts]

    def receive(self, patience: timedelta) -> Sequence[Notice]:
        """The next ones; nobody adds to a file, so there is nothing to wait for."""
        del patience
        found, self._left = self._left[:_AT_ONCE], self._left[_AT_ONCE:]
        return found

    def delete(self, notices: Sequence[Notice]) -> None:
        """Nothing: they were handed out once."""

    def facts(self) -> QueueFacts:
        """What is left of it; a file is kept for as long as anybody likes."""
        return QueueFacts(len(self._left), timedelta.max)
