"""The writes of one batch in DynamoDB: the claim, its outcomes, and what is said about the unknown (pure).

The letters that hold of an attempt are `resolved`, or else `states`, or else all unknown. Who waits for
another try is kept with the first attempt, so that a follow-up can be claimed by looking at one item.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pipeline.ledger.dynamodb_items import (
    EVERYTHING_LANES,
    as_json,
    as_text,
    batch_key,
    batch_of,
    campaign_of,
    lane_key,
    lane_of,
    positions_text,
    reasons_key,
    resolution_item,
    resolution_key,
    tally_key,
    under_delivery,
    waiting_of,
    waiting_text,
)
from pipeline.ledger.dynamodb_writes import Change, Create, Item, Value, Write, number, text
from pipeline.ledger.entry import BatchId, Reasons, Reservation, Settlement, State, letters, reasons_of
from pipeline.ledger.resolution import Resolution, late_answer

_COUNTED: Final = {
    "accepted": State.ACCEPTED,
    "refused": State.REFUSED,
    "excluded": State.EXCLUDED,
    "unknown": State.UNKNOWN,
    "deferred": State.HELD,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt of a batch beside the first one (perhaps itself), read at one moment."""

    item: Item
    first: Item
    #: Whether something may be reserved of its revision; asked only where it matters.
    under_delivery: bool = False

    @property
    def letters(self) -> str:
        """What holds of it."""
        return letters_of(self.item)

    @property
    def reasons(self) -> Reasons:
        """Why, of everybody in it."""
        found: Reasons = json.loads(str(self.item.get("reasons", "{}")))
        return found

    def waiting_after(self, letters: str) -> str:
        """Who waits for another try once these letters hold."""
        waiting = set(waiting_of(self.first))
        moves = zip(batch_of(self.item).positions, self.letters, letters, strict=True)
        for position, old, new in moves:
            if old != new:
                (waiting.add if new == State.HELD else waiting.discard)(position)
        return waiting_text(sorted(waiting))

    @property
    def claimed(self) -> frozenset[int]:
        """The places of those who are held and do not wait here.

        They are in a later attempt, or the next revision may have taken over whoever was to be sent again.
        """
        waiting = set(waiting_of(self.first)) if self.under_delivery else set()
        pairs = zip(batch_of(self.item).positions, self.letters, strict=True)
        return frozenset(
            place for place, (p, letter) in enumerate(pairs) if letter == State.HELD and p not in waiting
        )


def letters_of(item: Item) -> str:
    """The letters that hold of an attempt."""
    for name in ("resolved", "states"):
        if name in item:
            return text(item, name)
    return State.UNKNOWN * len(batch_of(item).positions)


def first_of(batch: BatchId) -> BatchId:
    """Its first attempt."""
    return replace(batch, attempt=1)


def claim(reservation: Reservation) -> Sequence[Write]:
    """No hold stands, the revision is the one under delivery, and nobody has the batch: then it is ours."""
    batch, at = reservation.batch, as_text(reservation.reserved_at)
    lane, size = lane_of(batch.id), len(batch.positions)
    positions = positions_text(batch.positions)
    item: dict[str, Value] = {
        "token": reservation.token,
        "positions": positions,
        "at": at,
    }
    is_first = batch.id.attempt == 1
    if is_first:
        item |= {"attempts": 1, "waiting": waiting_text(())}
    writes: list[Write] = [
        Change(lane_key(EVERYTHING_LANES, lane), absent=("standing",), at_least={"newest": at}),
        Change(
            lane_key(campaign_of(batch.id.campaign), lane),
            equals=under_delivery(batch.id.revision),
            absent=("standing",),
        ),
        Create(batch_key(batch.id), item),
        Change(
            tally_key(batch.id),
            add={
                **({"reserved": size} if is_first else {"deferred": -size}),
                "unknown": size,
                "under_way": 1,
            },
            at_least={"newest": at},
        ),
    ]
    if not is_first:
        before: Item = {"waiting": positions, "attempts": batch.id.attempt - 1}
        after: Item = {"waiting": waiting_text(()), "attempts": batch.id.attempt}
        writes.append(Change(batch_key(first_of(batch.id)), equals=before, put=after))
    return writes


def settling(settlement: Settlement, attempt: Attempt) -> Sequence[Write]:
    """The outcomes, added once to the reservation, with what they change of an earlier resolution."""
    said, at = letters(settlement.outcomes), as_text(settlement.settled_at)
    put: dict[str, Value] = {"states": said, "settled_at": at}
    if "resolved" not in attempt.item:
        return _written(attempt, said, reasons_of(settlement.outcomes), at, put)
    late = late_answer(settlement, attempt.letters, attempt.reasons, attempt.claimed)
    if late is None:
        return _written(attempt, attempt.letters, attempt.reasons, at, put)
    writes = _resolved(late, attempt, put)
    if attempt.under_delivery:
        writes.append(_still(settlement.batch))
    return writes


def resolving(resolution: Resolution, attempt: Attempt) -> Sequence[Write]:
    """The resolution, and what follows from it; a second try only while its revision is under delivery."""
    writes = _resolved(resolution, attempt, {})
    if resolution.again:
        writes.append(_still(resolution.batch))
    return writes


def _still(batch: BatchId) -> Write:
    """Only while its revision is under delivery."""
    lane = lane_key(campaign_of(batch.campaign), lane_of(batch))
    return Change(lane, equals=under_delivery(batch.revision))


def _resolved(resolution: Resolution, attempt: Attempt, put: Mapping[str, Value]) -> list[Write]:
    order = number(attempt.item, "resolutions") + 1
    put = {**put, "resolved": resolution.after, "resolutions": order}
    at = as_text(resolution.at)
    return [
        *_written(attempt, resolution.after, resolution.reasons, at, put),
        Create(resolution_key(resolution.batch, order), resolution_item(resolution)),
    ]


def _written(
    attempt: Attempt, after: str, reasons: Reasons, at: str, put: Mapping[str, Value]
) -> list[Write]:
    """From the letters that hold to those `after`: the item, who waits, and the sums."""
    batch = batch_of(attempt.item).id
    known = {name: attempt.item[name] for name in ("states", "resolved") if name in attempt.item}
    missing = tuple(name for name in ("states", "resolved") if name not in known)
    if reasons or "reasons" in attempt.item:
        put = {**put, "reasons": as_json(reasons)}
    waiting, now = text(attempt.first, "waiting"), attempt.waiting_after(after)
    writes: list[Write] = []
    if batch.attempt == 1:
        if now != waiting:
            put, known = {**put, "waiting": now}, {**known, "waiting": waiting}
    elif now != waiting:
        change = Change(batch_key(first_of(batch)), equals={"waiting": waiting}, put={"waiting": now})
        writes.append(change)
    counts = Counter(after)
    counts.subtract(attempt.letters)
    added = {name: counts[state] for name, state in _COUNTED.items()}
    under_way = -1 if "states" in put else 0
    writes += [
        Change(batch_key(batch), equals=known, absent=missing, put=put),
        Change(tally_key(batch), add={**added, "under_way": under_way}, at_least={"newest": at}),
        Change(lane_key(EVERYTHING_LANES, lane_of(batch)), at_least={"newest": at}),
    ]
    if "reasons" in put:
        writes.append(Change(reasons_key(batch), put={"reasons": put["reasons"]}))
    return writes
