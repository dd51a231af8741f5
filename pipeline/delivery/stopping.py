"""What main no longer wants stops in the ledger, too: a sender with an old main reserves nothing more."""

from pipeline.clock import Clock
from pipeline.delivery.mainline import Mainline
from pipeline.delivery.world import Narrate
from pipeline.ledger.entry import Account
from pipeline.ledger.hold import MACHINE, Hold, HoldKind, Lift
from pipeline.ledger.store import Ledger
from pipeline.models.campaign import State


def end_what_was_stopped(ledger: Ledger, campaign: str, clock: Clock, narrate: Narrate) -> None:
    """Hold what was ordered and close the revision under way: whoever is not reached by now is held."""
    account, revisions = ledger.account(campaign), ledger.revisions(campaign)
    held = _hold(ledger, campaign, clock)
    ends = bool(revisions) and account.held > 0 and not ledger.has_ended(campaign, revisions[-1].number)
    if ends:
        ledger.end_revision(campaign, revisions[-1].number, clock.now())
    if held or ends:
        narrate(campaign, _told(account))


def stop_only(main: Mainline, ledger: Ledger, clock: Clock, narrate: Narrate) -> tuple[str, ...]:
    """Hold whatever main has removed, stopped or sent back to draft. Needs git and the ledger, and no more.

    The hold is on the merge that ordered it: also a sender that cannot see that main has moved stops. What
    cannot be read on main is left alone: nobody knows what is wanted, and no sender sends it. Returns the
    campaigns that were not held like that before.
    """
    workspace = main.workspace(main.commit())
    held: list[str] = []
    for campaign in ledger.campaigns():
        folder = workspace.campaigns.get(campaign)
        wanted = folder is not None and folder.campaign.state is State.READY
        if not wanted and campaign not in workspace.broken and _hold(ledger, campaign, clock):
            narrate(campaign, _told(ledger.account(campaign)))
            held.append(campaign)
    return tuple(held)


def lets_go_of_stop(main: Mainline, ledger: Ledger, campaign: str, merge: str | None, clock: Clock) -> bool:
    """Whether a stop was lifted: `merge` came after the one that it stopped, so somebody ordered it anew.

    A sender with an old main sees an older merge, or does not know the one that was stopped.
    """
    outdated = [
        hold for hold in _stops(ledger, campaign) if merge is not None and _follows(main, merge, hold)
    ]
    for hold in outdated:
        ledger.lift(Lift(hold.id, "a later merge wants it", MACHINE, clock.now()))
    return bool(outdated)


def _follows(main: Mainline, merge: str, hold: Hold) -> bool:
    git = main.repository
    return hold.about != merge and git.exists(hold.about) and git.is_ancestor(hold.about, merge)


def _hold(ledger: Ledger, campaign: str, clock: Clock) -> bool:
    """Hold the merge that ordered it last; False where that was done before, or nobody is left."""
    orders, account = ledger.orders(campaign), ledger.account(campaign)
    is_over = bool(ledger.revisions(campaign)) and account.held == 0
    if not orders or is_over or any(hold.about == orders[-1].commit for hold in _stops(ledger, campaign)):
        return False
    reason = "main no longer wants what this merge ordered"
    ledger.place(Hold(campaign, HoldKind.STOPPED, reason, MACHINE, clock.now(), about=orders[-1].commit))
    return True


def _stops(ledger: Ledger, campaign: str) -> list[Hold]:
    return [hold for hold in ledger.holds(campaign) if hold.kind is HoldKind.STOPPED]


def _told(account: Account) -> str:
    reached = account.accepted + account.unknown
    return f"stopped: {reached:,} have left, {account.held:,} have not and stay"
