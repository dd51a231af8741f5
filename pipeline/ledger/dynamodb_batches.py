"""Batches in DynamoDB: reserved once, settled once, together with the holds that stop a reservation.

A reservation is one transaction: it looks at the holds and at the revision, creates the batch's item with
the sender's token, and counts it. Sums are kept with every entry, so that `waves`, `account` and `unsettled`
need not read a million recipients' batches; in lanes, so that two batches rarely wait for each other.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.errors import PipelineError
from pipeline.ledger.dynamodb_holds import DynamoDbHolds
from pipeline.ledger.dynamodb_items import (
    EVERYTHING_LANES,
    as_text,
    batch_key,
    batch_of,
    batches_in,
    campaign_of,
    end_key,
    lane_key,
    lane_of,
    moment_of,
    positions_text,
    reasons_key,
    tally_key,
    under_delivery,
)
from pipeline.ledger.dynamodb_writes import Answer, Change, Create, Item, Write, number, text
from pipeline.ledger.entry import (
    Batch,
    BatchId,
    Reservation,
    Reserved,
    Revision,
    Settlement,
    State,
    Superseded,
    Taken,
    WaveRecord,
    batches_of,
    follow_up,
    letters,
)
from pipeline.ledger.hold import HeldBack

#: How often the world may change between a refused reservation and the look at why.
_LOOKS: Final = 20
_COUNTED: Final = ("reserved", "accepted", "refused", "excluded", "unknown", "deferred")


class DynamoDbBatches(DynamoDbHolds):
    """The part of the ledger that at-most-once hangs on; `store.Ledger` says what each method promises."""

    def reserve(self, reservation: Reservation) -> Reserved | Taken | HeldBack | Superseded:
        """See the port."""
        writes = _claim(reservation)
        for _ in range(_LOOKS):
            if self._table.write(writes) is Answer.WRITTEN:
                return Reserved()
            if answer := self._why_not(reservation):
                return answer
        raise PipelineError(
            f"Holds on {reservation.batch.id.campaign} come and go too fast to reserve anything.",
            "Look at who places and lifts them; then run it again.",
        )

    def _why_not(self, reservation: Reservation) -> Reserved | Taken | HeldBack | Superseded | None:
        """The answer to a refused claim; None when nothing stands in its way any more.

        Reserved only when the item of our own token, its missing outcomes, the revision and the absence of
        holds were seen at one moment: then the answer to the first claim was lost.
        """
        batch = reservation.batch.id
        lane = lane_of(batch)
        everything, campaign, known = self._table.get(
            [lane_key(EVERYTHING_LANES, lane), lane_key(campaign_of(batch.campaign), lane), batch_key(batch)]
        )
        if "standing" in (everything or {}) or "standing" in (campaign or {}):
            holds = self.holds(batch.campaign)
            return HeldBack(holds) if holds else None
        if not under_delivery(batch.revision).items() <= (campaign or {}).items():
            return Superseded()
        if known is not None:
            # Outcomes prove that the answer was not lost: a claim that comes late must not call again.
            ours = known["token"] == reservation.token and "states" not in known
            return Reserved() if ours else Taken()
        if batch.attempt > 1:
            [before] = self._table.get([batch_key(_before(batch))])
            if before is None or before.get("deferred") != positions_text(reservation.batch.positions):
                return Taken()
        return None

    def has_ended(self, campaign: str, number: int) -> bool:
        """See the port."""
        [end] = self._table.get([end_key(campaign, number)])
        return end is not None

    def settle(self, settlement: Settlement) -> bool:
        """See the port."""
        known = self._reservation(settlement.batch)
        assert len(batch_of(known).positions) == len(settlement.outcomes), (
            "every recipient of a batch has an outcome"
        )
        if "states" in known:
            return False
        entry = _entry(settlement, batch_of(known))
        match self._table.write([entry, *_counting(settlement)]):
            case Answer.WRITTEN:
                return True
            case Answer.PERHAPS:
                # Our own first try, if the outcomes are ours to the letter.
                return entry.put.items() <= self._reservation(settlement.batch).items()
            case Answer.REFUSED:
                return False

    def _reservation(self, batch: BatchId) -> Item:
        [known] = self._table.get([batch_key(batch)])
        assert known is not None, "only a reserved batch has outcomes"
        return known

    def open_batches(self, revision: Revision, wave: int) -> Iterator[Batch]:
        """See the port."""
        touched = {batch_of(item).id.number for item in self._wave(revision, wave)}
        yield from (batch for batch in batches_of(revision, wave) if batch.id.number not in touched)
        if any(number(item, "deferred") for item in self._tallies(revision, wave)):
            # Read again: some were deferred while the untouched ones were handed out.
            yield from _follow_ups(list(self._wave(revision, wave)))

    def _wave(self, revision: Revision, wave: int, *, lacking: str = "") -> Iterator[Item]:
        return self._table.query(batches_in(revision.campaign, revision.number, wave), lacking=lacking)

    def _tallies(self, revision: Revision, wave: int | None = None) -> Iterator[Item]:
        partition = f"tally/{revision.campaign}/{revision.number}"
        return self._table.query(partition, "" if wave is None else f"{wave:04d}/")

    def waves(self, revision: Revision) -> Mapping[int, WaveRecord]:
        """See the port."""
        counts: dict[int, Counter[str]] = {}
        newest: dict[int, str] = {}
        for item in self._tallies(revision):
            wave = int(text(item, "sk").partition("/")[0])
            counts.setdefault(wave, Counter()).update({name: number(item, name) for name in _COUNTED})
            newest[wave] = max(text(item, "newest"), newest.get(wave, ""))
        return {
            wave: WaveRecord(
                wave=wave, **{name: count[name] for name in _COUNTED}, last_entry_at=moment_of(newest[wave])
            )
            for wave, count in counts.items()
        }

    def reserved_positions(self, revision: Revision) -> Iterator[int]:
        """See the port."""
        for wave in self.waves(revision):
            for item in self._wave(revision, wave):
                positions = batch_of(item).positions
                states = text(item, "states") if "states" in item else State.UNKNOWN * len(positions)
                yield from (p for p, letter in zip(positions, states, strict=True) if letter != State.HELD)

    def unsettled(self, campaign: str) -> tuple[BatchId, ...]:
        """See the port."""
        return tuple(
            batch_of(item).id
            for revision in self.revisions(campaign)
            for wave in self._waves_under_way(revision)
            for item in self._wave(revision, wave, lacking="states")
        )

    def _waves_under_way(self, revision: Revision) -> list[int]:
        under_way = {
            int(text(item, "sk").partition("/")[0])
            for item in self._tallies(revision)
            if number(item, "under_way")
        }
        return sorted(under_way)


def _before(batch: BatchId) -> BatchId:
    return replace(batch, attempt=batch.attempt - 1)


def _claim(reservation: Reservation) -> Sequence[Write]:
    """No hold stands, the revision is the one under delivery, and nobody has the batch: then it is ours."""
    batch, at = reservation.batch, as_text(reservation.reserved_at)
    lane, size = lane_of(batch.id), len(batch.positions)
    claimed = {"reserved": size} if batch.id.attempt == 1 else {"deferred": -size}
    positions = positions_text(batch.positions)
    writes: list[Write] = [
        Change(lane_key(EVERYTHING_LANES, lane), absent=("standing",), at_least={"newest": at}),
        Change(
            lane_key(campaign_of(batch.id.campaign), lane),
            equals=under_delivery(batch.id.revision),
            absent=("standing",),
        ),
        Create(batch_key(batch.id), {"token": reservation.token, "positions": positions, "at": at}),
        Change(
            tally_key(batch.id),
            add={**claimed, "unknown": size, "under_way": 1},
            at_least={"newest": at},
        ),
    ]
    if batch.id.attempt > 1:
        writes.append(Change(batch_key(_before(batch.id)), equals={"deferred": positions}))
    return writes


def _entry(settlement: Settlement, batch: Batch) -> Change:
    """The outcomes, added once to the reservation; who was certainly not sent, for the follow-up to match."""
    states = letters(settlement.outcomes)
    deferred = follow_up(batch, states)
    return Change(
        batch_key(batch.id),
        absent=("states",),
        put={
            "states": states,
            "settled_at": as_text(settlement.settled_at),
            **({"deferred": positions_text(deferred.positions)} if deferred else {}),
        },
    )


def _counting(settlement: Settlement) -> list[Write]:
    at = as_text(settlement.settled_at)
    counts = Counter(letters(settlement.outcomes))
    added = {
        "accepted": counts[State.ACCEPTED],
        "refused": counts[State.REFUSED],
        "excluded": counts[State.EXCLUDED],
        "unknown": counts[State.UNKNOWN] - len(settlement.outcomes),
        "deferred": counts[State.HELD],
        "under_way": -1,
    }
    writes: list[Write] = [
        Change(tally_key(settlement.batch), add=added, at_least={"newest": at}),
        Change(lane_key(EVERYTHING_LANES, lane_of(settlement.batch)), at_least={"newest": at}),
    ]
    reasons = Counter(outcome.reason for outcome in settlement.outcomes if outcome.reason)
    if reasons:
        counted = json.dumps(reasons, ensure_ascii=False, sort_keys=True)
        writes.append(Create(reasons_key(settlement.batch), {"reasons": counted}))
    return writes


def _follow_ups(items: Sequence[Item]) -> Iterator[Batch]:
    claimed = {batch_of(item).id for item in items}
    for item in items:
        batch = follow_up(batch_of(item), text(item, "states")) if "deferred" in item else None
        if batch is not None and batch.id not in claimed:
            yield batch
