"""What is said afterwards about the unknown, and what a late answer does to it (pure)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.ledger.entry import (
    NEXT,
    Batch,
    BatchId,
    Outcome,
    Reasons,
    Settlement,
    State,
    letters,
    reasons_of,
)
from pipeline.ledger.hold import MACHINE

#: Why somebody is refused whom a person has called not sent, without ordering a second try.
NOT_SENT: Final = "resolved as not sent"
#: What a person, or an event that proves it, may make of UNKNOWN. HELD is the order of a second try.
RESOLVED_TO: Final = NEXT[State.UNKNOWN] - {State.EXCLUDED}
#: The answer of the call itself, where it comes after the resolution: these outcomes are facts, and stand
#: above what somebody supposed. Nothing of it brings anybody back to HELD: that was not ordered.
_FACTS: Final = frozenset({State.ACCEPTED, State.REFUSED, State.EXCLUDED})
_MAY_HAVE_LEFT: Final = frozenset({State.ACCEPTED, State.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Undecided:
    """A reserved batch with somebody whose outcome is unknown.

    `states` is one letter a recipient; `settled_at` is None where no sender has written outcomes, because it
    is still at it or has died. `reasons` are those of everybody in the batch.
    """

    batch: Batch
    states: str
    reserved_at: datetime
    settled_at: datetime | None
    reasons: Reasons

    @property
    def places(self) -> tuple[int, ...]:
        """The places in the batch of those who are unknown."""
        return tuple(place for place, letter in enumerate(self.states) if letter == State.UNKNOWN)

    def resolved(
        self, outcomes: Mapping[int, Outcome], *, reason: str, by: str, at: datetime
    ) -> "Resolution":
        """The entry that gives these outcomes to the recipients at these places."""
        after = list(self.states)
        for place, outcome in outcomes.items():
            assert after[place] == State.UNKNOWN, "only what is unknown is resolved"
            assert outcome.state in RESOLVED_TO, f"nobody is resolved as {outcome.state.name}"
            after[place] = outcome.state.value
        unknown = after.count(State.UNKNOWN)
        reasons = {
            **self.reasons,
            State.UNKNOWN.value: _at_most(self.reasons.get(State.UNKNOWN, {}), unknown),
        }
        return Resolution(
            self.batch.id,
            self.states,
            "".join(after),
            together(reasons, reasons_of(outcomes.values())),
            reason,
            by,
            at,
        )


@dataclass(frozen=True, slots=True)
class Resolution:
    """An entry about a batch: the letters it was decided on, the letters since, and who says so and why.

    `reasons` are those of everybody in the batch since. A ledger takes it only while `before` is what holds.
    """

    batch: BatchId
    before: str
    after: str
    reasons: Reasons
    reason: str
    by: str
    at: datetime

    @property
    def again(self) -> tuple[int, ...]:
        """The places of those for whom a second try was ordered."""
        pairs = enumerate(zip(self.before, self.after, strict=True))
        return tuple(place for place, (old, new) in pairs if new == State.HELD != old)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The resolution is on record."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Something was written about the batch in the meantime; look again."""


def late_answer(
    settlement: Settlement, before: str, reasons: Reasons, claimed: AbstractSet[int]
) -> Resolution | None:
    """What the ledger adds by itself when outcomes come after a resolution; None when they change nothing.

    `before` and `reasons` are what the newest resolution says; `claimed` are the places of those whose second
    try is in a later attempt or a later revision. Whoever was to get a second try and turns out to have the
    mail gets none, unless it is under way already: that is written down, too.
    """
    said = letters(settlement.outcomes)
    pairs = list(enumerate(zip(before, said, strict=True)))
    settled = {place for place, (old, new) in pairs if _settles(old, new, claimed=place in claimed)}
    after = "".join(said[place] if place in settled else letter for place, letter in enumerate(before))
    twice = sum(place in claimed and said[place] in _MAY_HAVE_LEFT for place in range(len(before)))
    if after == before and not twice:
        return None
    reason = "the answer of the call came after the resolution"
    if twice:
        reason += f"; {twice} may have the mail twice: their second try was under way already"
    kept = {
        letter: _at_most(counts, sum(after[p] == letter and p not in settled for p, _ in pairs))
        for letter, counts in reasons.items()
    }
    added = reasons_of(settlement.outcomes[place] for place in settled)
    return Resolution(
        settlement.batch, before, after, together(kept, added), reason, MACHINE, settlement.settled_at
    )


def _settles(resolved: str, said: str, *, claimed: bool) -> bool:
    """Whether the late outcome of one recipient counts."""
    return resolved == State.UNKNOWN or (State(said) in _FACTS and not claimed)


def together(*reasons: Reasons) -> Reasons:
    """Reasons added up, by letter; what is empty left out."""
    sums: dict[str, Counter[str]] = {}
    for counts_by_letter in reasons:
        for letter, counts in counts_by_letter.items():
            sums.setdefault(letter, Counter()).update(counts)
    return {letter: dict(counts) for letter, counts in sorted(sums.items()) if counts}


def flat(reasons: Iterable[Reasons]) -> Counter[str]:
    """How often each reason is given, whatever the outcome."""
    sums: Counter[str] = Counter()
    for counts in together(*reasons).values():
        sums.update(counts)
    return sums


def _at_most(counts: Mapping[str, int], limit: int) -> dict[str, int]:
    """The reasons that `limit` recipients can have: a batch does not know whose reason was whose.

    Nearly always a batch has one reason for its unknown.
    """
    kept: dict[str, int] = {}
    for reason, count in sorted(counts.items()):
        if room := limit - sum(kept.values()):
            kept[reason] = min(count, room)
    return kept
