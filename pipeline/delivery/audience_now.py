"""The audience of a campaign as main and the contacts say now: counted, frozen, asked again."""

import json
from collections.abc import Iterator

from pipeline.audience.contacts import Resolution
from pipeline.audience.frozen import FrozenAudience, freeze
from pipeline.audience.of_campaign import rule_of
from pipeline.audience.rule import AudienceRule
from pipeline.delivery.sight import Sight
from pipeline.delivery.world import World
from pipeline.errors import PipelineError
from pipeline.ledger.entry import Revision
from pipeline.models.recipient import Reason
from pipeline.plan.delivery_plan import DeliveryPlan
from pipeline.plan.phrases import phrases, worded
from pipeline.plan.unusual import Compared, audience_objections
from pipeline.plan.waves import batch_sizes, wave_ends


def rule_now(world: World, commit: str, campaign: str) -> AudienceRule:
    """The rule; PipelineError when the author's files do not give one (`check` says what is wrong)."""
    rule = rule_of(world.main.workspace(commit), campaign)
    if isinstance(rule, AudienceRule):
        return rule
    raise PipelineError(f"The audience of {campaign} is not defined: {rule[0].message}", rule[0].remedy)


def count_now(world: World, commit: str, campaign: str) -> int:
    """How many would get it."""
    with world.contacts.resolve(rule_now(world, commit, campaign)) as resolution:
        return resolution.recipients


def open_frozen(world: World, revision: Revision) -> FrozenAudience:
    """The audience of a revision, from the archive."""
    return FrozenAudience.open(world.archive, revision.campaign, revision.audience)


def put_together(
    world: World, sight: Sight, plan: DeliveryPlan, growth_max: float
) -> Revision | tuple[str, ...]:
    """Resolve and freeze the audience: the next revision, not yet open, or why it must not be sent to."""
    assert sight.order is not None, "only what was ordered is frozen"
    already = list(_already(world, sight.campaign))
    with world.contacts.resolve(rule_now(world, sight.commit, sight.campaign), already) as resolution:
        had_it = resolution.excluded.get(Reason.ALREADY_HAD_IT, 0)
        objections = audience_objections(
            plan,
            resolution.recipients + had_it,
            compared=[Compared(sight.order.recipients)],
            growth_max=growth_max,
        )
        if objections:
            return tuple(worded(objection, phrases("en")) for objection in objections)
        red = _red(world, sight, resolution)
        if red:
            return red
        number = sight.revision.number + 1 if sight.revision else 1
        frozen = freeze(world.archive, resolution, sight.campaign, str(number))
        barred = len(already)
        excluded = {reason.value: count for reason, count in resolution.excluded.items() if count}
    ends = wave_ends(frozen.count, plan.shares)
    allowance = world.transport.allowance()
    return Revision(
        campaign=sight.campaign,
        number=number,
        commit=sight.order.commit,
        digest=plan.digest,
        checksum=plan.checksum,
        segment=plan.segment,
        audience=frozen.digest,
        recipients=frozen.count,
        waves=ends,
        batch_sizes=batch_sizes(ends, allowance.rate if allowance else None, plan.first_batch),
        excluded=excluded,
        opened_at=world.clock.now(),
        barred=barred,
    )


def _red(world: World, sight: Sight, resolution: Resolution) -> tuple[str, ...]:
    """What the rules of the checklist say against this audience."""
    # Imported here: it loads every rule, which who only looks at a campaign does not need.
    from pipeline.delivery.green import objections_to_audience  # noqa: PLC0415

    return objections_to_audience(world, sight.commit, sight.campaign, resolution)


def marker(revision: Revision) -> bytes:
    """What the archive remembers of a revision that was begun."""
    text = {"audience": revision.audience, "digest": revision.digest, "recipients": revision.recipients}
    return json.dumps(text, sort_keys=True).encode()


def _already(world: World, campaign: str) -> Iterator[tuple[str, str]]:
    """Id and address of everybody whom an earlier revision has claimed."""
    for revision in world.ledger.revisions(campaign):
        frozen = open_frozen(world, revision)
        for position in sorted(world.ledger.reserved_positions(revision)):
            (recipient,) = frozen.recipients(position, position + 1)
            yield recipient.id, recipient.address
