"""The tally of what has left, and the policy's limits, to a verdict (pure)."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.models.policy import Gates

#: The reason under which the ledger counts recipients whose mail could not be rendered.
RENDERING = "rendering"


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of a revision so far, in recipients.

    `attempted` is everybody a message was tried for. Bounces and complaints come with the events of the
    transport; a transport without events (the outbox) leaves them at None.
    """

    attempted: int
    rendering_failures: int
    bounced: int | None = None
    complained: int | None = None


@dataclass(frozen=True, slots=True)
class Proceed:
    """Nothing speaks against going on."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too early to tell; ask again at `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class HoldBack:
    """It stops by itself; a person decides. The sentence has the arithmetic."""

    reason: str


Verdict = Proceed | Wait | HoldBack


def decide(tally: Tally, gates: Gates, *, now: datetime, soaked_at: datetime | None) -> Verdict:
    """The verdict on a wave that has left; `soaked_at` is when its soak ends, None while it is leaving."""
    over = _over_the_limit(tally, gates)
    if over is not None:
        return HoldBack(over)
    if soaked_at is not None and now < soaked_at:
        return Wait(soaked_at)
    return Proceed()


def _over_the_limit(tally: Tally, gates: Gates) -> str | None:
    measured = (
        ("could not be rendered", tally.rendering_failures, gates.rendering_failure, 1),
        ("bounced", tally.bounced, gates.bounce, gates.sample_min),
        ("were reported as spam", tally.complained, gates.complaint, gates.sample_min),
    )
    for what, count, limit, sample_min in measured:
        if count is None or tally.attempted < sample_min:
            continue
        # Rounded: 0.29 * 100 is a hair below 29, and exactly the limit is not over it.
        if count > round(limit * tally.attempted, 6):
            share = count / tally.attempted
            return f"{count:,} of {tally.attempted:,} messages {what} ({share:.2%}); the limit is {limit:.2%}"
    return None
