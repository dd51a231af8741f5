"""What every transport promises. A new implementation adds itself to `PARAMETERS` and to nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clock import ManualClock
from pipeline.delivery.outbox import Outbox
from pipeline.delivery.rehearsal import RehearsedTransport
from pipeline.delivery.ses import SesTransport
from pipeline.delivery.transport import Parcel, Transport
from pipeline.ledger.entry import BatchId, State
from pipeline.models.recipient import Recipient
from pipeline.render.message import Letterhead, Message
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Words
from tests.ses_double import Double, running

CLOCK = ManualClock(datetime(2026, 12, 1, 1, tzinfo=UTC))
BATCH = BatchId("sale", 1, 2, 3)

SETTINGS = {"max_send_rate": 10_000.0, "max_24_hour_send": 100_000.0, "identities": ["mail.hanamori.example"]}

PARAMETERS: dict[str, Callable[[Path, Double], Transport]] = {
    "outbox": lambda path, _: Outbox(path / "outbox", CLOCK),
    "rehearsal": lambda _path, _double: RehearsedTransport(),
    "ses": lambda _, double: SesTransport.connect("ap-northeast-1", {}, endpoint=double.endpoint_url),
}


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    with running(**SETTINGS) as started:
        yield started


def parcel(number: int = 1) -> Parcel:
    row = Recipient(f"m{number}", f"m{number}@people.example", {"name": f"Person {number}"})
    sender = Mailbox("はなもり通販", "news@mail.hanamori.example")
    words = Words("冬のセール", None, f"Dear {number},\n")
    return Parcel(row, Message(Letterhead(sender), row.address, row.id, row.seal, words))


@pytest.fixture(params=sorted(PARAMETERS))
def transport(
    request: pytest.FixtureRequest, tmp_path: Path, double: Double, monkeypatch: pytest.MonkeyPatch
) -> Transport:
    for name, value in double.environment.items():
        monkeypatch.setenv(name, value)
    double.reset(**SETTINGS)
    return PARAMETERS[request.param](tmp_path, double)


def test_every_parcel_has_its_own_outcome_in_order(transport: Transport) -> None:
    sent = transport.send(BATCH, [parcel(n) for n in range(50)])
    assert [outcome.state for outcome in sent.outcomes] == [State.ACCEPTED] * 50
    assert sent.trouble is None


def test_what_it_allows_is_nothing_in_particular_or_a_rate_and_a_rest(transport: Transport) -> None:
    allowance = transport.allowance()
    assert allowance is None or (allowance.rate > 0 and (allowance.left_today or 0) >= 0)


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
