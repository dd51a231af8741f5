"""One DynamoDB table that is a ledger of ours: transactions, lost answers, and errors in plain words."""

import hashlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any, Final

from botocore.exceptions import ClientError

from pipeline.aws import code_of, patient_client, told
from pipeline.clock import SystemClock
from pipeline.errors import PipelineError
from pipeline.ledger.dynamodb_expressions import action_of, plain, typed_key
from pipeline.ledger.dynamodb_items import IDENTITY, LANES
from pipeline.ledger.dynamodb_writes import Answer, Change, Create, Item, Key, Write, allows

_FORMAT: Final = f"2, {LANES} lanes"
_REMEDY: Final = (
    "Look at targets.<name>.ledger.dynamodb in policy.yaml and at the region. "
    "Make the table as infra/postmerge.json says; bring a lost one back from its backup."
)
_REASONS: Final = {
    "ResourceNotFoundException": ("does not exist in this region", _REMEDY),
    "ValidationException": (
        "is not built as a ledger: its keys must be the texts pk (partition) and sk (sort)",
        _REMEDY,
    ),
}
#: Another transaction holds an item, or AWS has no capacity at this moment: nothing was written.
_PASSING: Final = frozenset(
    {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded", "RequestLimitExceeded"}
)
_REFUSED: Final = "ConditionalCheckFailed"
#: Together about 20 seconds: a stop has to get through a send that writes all the time.
_TRIES: Final = 40
_PAUSE_MAX: Final = 0.5


class DynamoDbTable:
    """See `pipeline.ledger.dynamodb_writes.Table`; every read is strongly consistent.

    A call that has no answer is repeated by the client with the same ClientRequestToken, so DynamoDB makes
    a transaction once (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/
    API_TransactWriteItems.html); what it cannot know after that, it tells as PERHAPS. May be used from many
    threads.
    """

    def __init__(self, name: str, region: str | None) -> None:
        self._name = name
        self._subject = f"The ledger table {name}"
        self._client = patient_client("dynamodb", region)
        self._clock = SystemClock()
        #: The greatest known text of an attribute that only grows: what is below it need not be written.
        self._marks: dict[tuple[Key, str], str] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def assert_ours(self, repository: str, *, claim: bool) -> None:
        """Raise PipelineError unless this is the ledger of `repository`; `claim` makes an empty table one."""
        [identity] = self.get([IDENTITY])
        if identity is None:
            self._assert_empty()
            if not claim:
                return
            # Of two that come first one writes; both read what stands there.
            self.write([Create(IDENTITY, {"repository": repository, "format": _FORMAT})])
            [identity] = self.get([IDENTITY])
            assert identity is not None, "written by somebody"
        if identity["repository"] != repository:
            raise PipelineError(
                f"{self._subject} belongs to another repository: {identity['repository']}, not {repository}.",
                "Every repository needs a table of its own: look at targets.<name>.ledger.dynamodb.",
            )
        if identity["format"] != _FORMAT:
            raise PipelineError(
                f"{self._subject} was written by another version of Postmerge (format {identity['format']}).",
                "Use that version, or one that can read it.",
            )

    def _assert_empty(self) -> None:
        with told(self._subject, _REASONS):
            found = self._client.scan(TableName=self._name, Limit=1, ConsistentRead=True)
        if found["Items"]:
            raise PipelineError(f"{self._subject} is a table, but no ledger of Postmerge.", _REMEDY)

    def point_in_time_recovery_enabled(self) -> bool:
        """Whether the table can be brought back as it was at any moment of the last weeks."""
        with told(
            self._subject, {**_REASONS, "TableNotFoundException": _REASONS["ResourceNotFoundException"]}
        ):
            answer = self._client.describe_continuous_backups(TableName=self._name)
        recovery = answer["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
        return bool(recovery.get("PointInTimeRecoveryStatus") == "ENABLED")

    def get(self, keys: Sequence[Key]) -> tuple[Item | None, ...]:
        """See the port."""
        if len(keys) == 1:
            with told(self._subject, _REASONS):
                answer = self._client.get_item(
                    TableName=self._name, Key=typed_key(keys[0]), ConsistentRead=True
                )
            return (plain(answer.get("Item")),)
        gets = [{"Get": {"TableName": self._name, "Key": typed_key(key)}} for key in keys]
        for pause in _pauses():
            answer, reasons = self._transact("transact_get_items", gets)
            if answer is not None:
                return tuple(plain(found.get("Item")) for found in answer["Responses"])
            self._assert_passing(reasons)
            self._clock.sleep(pause)
        raise self._busy()

    def query(self, partition: str, prefix: str = "", *, lacking: str = "") -> Iterator[Item]:
        """See the port."""
        words: dict[str, Any] = {
            "TableName": self._name,
            "ConsistentRead": True,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
        }
        if prefix:
            words["KeyConditionExpression"] += " AND begins_with(sk, :sk)"
            words["ExpressionAttributeValues"][":sk"] = {"S": prefix}
        if lacking:
            words["FilterExpression"] = "attribute_not_exists(#lacking)"
            words["ExpressionAttributeNames"] = {"#lacking": lacking}
        more = True
        while more:
            with told(self._subject, _REASONS):
                page = self._client.query(**words)
            for found in page["Items"]:
                item = plain(found)
                assert item is not None, "a page holds items"
                yield item
            words["ExclusiveStartKey"] = page.get("LastEvaluatedKey")
            more = words["ExclusiveStartKey"] is not None

    def write(self, writes: Sequence[Write]) -> Answer:
        """See the port."""
        refused = Answer.REFUSED
        for pause in _pauses():
            needed = [(write, action_of(write, self._name, self._known(write))) for write in writes]
            sent = [(write, action) for write, action in needed if action is not None]
            if not sent:
                return Answer.WRITTEN
            answer, reasons = self._transact("transact_write_items", [action for _, action in sent])
            if answer is not None:
                self._remember(writes)
                return Answer.WRITTEN
            if any(reason["lost"] for reason in reasons):
                refused = Answer.PERHAPS
            failed = [
                (write, plain(reason.get("Item")))
                for (write, _), reason in zip(sent, reasons, strict=True)
                if reason.get("Code") == _REFUSED
            ]
            if not all(allows(write, item) for write, item in failed):
                return refused
            # Not refused by what we asked for: somebody is ahead in time, or in the middle of a transaction.
            for write, item in failed:
                self._note(write, item or {})
            if not failed:
                self._assert_passing(reasons)
                self._clock.sleep(pause)
        raise self._busy()

    def _transact(
        self, operation: str, actions: Sequence[Mapping[str, Any]]
    ) -> tuple[Mapping[str, Any] | None, list[dict[str, Any]]]:
        """The answer, or the reason of every action why there was none."""
        with told(self._subject, _REASONS):
            try:
                return getattr(self._client, operation)(TransactItems=actions), []
            except ClientError as error:
                if code_of(error) != "TransactionCanceledException":
                    raise
                lost = error.response["ResponseMetadata"].get("RetryAttempts", 0) > 0
                reasons = error.response.get("CancellationReasons", [])
        if len(reasons) != len(actions):
            raise self._refused(set())
        return None, [{**reason, "lost": lost} for reason in reasons]

    def _assert_passing(self, reasons: Sequence[Mapping[str, Any]]) -> None:
        codes = {str(reason.get("Code", "None")) for reason in reasons} - {"None"}
        if not codes or codes - _PASSING - {_REFUSED}:
            raise self._refused(codes)

    def _refused(self, codes: AbstractSet[str]) -> PipelineError:
        why = ", ".join(sorted(codes)) or "without a reason"
        return PipelineError(f"{self._subject} refused a transaction: {why}.", _REMEDY)

    def _busy(self) -> PipelineError:
        return PipelineError(
            f"{self._subject} is busy: other transactions were in the way again and again.",
            "Wait a minute and run it again; it goes on where it stopped.",
        )

    def _known(self, write: Write) -> Mapping[str, str]:
        if isinstance(write, Create):
            return {}
        marks = ((name, self._marks.get((write.key, name))) for name in write.at_least)
        return {name: mark for name, mark in marks if mark is not None}

    def _remember(self, writes: Sequence[Write]) -> None:
        for write in writes:
            if isinstance(write, Change):
                self._note(write, write.at_least)

    def _note(self, write: Write, item: Item) -> None:
        names = write.at_least if isinstance(write, Change) else ()
        for name in names:
            mark = (write.key, name)
            self._marks[mark] = max(str(item.get(name, "")), self._marks.get(mark, ""))


def _pauses() -> Iterator[timedelta]:
    """Longer and longer, and not the same for two senders that met once."""
    own = f"{os.getpid()}/{threading.get_ident()}"
    for number in range(_TRIES):
        share = hashlib.sha256(f"{own}/{number}".encode()).digest()[0] / 255
        yield timedelta(seconds=min(_PAUSE_MAX, 0.01 * 2**number) * (0.5 + share))
