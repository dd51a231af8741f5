"""Batches in DynamoDB: reserved once, settled once, together with the holds that stop a reservation.

A reservation is one transaction: it looks at the holds and at the revision, creates the batch's item with
the sender's token, and counts it. Sums are kept with every entry, so that `waves`, `account` and `unsettled`
need not read a million recipients' batches; in lanes, so that two batches rarely wait for each other.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from pipeline.errors import PipelineError
from pipeline.ledger.dynamodb_holds import DynamoDbHolds
from pipeline.ledger.dynamodb_items import (
    EVERYTHING_LANES,
    as_moment,
    batch_key,
    batch_of,
    batches_in,
    campaign_of,
    end_key,
    lane_key,
    lane_of,
    moment_of,
    positions_text,
    resolution_of,
    under_delivery,
    waiting_of,
)
from pipeline.ledger.dynamodb_outcomes import Attempt, claim, first_of, letters_of, resolving, settling
from pipeline.ledger.dynamodb_writes import Answer, Item, number, text
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
    letters,
)
from pipeline.ledger.hold import HeldBack
from pipeline.ledger.resolution import Overtaken, Resolution, Resolved, Undecided

#: How often the world may change between a look and a write.
_LOOKS: Final = 20
_COUNTED: Final = ("reserved", "accepted", "refused", "excluded", "unknown", "deferred")


class DynamoDbBatches(DynamoDbHolds):
    """The part of the ledger that at-most-once hangs on; `store.Ledger` says what each method promises."""

    def reserve(self, reservation: Reservation) -> Reserved | Taken | HeldBack | Superseded:
        """See the port."""
        writes = claim(reservation)
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
            ours = known["token"] == reservation.token and not {"states", "resolved"} & known.keys()
            return Reserved() if ours else Taken()
        if batch.attempt > 1:
            [first] = self._table.get([batch_key(first_of(batch))])
            wanted = {"waiting": positions_text(reservation.batch.positions), "attempts": batch.attempt - 1}
            if first is None or not wanted.items() <= first.items():
                return Taken()
        return None

    def has_ended(self, campaign: str, number: int) -> bool:
        """See the port."""
        [end] = self._table.get([end_key(campaign, number)])
        return end is not None

    def settle(self, settlement: Settlement) -> bool:
        """See the port."""
        said, perhaps = letters(settlement.outcomes), False
        for _ in range(_LOOKS):
            attempt = self._attempt(settlement.batch)
            assert len(batch_of(attempt.item).positions) == len(said), (
                "every recipient of a batch has an outcome"
            )
            if "states" in attempt.item:
                # Our own first try, if the outcomes are ours to the letter.
                at = as_moment(attempt.item, "settled_at")
                return perhaps and (text(attempt.item, "states"), at) == (said, settlement.settled_at)
            answer = self._table.write(settling(settlement, attempt))
            if answer is Answer.WRITTEN:
                return True
            perhaps |= answer is Answer.PERHAPS
        raise _restless(settlement.batch)

    def resolve(self, resolution: Resolution) -> Resolved | Overtaken | Superseded:
        """See the port."""
        perhaps = False
        for _ in range(_LOOKS):
            attempt = self._attempt(resolution.batch)
            if perhaps and resolution in self.resolutions(resolution.batch.campaign):
                return Resolved()
            if attempt.letters != resolution.before:
                return Overtaken()
            if resolution.again and not self._is_under_delivery(resolution.batch):
                return Superseded()
            answer = self._table.write(resolving(resolution, attempt))
            if answer is Answer.WRITTEN:
                return Resolved()
            perhaps |= answer is Answer.PERHAPS
        raise _restless(resolution.batch)

    def _is_under_delivery(self, batch: BatchId) -> bool:
        [lane] = self._table.get([lane_key(campaign_of(batch.campaign), lane_of(batch))])
        return under_delivery(batch.revision).items() <= (lane or {}).items()

    def _attempt(self, batch: BatchId) -> Attempt:
        """An attempt beside the first one of its batch, at one moment."""
        keys = {batch_key(batch), batch_key(first_of(batch))}
        found = dict(zip(keys, self._table.get(list(keys)), strict=True))
        item, first = found[batch_key(batch)], found[batch_key(first_of(batch))]
        assert item is not None, "only a reserved batch has outcomes"
        assert first is not None, "a follow-up has a first attempt"
        return Attempt(item, first, "resolved" in item and self._is_under_delivery(batch))

    def undecided(self, campaign: str) -> tuple[Undecided, ...]:
        """See the port."""
        return tuple(
            _undecided(item)
            for revision in self.revisions(campaign)
            for wave in self._waves_with("unknown", revision)
            for item in self._wave(revision, wave)
            if State.UNKNOWN in letters_of(item)
        )

    def resolutions(self, campaign: str) -> tuple[Resolution, ...]:
        """See the port."""
        return tuple(map(resolution_of, self._table.query(f"resolutions/{campaign}")))

    def open_batches(self, revision: Revision, wave: int) -> Iterator[Batch]:
        """See the port."""
        touched = {batch_of(item).id.number for item in self._wave(revision, wave)}
        yield from (batch for batch in batches_of(revision, wave) if batch.id.number not in touched)
        if any(number(item, "deferred") for item in self._tallies(revision, wave)):
            # Read again: some were deferred while the untouched ones were handed out.
            yield from _follow_ups(self._wave(revision, wave))

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
                pairs = zip(batch_of(item).positions, letters_of(item), strict=True)
                yield from (p for p, letter in pairs if letter != State.HELD)

    def unsettled(self, campaign: str) -> tuple[BatchId, ...]:
        """See the port."""
        return tuple(
            batch_of(item).id
            for revision in self.revisions(campaign)
            for wave in self._waves_with("under_way", revision)
            for item in self._wave(revision, wave, lacking="states")
            if State.UNKNOWN in letters_of(item)
        )

    def _waves_with(self, what: str, revision: Revision) -> list[int]:
        waves = {
            int(text(item, "sk").partition("/")[0]) for item in self._tallies(revision) if number(item, what)
        }
        return sorted(waves)


def _restless(batch: BatchId) -> PipelineError:
    return PipelineError(
        f"Entries about a batch of {batch.campaign} come too fast to add one.",
        "Look at who settles and resolves it; then run it again.",
    )


def _follow_ups(items: Iterator[Item]) -> Iterator[Batch]:
    for item in items:
        waiting = waiting_of(item)
        if waiting:
            last = replace(batch_of(item).id, attempt=number(item, "attempts"))
            yield Batch(replace(last, attempt=last.attempt + 1), waiting)


def _undecided(item: Item) -> Undecided:
    return Undecided(
        batch_of(item),
        letters_of(item),
        as_moment(item, "at"),
        as_moment(item, "settled_at") if "settled_at" in item else None,
        Attempt(item, item).reasons,
    )
