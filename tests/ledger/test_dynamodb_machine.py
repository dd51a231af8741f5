"""The two senders of `test_machine`, on a ledger in DynamoDB."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, settings

from pipeline.ledger.dynamodb import DynamoDbLedger
from pipeline.ledger.dynamodb_items import batch_of
from pipeline.ledger.dynamodb_outcomes import letters_of
from pipeline.ledger.dynamodb_rehearsal import RehearsedTable
from pipeline.ledger.dynamodb_writes import Table
from pipeline.ledger.entry import Revision
from pipeline.ledger.store import Ledger
from tests.cloud import REGION, REPOSITORY, TABLE, cloud, make_table
from tests.ledger.machine_parts import Entry
from tests.ledger.test_machine import TwoSenders


class TwoCloudSenders(TwoSenders):
    """Each with a client of its own, in one account."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._stack.enter_context(cloud())
        make_table()
        super().__init__()

    def _open(self) -> Ledger:
        return DynamoDbLedger(TABLE, repository=REPOSITORY, region=REGION)

    def _entries(self, revision: Revision) -> Iterator[Entry]:
        ledger = self.senders[0]
        assert isinstance(ledger, DynamoDbLedger)
        found = [
            item
            for wave in range(1, len(revision.waves) + 1)
            for item in ledger._table.query(f"batches/{revision.campaign}/{revision.number}/{wave}")
        ]
        for item in sorted(found, key=lambda item: batch_of(item).id.attempt):
            yield batch_of(item).positions, letters_of(item)

    def teardown(self) -> None:
        super().teardown()
        self._stack.close()


class TwoRehearsedSenders(TwoCloudSenders):
    """The same logic on a table in memory, so that many more orders can be tried."""

    def __init__(self) -> None:
        self._shared: Table = RehearsedTable()
        super().__init__()

    def _open(self) -> Ledger:
        ledger = DynamoDbLedger(TABLE, repository=REPOSITORY, region=REGION, rehearsal=True)
        ledger._table = self._shared
        return ledger


_SETTINGS = settings(
    max_examples=8,
    stateful_step_count=25,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

TestTwoRehearsedSenders = pytest.mark.slow(TwoRehearsedSenders.TestCase)
TestTwoRehearsedSenders.settings = _SETTINGS

TestTwoCloudSenders = pytest.mark.slow(TwoCloudSenders.TestCase)
TestTwoCloudSenders.settings = settings(_SETTINGS, max_examples=2)
