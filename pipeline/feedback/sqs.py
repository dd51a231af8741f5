"""A queue in Amazon SQS, to which SES publishes through SNS."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cached_property
from itertools import chain
from math import ceil
from typing import Any, Final

from pipeline.aws import patient_client, told
from pipeline.errors import PipelineError
from pipeline.feedback.queue import Notice, QueueFacts

#: SQS takes and gives no more in one call.
_CALL_MAX: Final = 10
#: So many calls at once where much waits: one after the other are some two hundred events a second.
_CALLS: Final = 8
#: The client waits 20 seconds for an answer, and SQS must be quicker.
_PATIENCE_MAX: Final = 10
#: How long what was received is nobody else's. Writing it to the archive takes seconds.
_OURS_FOR: Final = timedelta(minutes=5)
_REMEDY: Final = (
    "Look at targets.<name>.feedback.sqs in policy.yaml and at the region. "
    "Make the queue as infra/postmerge.json says."
)
_MISSING: Final = ("does not exist in this region", _REMEDY)
_REASONS: Final = {
    "QueueDoesNotExist": _MISSING,
    "AWS.SimpleQueueService.NonExistentQueue": _MISSING,
    "InvalidAddress": _MISSING,
}


class SqsQueue:
    """A standard queue, by its name. What nobody deletes is handed out again after five minutes."""

    def __init__(self, name: str, *, region: str | None) -> None:
        self._name = name
        self._subject = f"The queue {name}"
        self._client = patient_client("sqs", region)

    def receive(self, patience: timedelta) -> Sequence[Notice]:
        """One call, and where it comes back full, several at once."""
        first = self._receive(min(ceil(patience.total_seconds()), _PATIENCE_MAX))
        if len(first) < _CALL_MAX:
            return first
        with ThreadPoolExecutor(_CALLS - 1) as at_once:
            return [*first, *chain.from_iterable(at_once.map(self._receive, [0] * (_CALLS - 1)))]

    def delete(self, notices: Sequence[Notice]) -> None:
        """Ten a call, several calls at once."""
        with ThreadPoolExecutor(_CALLS) as at_once:
            stayed = list(chain.from_iterable(at_once.map(self._delete, _tens(notices))))
        if stayed:
            raise PipelineError(
                f"{self._subject} did not delete {len(stayed):,} of {len(notices):,}: {stayed[0]}.",
                "What they say is kept. They come again, and are recognised then.",
            )

    def facts(self) -> QueueFacts:
        """How the queue stands; one notice is looked at and stays, for the right to do so."""
        names = ["ApproximateNumberOfMessages", "MessageRetentionPeriod"]
        with told(self._subject, _REASONS):
            said = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
            self._client.receive_message(QueueUrl=self._url, VisibilityTimeout=0, WaitTimeSeconds=0)
        return QueueFacts(int(said[names[0]]), timedelta(seconds=int(said[names[1]])))

    @cached_property
    def _url(self) -> str:
        return str(self._client.get_queue_url(QueueName=self._name)["QueueUrl"])

    def _receive(self, seconds: int) -> list[Notice]:
        with told(self._subject, _REASONS):
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_CALL_MAX,
                WaitTimeSeconds=seconds,
                VisibilityTimeout=int(_OURS_FOR.total_seconds()),
            )
        return [Notice(found["Body"], found["ReceiptHandle"]) for found in answer.get("Messages", ())]

    def _delete(self, notices: Sequence[Notice]) -> list[str]:
        """The codes of those that stay."""
        entries: list[dict[str, Any]] = [
            {"Id": str(number), "ReceiptHandle": notice.receipt} for number, notice in enumerate(notices)
        ]
        with told(self._subject, _REASONS):
            answer = self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
        return [str(failed.get("Code")) for failed in answer.get("Failed", ())]


def _tens(notices: Sequence[Notice]) -> Iterator[Sequence[Notice]]:
    return (notices[start : start + _CALL_MAX] for start in range(0, len(notices), _CALL_MAX))
