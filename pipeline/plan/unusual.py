"""What a person should look at twice, as values that each language words for itself (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.plan.delivery_plan import DeliveryPlan
from pipeline.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Compared:
    """An audience to compare with: the last campaign of the same segment, or None for what was planned."""

    recipients: int
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Nobody:
    """The audience is empty."""


@dataclass(frozen=True, slots=True)
class OutOfBounds:
    """The size is not what the author expects."""

    recipients: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class FarFrom:
    """The size is more than `growth_max` times another one, or less by as much."""

    recipients: int
    before: Compared
    growth_max: float


@dataclass(frozen=True, slots=True)
class NotCounted:
    """The audience could not be counted; `problem` says why."""

    problem: Sentence


@dataclass(frozen=True, slots=True)
class NoSender:
    """The policy does not know the sender."""

    sender: str


@dataclass(frozen=True, slots=True)
class TooLate:
    """Merged now it would start past its latest start."""


@dataclass(frozen=True, slots=True)
class TimeHasPassed:
    """Its time to send is over, but not so long that it would ask."""


Objection = Nobody | OutOfBounds | FarFrom
Unusual = Objection | NotCounted | NoSender | TooLate | TimeHasPassed


def audience_objections(
    plan: DeliveryPlan, recipients: int, *, compared: Iterable[Compared], growth_max: float
) -> tuple[Objection, ...]:
    """Why an audience of this size must not be mailed without a closer look."""
    found: list[Objection] = []
    if recipients == 0:
        found.append(Nobody())
    elif not plan.expect.min <= recipients <= plan.expect.max:
        found.append(OutOfBounds(recipients, plan.expect.min, plan.expect.max))
    for other in compared:
        before = other.recipients
        if before and not before / growth_max <= recipients <= before * growth_max:
            found.append(FarFrom(recipients, other, growth_max))
    return tuple(found)
