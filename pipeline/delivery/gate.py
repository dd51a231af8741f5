"""The tally of what has left, and the policy's limits, to a verdict (pure)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pipeline.feedback.heard import Heard
from pipeline.models.policy import Gates

#: The reason under which the ledger counts recipients whose mail could not be rendered.
RENDERING = "rendering"
#: How sure a small sample must make us that the limit is passed: 97.5 in 100 (Wilson's interval).
_DEVIATIONS: Final = 1.96


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of a delivery so far, in recipients.

    `refused` are those whom the transport refused, `unknown` those whose call had no clear answer; who is
    under way, or was when a sender died, counts nowhere. `heard` is None where no events are read.
    `begun_at` is when the audience was frozen, `last_at` the newest entry of the delivery.
    """

    begun_at: datetime
    last_at: datetime
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    rendering_failures: int = 0
    heard: Heard | None = None

    @property
    def attempted(self) -> int:
        """Everybody a message was tried for, as far as the outcome is there."""
        return self.accepted + self.refused + self.unknown + self.rendering_failures


@dataclass(frozen=True, slots=True)
class Proceed:
    """Nothing speaks against going on."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Too early to tell; ask again at `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class HoldBack:
    """It stops by itself; a person decides. The sentence has the arithmetic.

    `about` names the question: once a person has answered it, it is not asked again.
    """

    reason: str
    about: str


Verdict = Proceed | Wait | HoldBack


def decide(
    tally: Tally,
    gates: Gates,
    *,
    now: datetime,
    soaked_at: datetime | None,
    judged: frozenset[str] = frozenset(),
) -> Verdict:
    """The verdict on what has left.

    `soaked_at` is when the soak of the last wave ends, None while a wave is leaving. `judged` are the
    questions that a person has answered with a release.
    """
    asked = (_over(measured) for measured in _measures(tally, gates))
    held = next((hold for hold in asked if hold is not None and hold.about not in judged), None)
    if held is not None:
        return held
    if soaked_at is not None and now < soaked_at:
        return Wait(soaked_at, "the wave has left; the next one follows after the soak")
    if tally.heard is None or tally.heard.known >= tally.accepted:
        return Proceed()
    verdict = (
        _silent(tally, tally.heard, gates)
        if soaked_at is None
        else _too_few(tally, tally.heard, gates, now, soaked_at)
    )
    return Proceed() if isinstance(verdict, HoldBack) and verdict.about in judged else verdict


@dataclass(frozen=True, slots=True)
class _Measured:
    """So many `of` so many; from `enough` people on the share itself is compared with the limit."""

    what: str
    count: int
    of: int
    limit: float
    enough: int


def _measures(tally: Tally, gates: Gates) -> Iterator[_Measured]:
    sent, few = tally.attempted, gates.sample_min
    lost = tally.heard.lost if tally.heard else 0
    failed = tally.rendering_failures + lost
    yield _Measured("could not be rendered", failed, sent, gates.rendering_failure, 1)
    yield _Measured("were refused", tally.refused, sent, gates.refused, few)
    yield _Measured("had no clear answer", tally.unknown, sent, gates.unknown, few)
    if tally.heard is not None:
        known = tally.heard.known
        yield _Measured("bounced", tally.heard.bounced, known, gates.bounce, few)
        yield _Measured("were reported as spam", tally.heard.complained, known, gates.complaint, few)


def _over(measured: _Measured) -> HoldBack | None:
    count, of, limit = measured.count, measured.of, measured.limit
    # Rounded: 0.29 * 100 is a hair below 29, and exactly the limit is not over it.
    if count <= round(limit * of, 6):
        return None
    if of < measured.enough and _surely(count, of) <= limit:
        return None
    share = count / of
    sentence = f"{count:,} of {of:,} messages {measured.what} ({share:.2%}); the limit is {limit:.2%}"
    if not limit:
        # Not one was allowed, so each further one is a new question.
        return HoldBack(sentence, f"{count} {measured.what}")
    # Bounces come one by one: the question is new when the share has doubled, and not with each of them.
    next_limit = limit * 2 ** (math.floor(math.log2(share / limit)) + 1)
    if next_limit < 1:
        sentence += f". A release lets it go on up to {next_limit:.2%}"
    return HoldBack(sentence, f"{measured.what}, up to {next_limit:.4%}")


def _surely(count: int, of: int) -> float:
    """The lower end of Wilson's interval: the share that so few people show for certain."""
    share, z2 = count / of, _DEVIATIONS**2
    spread = _DEVIATIONS * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return (share + z2 / (2 * of) - spread) / (1 + z2 / of)


def _silent(tally: Tally, heard: Heard, gates: Gates) -> Verdict:
    """While a wave leaves, events must come."""
    since = heard.newest_at or tally.begun_at
    if tally.last_at - since <= gates.silence:
        return Proceed()
    minutes = (tally.last_at - since).total_seconds() // 60
    reason = f"mail has left for {minutes:,.0f} minutes and no event has come back, where some must"
    return HoldBack(reason, f"silence since {since.isoformat()}")


def _too_few(tally: Tally, heard: Heard, gates: Gates, now: datetime, soaked_at: datetime) -> Verdict:
    """After the soak something must be known of enough people; not enough to judge by is no pass."""
    needed = min(gates.sample_min, math.ceil(tally.accepted / 2))
    if heard.known >= needed:
        return Proceed()
    so_far = f"only {heard.known:,} of {tally.accepted:,} messages have an event, and {needed:,} must"
    until = soaked_at + gates.silence
    if now < until:
        return Wait(until, f"{so_far}; the wave waits for them")
    return HoldBack(f"{so_far}: not enough to judge the wave by", f"few events by {soaked_at.isoformat()}")
