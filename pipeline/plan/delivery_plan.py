"""A campaign and the policy to the steps of its delivery, with a checksum (pure)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.models.campaign import Campaign, Expect
from pipeline.models.policy import Policy
from pipeline.plan.calendar import Quiet, after_quiet, finished_at, in_utc
from pipeline.plan.waves import batch_sizes, wave_ends
from pipeline.sentence import SILENCE, Sentence


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """What was approved, as far as it decides about the sending.

    `send_at` is None for `on_merge`. `rate` is recipients per second, and so are those of slow `domains`.
    """

    campaign: str
    digest: str
    audience_rule: str
    segment: str
    sender: str
    send_at: datetime | None
    zone: str
    latest_start: timedelta
    undo_window: timedelta
    shares: tuple[float, ...]
    soak: timedelta
    expect: Expect
    rate: float
    quiet: Quiet | None
    domains: tuple[tuple[str, float], ...] = ()
    #: Recipients per call in the first wave, if the author wants it so.
    first_batch: int | None = None

    @property
    def checksum(self) -> str:
        """One hash over content, audience rule, schedule and sender: what must not move unseen."""
        parts = {
            "digest": self.digest,
            "audience_rule": self.audience_rule,
            "sender": self.sender,
            "send_at": self.send_at.isoformat() if self.send_at else "on_merge",
            "zone": self.zone,
            "latest_start": self.latest_start.total_seconds(),
            "shares": self.shares,
            "soak": self.soak.total_seconds(),
            "expect": [self.expect.min, self.expect.max],
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Forecast:
    """The audience as counted now. `recipients` is None when it could not be counted; `problem` says why."""

    recipients: int | None
    excluded: Mapping[str, int] = field(default_factory=dict)
    problem: Sentence = SILENCE


@dataclass(frozen=True, slots=True)
class Freeze:
    """The audience is resolved and written down."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Send:
    """A wave leaves in batches of at most so many, between two moments at the earliest."""

    wave: int
    recipients: int
    at: datetime
    until: datetime
    batch: int


@dataclass(frozen=True, slots=True)
class Soak:
    """The wait after a wave, then the gate."""

    wave: int
    until: datetime


Step = Freeze | Send | Soak


def plan_for(campaign_id: str, campaign: Campaign, policy: Policy, *, digest: str, rule: str) -> DeliveryPlan:
    """The plan of one campaign; `digest` and `rule` are those of its content and its audience."""
    schedule, defaults = campaign.schedule, policy.schedule
    zone = schedule.time_zone or defaults.time_zone
    return DeliveryPlan(
        campaign=campaign_id,
        digest=digest,
        audience_rule=rule,
        segment=campaign.audience.segment or f"incident:{campaign.audience.incident}",
        sender=policy.senders[campaign.from_].address,
        send_at=in_utc(schedule.send_at, zone) if isinstance(schedule.send_at, datetime) else None,
        zone=zone,
        latest_start=schedule.latest_start or defaults.latest_start,
        undo_window=defaults.undo_window,
        shares=campaign.rollout.waves,
        soak=campaign.rollout.soak,
        expect=campaign.audience.expect,
        rate=defaults.rate,
        quiet=defaults.quiet_hours,
        domains=tuple(policy.pace.items()),
        first_batch=campaign.rollout.first_batch,
    )


def starts_at(plan: DeliveryPlan, seen_at: datetime) -> datetime:
    """The earliest start when the merge is first seen at `seen_at`: undo window, schedule, quiet hours."""
    earliest = seen_at + plan.undo_window
    return after_quiet(max(earliest, plan.send_at or earliest), plan.quiet, plan.zone)


def late_after(plan: DeliveryPlan, meant: datetime) -> datetime:
    """From when on a step that was meant for `meant` no longer happens without a person.

    Quiet hours do not count: a pause for the night makes nobody late.
    """
    return finished_at(meant, plan.latest_start, plan.quiet, plan.zone)


def steps(plan: DeliveryPlan, recipients: int, seen_at: datetime) -> tuple[Step, ...]:
    """What happens, in order, at the earliest; delivery walks the same list."""
    moment = starts_at(plan, seen_at)
    found: list[Step] = [Freeze(moment)]
    ends = wave_ends(recipients, plan.shares)
    batches = batch_sizes(ends, first=plan.first_batch)
    for number, (end, batch) in enumerate(zip(ends, batches, strict=True), 1):
        size = end - (ends[number - 2] if number > 1 else 0)
        until = finished_at(moment, timedelta(seconds=size / plan.rate), plan.quiet, plan.zone)
        found.append(Send(number, size, after_quiet(moment, plan.quiet, plan.zone), until, batch))
        moment = until
        if number < len(ends):
            moment = until + plan.soak
            found.append(Soak(number, moment))
    return tuple(found)
