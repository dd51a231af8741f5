"""Invented entries for ledgers, and every kind of ledger that keeps the contract."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.ledger.dynamodb import DynamoDbLedger
from pipeline.ledger.entry import (
    Batch,
    Order,
    Outcome,
    Reservation,
    Revision,
    Settlement,
    State,
    Superseded,
    batches_of,
)
from pipeline.ledger.hold import Hold, HoldKind, Lift
from pipeline.ledger.resolution import NOT_SENT, Overtaken, Resolution, Resolved
from pipeline.ledger.sqlite import SqliteLedger
from pipeline.ledger.store import Ledger
from tests.cloud import REGION, REPOSITORY, TABLE, make_table

Opener = Callable[[Path], Ledger]


def _sqlite(folder: Path) -> Ledger:
    return SqliteLedger(folder / "ledger.db")


def _dynamodb(_: Path) -> Ledger:
    make_table()
    return DynamoDbLedger(TABLE, repository=REPOSITORY, region=REGION)


#: Opens the one ledger of a folder, or of the cloud around the test; opening it again is what a restarted
#: process does.
KINDS: Mapping[str, Opener] = {"sqlite": _sqlite, "dynamodb": _dynamodb}

CAMPAIGN = "winter-sale"
#: Two waves, of 4 recipients in batches of 2 and of 6 in batches of 3.
REVISION = Revision(
    campaign=CAMPAIGN,
    number=1,
    commit="c0ffee",
    digest="d1",
    checksum="k1",
    segment="members",
    audience="a1",
    recipients=10,
    waves=(4, 10),
    batch_sizes=(2, 3),
    excluded={"unsubscribed": 2},
    opened_at=datetime(2026, 12, 1, 10, 0, tzinfo=UTC),
)
ORDER = Order(CAMPAIGN, "c0ffee", "d1", "k1", 10, REVISION.opened_at)


def minute(number: float) -> datetime:
    """That many minutes after the first revision was opened."""
    return REVISION.opened_at + timedelta(minutes=number)


def first_batch(revision: Revision = REVISION, wave: int = 1) -> Batch:
    return next(batches_of(revision, wave))


def claim(batch: Batch, token: str = "sender-1", at: float = 1) -> Reservation:  # noqa: S107 no secret
    return Reservation(batch, token, minute(at))


def outcomes(batch: Batch, states: str, at: float = 2, reason: str = "") -> Settlement:
    """The outcomes in letters; everybody who was not accepted shares the reason."""
    said = tuple(Outcome(State(letter), "" if letter == State.ACCEPTED else reason) for letter in states)
    return Settlement(batch.id, said, minute(at))


def halt(scope: str = CAMPAIGN, at: float = 0, reason: str = "wrong price") -> Hold:
    return Hold(scope, HoldKind.HALT, reason, "Hana Mori", minute(at))


def lift_of(hold: Hold, at: float = 5) -> Lift:
    return Lift(hold.id, "price mended", "Ken Abe", minute(at))


def next_revision(revision: Revision, recipients: int, at: float = 10) -> Revision:
    """The same campaign again, in one wave of single recipients."""
    return replace(
        revision,
        number=revision.number + 1,
        commit=f"{revision.commit}-later",
        audience=f"{revision.audience}-later",
        recipients=recipients,
        waves=(recipients,),
        batch_sizes=(1,),
        opened_at=minute(at),
    )


def send(ledger: Ledger, batch: Batch, states: str, at: float = 2, reason: str = "") -> None:
    """Reserve and settle, as a sender does when all goes well."""
    answer = ledger.reserve(claim(batch, f"token-{batch.id}", at))
    assert type(answer).__name__ == "Reserved", answer
    assert ledger.settle(outcomes(batch, states, at, reason))


def resolution(ledger: Ledger, after: str, *, batch: Batch | None = None, at: float = 20) -> Resolution:
    """A person's word about a batch: the letters since; `u` says nothing about that recipient."""
    [undecided] = [u for u in ledger.undecided(CAMPAIGN) if u.batch.id == (batch or first_batch()).id]
    said = {
        place: Outcome(State(letter), NOT_SENT if letter == State.REFUSED else "")
        for place, (old, letter) in enumerate(zip(undecided.states, after, strict=True))
        if old != letter
    }
    return undecided.resolved(said, reason="asked the people", by="Ken Abe", at=minute(at))


def resolve(
    ledger: Ledger, after: str, *, batch: Batch | None = None, at: float = 20
) -> Resolved | Overtaken | Superseded:
    """A person's word, put on record."""
    return ledger.resolve(resolution(ledger, after, batch=batch, at=at))
