"""What is unknown, and what was said about it, for a terminal and for programs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pipeline.clock import shown
from pipeline.incident.unknown import Told, may_be_under_way
from pipeline.ledger.entry import BatchId, State
from pipeline.ledger.resolution import Resolution, Undecided
from pipeline.plan.columns import wrapped

_SAID = {
    State.ACCEPTED: "are accepted now",
    State.REFUSED: "are refused now",
    State.HELD: "are held now, for a second try",
}


def told(told: Told) -> str:
    """What a resolution did, and what it left alone and why."""
    lines = [f"{count:,} {_SAID[state]}." for state, count in sorted(told.resolved.items()) if count]
    if told.resolved[State.HELD]:
        lines.append(
            "The second try needs what every mail needs: approvals, checklist, nobody's hold. "
            "The next `postmerge deliver` reserves it."
        )
    if told.too_young:
        lines.append(
            f"{told.too_young:,} were left alone: their sender may still be at work. "
            "Half an hour after the reservation it certainly is not; look again then."
        )
    if told.ended:
        lines.append(
            f"{told.ended:,} were left alone: nothing more is sent of their delivery, it has ended. "
            "They can be resolved without --send-again."
        )
    if told.overtaken:
        lines.append(f"{told.overtaken:,} were left alone: something new was written about them; look again.")
    return "".join(f"{wrapped(line, rest='  ')}\n" for line in lines or ["Nobody unknown is meant by that."])


def as_text(
    campaign: str,
    undecided: Sequence[Undecided],
    record: Sequence[Resolution],
    now: datetime,
    zone: str,
) -> str:
    """What is still unknown, by batch, and what was said so far; counts only."""
    people = sum(len(u.places) for u in undecided)
    batches = "1 batch" if len(undecided) == 1 else f"{len(undecided):,} batches"
    lines = [
        f"{campaign}: {people:,} unknown in {batches}" if undecided else f"{campaign}: nobody is unknown"
    ]
    lines += [wrapped(_batch(u, now, zone), first="  ", rest="      ") for u in undecided]
    if record:
        lines.append("On record:")
        lines += [wrapped(_entry(entry, zone), first="  ", rest="      ") for entry in record]
    return "\n".join(lines) + "\n"


def _batch(undecided: Undecided, now: datetime, zone: str) -> str:
    since = shown(undecided.settled_at or undecided.reserved_at, zone)
    return f"{_name(undecided)}: {len(undecided.places)} since {since}: {_why(undecided, now)}"


def _name(entry: Undecided | Resolution) -> str:
    batch = entry.batch if isinstance(entry, Resolution) else entry.batch.id
    name = f"{batch.wave}/{batch.number}"
    name += f", attempt {batch.attempt}" if batch.attempt > 1 else ""
    return name + (f", revision {batch.revision}" if batch.revision > 1 else "")


def _why(undecided: Undecided, now: datetime) -> str:
    if may_be_under_way(undecided, now):
        return "its sender may still be at work"
    if undecided.settled_at is None:
        return "its sender left no outcome: it died, or was cut off"
    reasons = undecided.reasons.get(State.UNKNOWN, {})
    return (
        ", ".join(f"{reason}\u00a0{count}" for reason, count in sorted(reasons.items())) or "no reason given"
    )


def _entry(entry: Resolution, zone: str) -> str:
    moves = ", ".join(_moves(entry))
    return f"{_name(entry)}: {moves}, by {entry.by} at {shown(entry.at, zone)}: {entry.reason}"


def _moves(entry: Resolution) -> Iterator[str]:
    pairs = [pair for pair in zip(entry.before, entry.after, strict=True) if pair[0] != pair[1]]
    for old, new in sorted(set(pairs)):
        yield f"{pairs.count((old, new))} {State(old).name.lower()} → {State(new).name.lower()}"
    if not pairs:
        yield "nothing changed"


def as_data(campaign: str, undecided: Sequence[Undecided], record: Sequence[Resolution]) -> dict[str, Any]:
    """The documented JSON."""
    return {
        "campaign": campaign,
        "unknown": [
            {
                **_named(u.batch.id),
                "recipients": len(u.places),
                "reserved_at": u.reserved_at.isoformat(),
                "settled_at": u.settled_at.isoformat() if u.settled_at else None,
                "reasons": dict(u.reasons.get(State.UNKNOWN, {})),
            }
            for u in undecided
        ],
        "resolutions": [
            {
                **_named(entry.batch),
                "at": entry.at.isoformat(),
                "by": entry.by,
                "reason": entry.reason,
                "accepted": _turned(entry, State.ACCEPTED),
                "refused": _turned(entry, State.REFUSED),
                "excluded": _turned(entry, State.EXCLUDED),
                "held": _turned(entry, State.HELD),
            }
            for entry in record
        ],
    }


def _named(batch: BatchId) -> dict[str, int]:
    return {
        "revision": batch.revision,
        "wave": batch.wave,
        "batch": batch.number,
        "attempt": batch.attempt,
    }


def _turned(entry: Resolution, state: State) -> int:
    pairs = zip(entry.before, entry.after, strict=True)
    return sum(new == state != old for old, new in pairs)
