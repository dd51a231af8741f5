"""Whether the checklist is green for what main says now, and for the audience that is being frozen."""

from collections.abc import Iterator

from pipeline.audience.contacts import Resolution
from pipeline.checklist.catalogue import RULES
from pipeline.checklist.history import history_of
from pipeline.checklist.means import Means
from pipeline.checklist.recipients.repeated import SAME_MAIL
from pipeline.checklist.report import Report, Status
from pipeline.checklist.rule import PERSON, Need
from pipeline.checklist.run import run
from pipeline.delivery.world import World
from pipeline.models.finding import blocking

#: Judged when the audience is frozen, and of exactly that audience: what needs people or the ledger. And,
#: once, whether it is a copy of another campaign: what has begun is not held by what came later.
_WHEN_FROZEN = tuple(
    rule for rule in RULES if rule.needs & {Need.CONTACTS, Need.RECORD} or rule.id == SAME_MAIL
)
_FROZEN_IDS = frozenset(rule.id for rule in _WHEN_FROZEN)


def blocking_sentence(world: World, commit: str, campaign: str) -> str | None:
    """What of the checklist does not hold, as one sentence; None when it is green.

    Asked once for each commit and day, because a waiver ends with a day. At delivery nothing is left for
    later, but what the audience decides: that is `objections_to_audience`.
    """
    now = world.clock.now()
    asked = (commit, campaign, now.date().isoformat())
    if asked in world.green:
        return None
    means = Means(now, world.contacts, looks_up=False, fetch=world.fetch, at_delivery=True)
    more = world.main.yamllint(commit)
    wrong = list(_wrong(run(world.main.workspace(commit), [campaign], means, more), except_for=_FROZEN_IDS))
    if not wrong:
        world.green.add(asked)
        return None
    rest = f" (and {len(wrong) - 1} more; see postmerge check)" if len(wrong) > 1 else ""
    return f"the checklist is not green: {wrong[0]}{rest}"


def objections_to_audience(
    world: World, commit: str, campaign: str, resolution: Resolution
) -> tuple[str, ...]:
    """What the rules say against the audience that is about to be frozen, and against what it had before."""
    means = Means(
        world.clock.now(),
        world.contacts,
        frozen=resolution,
        history=lambda: history_of(world.ledger, world.archive),
        tested=lambda name, digest: bool(world.ledger.test_sends(name, digest)),
        fetch=world.fetch,
        at_delivery=True,
    )
    return tuple(_wrong(run(world.main.workspace(commit), [campaign], means, rules=_WHEN_FROZEN)))


def _wrong(made: Report, except_for: frozenset[str] = frozenset()) -> Iterator[str]:
    """What blocks the one campaign that was asked about."""
    (report,) = made.campaigns
    for finding in blocking(report.findings):
        message = finding.message.in_language(made.language)
        yield f"{finding.path}:{finding.position.line}: {message}"
    for item in report.items:
        unanswered = item.status is Status.COULD_NOT_RUN or (
            item.status is Status.LATER and item.rule not in except_for and item.heading != PERSON
        )
        if unanswered:
            why = item.reason.in_language(made.language) if item.reason is not None else ""
            yield f"{item.rule} could not be checked: {why}"
