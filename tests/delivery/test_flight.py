"""How many calls are under way: two, and more only when answers come and the pace is held up by them."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import Empty, Queue
from threading import Semaphore, Thread

import pytest

from pipeline.delivery.flight import Flight
from pipeline.delivery.sending import Claimed, Prepared
from pipeline.delivery.transport import Allowance, Parcel, Sent
from pipeline.ledger.entry import Batch, BatchId, Outcome, State
from pipeline.models.recipient import Recipient
from pipeline.render.message import Letterhead, Message
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Words

MOMENT = datetime(2026, 12, 1, tzinfo=UTC)


class Slow:
    """A transport that answers when it is told to."""

    def __init__(self, *, slow_down: bool = False) -> None:
        self.called: Queue[BatchId] = Queue()
        self.answer = Semaphore(0)
        self.slow_down = slow_down

    def allowance(self) -> Allowance | None:
        return None

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        self.called.put(batch)
        assert self.answer.acquire(timeout=30)
        return Sent((Outcome(State.ACCEPTED),) * len(parcels), slow_down=self.slow_down)

    def assert_calls(self, count: int) -> None:
        """So many more calls begin, however long it takes, and then no further one."""
        for _ in range(count):
            self.called.get(timeout=30)
        with pytest.raises(Empty):
            self.called.get(timeout=0.3)


def claims(count: int) -> Iterator[Claimed]:
    person = Recipient("m1", "m1@people.example", {})
    message = Message(
        Letterhead(Mailbox("Hanamori", "news@mail.hanamori.example")),
        to=person.address,
        recipient_id=person.id,
        seal="",
        said=Words("Sale", None, "Sale"),
    )
    for number in range(1, count + 1):
        batch = Batch(BatchId("sale", 1, 1, number), (number - 1,))
        parcels = {0: Parcel(person, message)}
        yield Claimed(Prepared(batch, (person,), parcels, {}), {}, parcels)


@pytest.fixture
def settled() -> list[BatchId]:
    return []


def flown(transport: Slow, most: int, settled: list[BatchId], count: int) -> Thread:
    def fly() -> None:
        with (
            ThreadPoolExecutor(most) as executor,
            Flight(
                transport,
                executor,
                most,
                lambda claimed, _: settled.append(claimed.prepared.batch.id),
                lambda: None,
            ) as flight,
        ):
            for claimed in claims(count):
                flight.start(claimed)

    thread = Thread(target=fly, daemon=True)
    thread.start()
    return thread


def test_a_transport_that_stops_answering_holds_two_calls_not_all_that_there_might_be(
    settled: list[BatchId],
) -> None:
    transport = Slow()
    thread = flown(transport, 8, settled, 12)
    transport.assert_calls(2)
    transport.answer.release(12)
    thread.join(30)
    assert len(settled) == 12


def test_every_answer_that_was_waited_for_allows_one_more_up_to_the_limit(settled: list[BatchId]) -> None:
    transport = Slow()
    thread = flown(transport, 4, settled, 12)
    transport.assert_calls(2)
    for begun in (2, 2, 1, 1):  # each answer makes room for one, and for one more until there are four
        transport.answer.release()
        transport.assert_calls(begun)
    transport.answer.release(12)
    thread.join(30)
    assert len(settled) == 12


def test_too_much_for_the_other_side_goes_back_to_two(settled: list[BatchId]) -> None:
    transport = Slow(slow_down=True)
    thread = flown(transport, 8, settled, 6)
    transport.assert_calls(2)
    transport.answer.release()
    transport.assert_calls(1)  # one for the answer, and none more
    transport.answer.release(6)
    thread.join(30)
    assert len(settled) == 6
