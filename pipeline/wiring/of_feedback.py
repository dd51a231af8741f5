"""Where the events of a target wait, and what is heard of its mail."""

from pathlib import Path

from pipeline.archive.store import Archive
from pipeline.clock import Clock
from pipeline.delivery.feedback import Feedback
from pipeline.feedback.kept import Kept
from pipeline.feedback.queue import Queue
from pipeline.feedback.reading import Listening, Reader
from pipeline.ledger.store import Ledger
from pipeline.models.policy import Sqs, Target


def queue_of(feedback: Sqs, target: Target) -> Queue:
    """The queue that the target names as its `feedback`."""
    from pipeline.feedback.sqs import SqsQueue  # noqa: PLC0415

    return SqsQueue(feedback.sqs, region=target.region)


def file_queue_of(path: Path) -> Queue:
    """A file of events in the place of a queue."""
    from pipeline.feedback.event_file import EventFile  # noqa: PLC0415

    return EventFile(path)


def feedback_of(
    target: Target, archive: Archive, ledger: Ledger, clock: Clock, *, rehearsal: bool
) -> Feedback | None:
    """What is heard of the target's mail; a rehearsal goes by what is kept, and leaves the queue alone."""
    if target.feedback is None:
        return None
    kept = Kept(archive)
    if rehearsal:
        return kept
    return Listening(Reader(queue_of(target.feedback, target), kept, ledger, clock))
