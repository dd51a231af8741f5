"""The ledger in DynamoDB, as a play needs it."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.clock import ManualClock
from pipeline.ledger.dynamodb import DynamoDbLedger
from pipeline.ledger.entry import TestSend
from pipeline.ledger.store import Ledger
from tests.chaos.audit import Line
from tests.chaos.stage import SALE, Stage
from tests.cloud import REGION, REPOSITORY, TABLE
from tests.stories.story import START


@dataclass(frozen=True, slots=True)
class DynamoDbDesk:
    """A table behind the server at `port`; the environment sends every client there."""

    stage: Stage
    port: int
    dynamodb: bool = True

    def reset(self) -> None:
        self._ask("reset")
        with self.ledger() as ledger:
            for digest in sorted({digest for digest in self.stage.leaves.values() if digest}):
                ledger.record_test_send(TestSend(SALE, digest, "suzuki", ManualClock(START).now()))

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = DynamoDbLedger(TABLE, repository=REPOSITORY, region=REGION)
        try:
            yield ledger
        finally:
            ledger.close()

    def remark(self, **said: Any) -> None:
        self._ask("remark", said)

    def diary(self) -> list[Line]:
        return [(what, said) for what, said in self._ask("diary")]

    def _ask(self, verb: str, said: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", f"/_desk/{verb}", json.dumps(said or {}))
            response = connection.getresponse()
            answered = response.read()
        finally:
            connection.close()
        assert response.status == 200, answered
        return json.loads(answered)
