"""Reading the world into a sight; remembering what is seen for the first time."""

from collections.abc import Sequence
from datetime import timedelta

from pipeline.archive.store import Archive
from pipeline.delivery.audience_now import count_now
from pipeline.delivery.halt_branches import halted_by
from pipeline.delivery.intent import Ready, asked, asked_if_possible, intent_of, not_asked
from pipeline.delivery.sight import Sight
from pipeline.delivery.world import World
from pipeline.errors import PipelineError
from pipeline.ledger.entry import Account, BatchId, Order, Revision
from pipeline.ledger.hold import HoldKind
from pipeline.ledger.store import Ledger

#: Two machines' clocks may differ by a little; more is a clock that cannot be trusted with a schedule.
_CLOCK_TOLERANCE = timedelta(minutes=2)
#: A ledger that never holds still has somebody else at it, who looks for himself.
_TIMES_ASKED = 10


def assert_clock_goes_forward(world: World) -> None:
    """Raise PipelineError when the ledger remembers a later time than the clock shows."""
    newest, now = world.ledger.newest_entry_at(), world.clock.now()
    if newest is not None and newest > now + _CLOCK_TOLERANCE:
        raise PipelineError(
            f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC, but the ledger has an entry of "
            f"{newest:%Y-%m-%d %H:%M:%S} UTC.",
            "Set the machine's clock. Nothing is sent by a clock that goes backwards.",
        )


def assert_ledger_is_whole(ledger: Ledger, archive: Archive) -> None:
    """Raise PipelineError when the archive knows a delivery that the ledger has forgotten.

    Of any campaign: a ledger that has lost one, also one that main has lost too, may have lost the others.
    """
    keys = list(archive.keys("revisions/"))
    campaigns = sorted({key.split("/")[1] for key in keys})
    known = {marker_key(revision) for name in campaigns for revision in ledger.revisions(name)}
    forgotten = [key for key in keys if key not in known]
    if forgotten:
        raise PipelineError(
            f"The archive knows a delivery of {forgotten[0].split('/')[1]} that the ledger does not: the "
            "ledger was lost or is an old copy.",
            "Bring the ledger back. Without it nobody knows who already has the mail, so nothing is sent, "
            "and no event is read.",
        )


def marker_key(revision: Revision) -> str:
    """Where the archive remembers that a revision was begun."""
    return f"revisions/{revision.campaign}/{revision.number:04d}-{revision.audience}.json"


def campaigns_of(world: World) -> tuple[str, ...]:
    """Every campaign that main or the ledger knows, sorted."""
    workspace = world.main.workspace(world.main.commit())
    return tuple(sorted({*workspace.campaigns, *workspace.broken, *world.ledger.campaigns()}))


def halted_now(world: World, campaign: str) -> str | None:
    """Why a branch on the remote holds the campaign at this moment; None when none does."""
    return halted_by(world.main.halts(), campaign, lambda: campaigns_of(world))


def look(world: World, campaign: str, *, remember: bool = True) -> Sight:
    """The campaign as it stands now.

    `remember` writes down the first sight of an order, from which the undo window counts; a mere question
    such as `status` does not, and is answered also when reviewers cannot be asked about.
    """
    commit = world.main.commit()
    revisions = world.ledger.revisions(campaign)
    revision = revisions[-1] if revisions else None
    account, under_way = _counted(world, campaign, revisions)
    finished = revision is not None and account.held == 0
    ask = not_asked if finished else asked if remember else asked_if_possible
    intent = intent_of(world, commit, campaign, ask)
    order = None
    if isinstance(intent, Ready):
        order = _order(world, campaign, commit, intent, remember=remember and not finished)
    lifted = world.ledger.lifted(campaign)
    return Sight(
        campaign=campaign,
        commit=commit,
        now=world.clock.now(),
        intent=intent,
        order=order,
        revision=revision,
        ended=revision is not None and world.ledger.has_ended(campaign, revision.number),
        waves=world.ledger.waves(revision) if revision else {},
        account=account,
        placed=world.ledger.holds(campaign),
        released_at=world.ledger.released_at(campaign),
        judged=frozenset(h.about for h in lifted if h.kind is HoldKind.GATE),
        test_sent=isinstance(intent, Ready) and bool(world.ledger.test_sends(campaign, intent.plan.digest)),
        halted=halted_now(world, campaign),
        under_way=under_way,
        heard=world.feedback.heard(campaign) if world.feedback and revision else None,
        was_in_trouble=tuple(h for h in lifted if h.kind is HoldKind.TRANSPORT),
    )


def _counted(world: World, campaign: str, revisions: Sequence[Revision]) -> tuple[Account, int]:
    """The account, and how many of its unknown are under way.

    Asked until both are of one moment: a call of another sender that comes back in between would be taken
    for one without an answer, and hold the campaign.
    """
    account = world.ledger.account(campaign)
    under_way = 0
    for _ in range(_TIMES_ASKED):
        if not account.unknown:
            break
        under_way, before = _under_way(world, campaign, revisions), account
        account = world.ledger.account(campaign)
        if account == before:
            break
    return account, under_way


def _under_way(world: World, campaign: str, revisions: Sequence[Revision]) -> int:
    """How many people are in calls that have no outcome: another sender's, or those of one that died.

    At most so many: a follow-up is counted like the batch that it follows.
    """
    return sum(_size(revisions[batch.revision - 1], batch) for batch in world.ledger.unsettled(campaign))


def _size(revision: Revision, batch: BatchId) -> int:
    start = revision.waves[batch.wave - 2] if batch.wave > 1 else 0
    size = revision.batch_sizes[batch.wave - 1]
    return min(size, revision.waves[batch.wave - 1] - start - (batch.number - 1) * size)


def _order(world: World, campaign: str, commit: str, ready: Ready, *, remember: bool) -> Order | None:
    if ready.merge is None:
        return None
    for order in world.ledger.orders(campaign):
        if (order.commit, order.digest) == (ready.merge, ready.plan.digest):
            return order
    if not remember:
        return None
    recipients = count_now(world, commit, campaign)
    world.narrate(campaign, f"seen on the main branch, {recipients:,} recipients; the undo window begins")
    order = Order(
        campaign, ready.merge, ready.plan.digest, ready.plan.checksum, recipients, world.clock.now()
    )
    return world.ledger.record_order(order)
