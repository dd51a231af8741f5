"""The ledger in one DynamoDB table: for senders on many machines, above all for workflow runs."""

import json
from datetime import datetime

from pipeline.ledger.accounting import account_of
from pipeline.ledger.dynamodb_batches import DynamoDbBatches
from pipeline.ledger.dynamodb_items import (
    CAMPAIGNS,
    ENDED,
    EVERYTHING_LANES,
    LANES,
    as_moment,
    as_text,
    campaign_of,
    end_key,
    lane_key,
    order_item,
    order_key,
    order_of,
    revision_item,
    revision_key,
    revision_of,
    test_send_item,
    test_send_of,
    under_delivery,
)
from pipeline.ledger.dynamodb_rehearsal import RehearsedTable
from pipeline.ledger.dynamodb_table import DynamoDbTable
from pipeline.ledger.dynamodb_writes import Answer, Change, Create, Item, Write, text
from pipeline.ledger.entry import Account, Order, Revision, TestSend
from pipeline.ledger.resolution import flat


class DynamoDbLedger(DynamoDbBatches):
    """See `pipeline.ledger.store.Ledger` for what each method promises."""

    def __init__(self, name: str, *, repository: str, region: str | None, rehearsal: bool = False) -> None:
        """Open the ledger in the table `name`; an empty table becomes the ledger of `repository`.

        A rehearsal reads it and writes to memory only. PipelineError when there is no such table, when it
        is the ledger of another repository or something else, or when it cannot be reached.
        """
        real = DynamoDbTable(name, region)
        real.assert_ours(repository, claim=not rehearsal)
        super().__init__(RehearsedTable(real) if rehearsal else real)
        self._real = real

    def point_in_time_recovery_enabled(self) -> bool:
        """Whether the table can be brought back as it was at any moment of the last weeks."""
        return self._real.point_in_time_recovery_enabled()

    def try_writing(self) -> None:
        """Ask for a write whose condition is never met: it is refused, or not allowed at all."""
        never: Item = {"state": "never"}
        self._real.write([Change(("doctor", "nothing"), equals=never, put=never)])

    def campaigns(self) -> tuple[str, ...]:
        """See the port."""
        return tuple(text(item, "sk") for item in self._table.query(CAMPAIGNS))

    def record_order(self, order: Order) -> Order:
        """See the port."""
        at = as_text(order.seen_at)
        key = order_key(order)
        self._table.write([Create(key, order_item(order)), _listed(order.campaign), _noted(at)])
        [first] = self._table.get([key])
        assert first is not None, "written now or before"
        return order_of(first)

    def orders(self, campaign: str) -> tuple[Order, ...]:
        """See the port."""
        orders = map(order_of, self._table.query(campaign_of(campaign), "order/"))
        return tuple(sorted(orders, key=lambda order: order.seen_at))

    def record_test_send(self, test_send: TestSend) -> None:
        """See the port."""
        at = as_text(test_send.sent_at)
        key = (campaign_of(test_send.campaign), f"test/{test_send.digest}/{at}/{test_send.by}")
        self._table.write([Create(key, test_send_item(test_send)), _noted(at)])

    def test_sends(self, campaign: str, digest: str) -> tuple[TestSend, ...]:
        """See the port."""
        return tuple(map(test_send_of, self._table.query(campaign_of(campaign), f"test/{digest}/")))

    def open_revision(self, revision: Revision) -> bool:
        """See the port."""
        at, campaign = as_text(revision.opened_at), campaign_of(revision.campaign)
        key, item = revision_key(revision.campaign, revision.number), revision_item(revision)
        by_segment = (f"segment/{revision.segment}", f"{at}/{revision.campaign}/{revision.number:06d}")
        # Every lane moves in one transaction: a reservation sees the old revision or the new one.
        lanes = (_next_revision(campaign, lane, revision.number) for lane in range(LANES))
        answer = self._table.write(
            [Create(key, item), Create(by_segment, item), _listed(revision.campaign), _noted(at), *lanes]
        )
        if answer is Answer.PERHAPS:
            [first] = self._table.get([key])
            return first is not None and revision_of(first) == revision
        return answer is Answer.WRITTEN

    def end_revision(self, campaign: str, number: int, at: datetime) -> None:
        """See the port."""
        moment = as_text(at)
        lanes = (
            Change(lane_key(campaign_of(campaign), lane), equals=under_delivery(number), put=ENDED)
            for lane in range(LANES)
        )
        answer = self._table.write(
            [Create(end_key(campaign, number), {"at": moment}), _noted(moment), *lanes]
        )
        assert answer is Answer.WRITTEN or self.has_ended(campaign, number), "an open revision ends"

    def revisions(self, campaign: str) -> tuple[Revision, ...]:
        """See the port."""
        return tuple(map(revision_of, self._table.query(campaign_of(campaign), "revision/")))

    def last_of_segment(self, segment: str, *, other_than: str) -> Revision | None:
        """See the port."""
        others = [
            revision
            for revision in map(revision_of, self._table.query(f"segment/{segment}"))
            if revision.campaign != other_than
        ]
        return others[-1] if others else None

    def account(self, campaign: str) -> Account:
        """See the port."""
        revisions = self.revisions(campaign)
        reasons = flat(json.loads(text(item, "reasons")) for item in self._table.query(f"reasons/{campaign}"))
        return account_of(
            revisions, {revision.number: self.waves(revision) for revision in revisions}, reasons
        )

    def newest_entry_at(self) -> datetime | None:
        """See the port."""
        lanes = self._table.query(EVERYTHING_LANES, "lane/")
        return max((as_moment(lane, "newest") for lane in lanes if "newest" in lane), default=None)

    def close(self) -> None:
        """See the port."""
        self._real.close()


def _listed(campaign: str) -> Write:
    return Change((CAMPAIGNS, campaign), put={"campaign": campaign})


def _noted(at: str) -> Write:
    return Change(lane_key(EVERYTHING_LANES, 0), at_least={"newest": at})


def _next_revision(partition: str, lane: int, number: int) -> Write:
    key = lane_key(partition, lane)
    put = under_delivery(number)
    if number == 1:
        return Change(key, absent=("revision",), put=put)
    return Change(key, equals={"revision": number - 1, **ENDED}, put=put)
