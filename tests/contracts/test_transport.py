"""What every transport promises. A new implementation adds itself to `PARAMETERS` and to nothing else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clock import ManualClock
from pipeline.delivery.outbox import Outbox
from pipeline.delivery.rehearsal import RehearsedTransport
from pipeline.delivery.transport import Parcel, Transport
from pipeline.ledger.entry import BatchId, State
from pipeline.models.recipient import Recipient
from pipeline.render.message import Message
from pipeline.render.source import Mailbox

CLOCK = ManualClock(datetime(2026, 12, 1, 1, tzinfo=UTC))
BATCH = BatchId("sale", 1, 2, 3)

PARAMETERS: dict[str, Callable[[Path], Transport]] = {
    "outbox": lambda path: Outbox(path / "outbox", CLOCK),
    "rehearsal": lambda _: RehearsedTransport(),
}


def parcel(number: int = 1) -> Parcel:
    row = Recipient(f"m{number}", f"m{number}@people.example", {"name": f"Person {number}"})
    sender = Mailbox("はなもり通販", "news@mail.hanamori.example")
    return Parcel(row, Message(sender, row.address, row.id, row.seal, "冬のセール", f"Dear {number},\n"))


@pytest.fixture(params=sorted(PARAMETERS))
def transport(request: pytest.FixtureRequest, tmp_path: Path) -> Transport:
    return PARAMETERS[request.param](tmp_path)


def test_every_parcel_has_its_own_outcome_in_order(transport: Transport) -> None:
    sent = transport.send(BATCH, [parcel(n) for n in range(50)])
    assert [outcome.state for outcome in sent.outcomes] == [State.ACCEPTED] * 50
    assert sent.trouble is None


def test_an_empty_batch_has_no_outcomes(transport: Transport) -> None:
    assert transport.send(BATCH, []).outcomes == ()


@pytest.mark.parametrize(
    "mixed_up",
    [
        replace(parcel(1), recipient=parcel(2).recipient),
        replace(parcel(1), recipient=replace(parcel(1).recipient, fields={"name": "Person 2"})),
        replace(parcel(1), recipient=replace(parcel(1).recipient, address="m2@people.example")),
    ],
    ids=["another row", "other merge data", "another address"],
)
def test_a_message_of_another_row_stops_everything(transport: Transport, mixed_up: Parcel) -> None:
    with pytest.raises(AssertionError):
        transport.send(BATCH, [mixed_up])
