"""Orders, revisions, batches and outcomes: the words of the ledger and the table of their moves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where one recipient of a frozen audience stands. One letter each, so that a batch is a short text."""

    #: Not reserved: nothing has left and nothing is under way.
    HELD = "h"
    #: Reserved; the call may have sent mail. Also everything a crash left behind.
    UNKNOWN = "u"
    #: The transport took it.
    ACCEPTED = "a"
    #: The transport, or we ourselves at the last step, said no for good.
    REFUSED = "r"
    #: Found to be excluded when the batch was sent.
    EXCLUDED = "x"


#: The whole machine. A state with no way out is final. UNKNOWN goes back to HELD only when the transport
#: has said that nothing was sent, or when a person has ordered a second try (`resolution.RESOLVED_TO`).
NEXT: Mapping[State, frozenset[State]] = {
    State.HELD: frozenset({State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.ACCEPTED, State.REFUSED, State.EXCLUDED, State.HELD}),
    State.ACCEPTED: frozenset(),
    State.REFUSED: frozenset(),
    State.EXCLUDED: frozenset(),
}
_AFTER_A_CALL = NEXT[State.UNKNOWN] | {State.UNKNOWN}
#: Why, counted, by the letter of the outcome.
Reasons = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recipient of a reserved batch, and why where there is a why."""

    state: State
    reason: str = ""

    def __post_init__(self) -> None:
        assert self.state in _AFTER_A_CALL, f"a reserved recipient cannot become {self.state.name}"


@dataclass(frozen=True, slots=True)
class Order:
    """The first sight of a campaign that is ready on `main`: from here the undo window counts.

    `commit` is the merge that brought this content; `recipients` is the audience as planned then.
    """

    campaign: str
    commit: str
    digest: str
    checksum: str
    recipients: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class TestSend:
    """A test send of exactly this content. No address is kept; `by` is who asked."""

    __test__ = False

    campaign: str
    digest: str
    by: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Revision:
    """A frozen audience under delivery.

    `waves` are the positions at which the waves end; `batch_sizes` are the recipients per call, one number a
    wave. `excluded` counts by reason. `barred` counts the people whom earlier revisions had claimed when
    this one was put together: they are in none of the later ones.
    """

    campaign: str
    number: int
    commit: str
    digest: str
    checksum: str
    segment: str
    audience: str
    recipients: int
    waves: tuple[int, ...]
    batch_sizes: tuple[int, ...]
    excluded: Mapping[str, int]
    opened_at: datetime
    barred: int = 0


@dataclass(frozen=True, slots=True, order=True)
class BatchId:
    """One call to the transport. `attempt` counts from 1; a follow-up carries those that were not sent."""

    campaign: str
    revision: int
    wave: int
    number: int
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """At most 50 recipients, by their positions in the frozen audience: the unit that is reserved."""

    id: BatchId
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reservation:
    """A claim on a batch. `token` tells two claims apart when an answer is lost."""

    batch: Batch
    token: str
    reserved_at: datetime


@dataclass(frozen=True, slots=True)
class Reserved:
    """The batch is ours; the call may be made once."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody has reserved this batch."""


@dataclass(frozen=True, slots=True)
class Superseded:
    """The campaign has a later revision; nothing of this one is reserved any more."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """The outcomes of a reserved batch, in the order of its positions."""

    batch: BatchId
    outcomes: tuple[Outcome, ...]
    settled_at: datetime

    @property
    def deferred(self) -> int:
        """How many were certainly not sent and go into a follow-up batch."""
        return sum(outcome.state is State.HELD for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class WaveRecord:
    """What the ledger knows of one wave: counts of recipients, and when its last entry was made."""

    wave: int
    reserved: int
    accepted: int
    refused: int
    excluded: int
    unknown: int
    deferred: int
    last_entry_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """The accounting of a campaign in recipients: planned is the sum of the five others, always."""

    planned: int = 0
    accepted: int = 0
    refused: int = 0
    excluded: int = 0
    held: int = 0
    unknown: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Whether the equation holds."""
        return self.planned == self.accepted + self.refused + self.excluded + self.held + self.unknown


def batches_of(revision: Revision, wave: int) -> Iterator[Batch]:
    """The batches of a wave, counted from 1; the revision alone decides, so every sender cuts alike."""
    start = revision.waves[wave - 2] if wave > 1 else 0
    end, size = revision.waves[wave - 1], revision.batch_sizes[wave - 1]
    for number, first in enumerate(range(start, end, size), 1):
        yield Batch(
            BatchId(revision.campaign, revision.number, wave, number),
            tuple(range(first, min(first + size, end))),
        )


def held_of(attempts: Sequence[tuple[Sequence[int], str]]) -> tuple[int, ...]:
    """Who of a batch waits for another try: the positions that are held and in no later attempt, in order.

    `attempts` are positions and letters, the first attempt first.
    """
    held: set[int] = set()
    for positions, states in attempts:
        held -= set(positions)
        held |= {p for p, letter in zip(positions, states, strict=True) if letter == State.HELD}
    return tuple(sorted(held))


def follow_up(attempts: Sequence[tuple[Batch, str]]) -> Batch | None:
    """The next attempt of a batch, for those who were certainly not sent, or whom a person wants sent again.

    `attempts` are all so far with their letters, the first one first. None when nobody waits.
    """
    held = held_of([(batch.positions, states) for batch, states in attempts])
    if not held:
        return None
    last = attempts[-1][0].id
    return Batch(replace(last, attempt=last.attempt + 1), held)


def letters(outcomes: Sequence[Outcome]) -> str:
    """The states as a short text, one letter a recipient."""
    return "".join(outcome.state.value for outcome in outcomes)


def reasons_of(outcomes: Iterable[Outcome]) -> Reasons:
    """Why, counted, by the letter of the outcome; outcomes without a reason are left out."""
    counted: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        if outcome.reason:
            counted.setdefault(outcome.state.value, Counter())[outcome.reason] += 1
    return {letter: dict(counts) for letter, counts in sorted(counted.items())}
