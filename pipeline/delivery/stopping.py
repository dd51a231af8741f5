"""What main no longer wants stops in the ledger, too: a sender with an old main reserves nothing more."""

from pipeline.clock import Clock
from pipeline.delivery.mainline import Mainline
from pipeline.delivery.world import Narrate
from pipeline.ledger.entry import Account
from pipeline.ledger.hold import MACHINE, Hold, HoldKind, Lift
from pipeline.ledger.store import Ledger
from pipeline.models.campaign import State


def end_what_was_stopped(ledger: Ledger, campaign: str, clock: Clock, narrate: Narrate) -> None:
    """Close the revision under way, if there is one: whoever is not reached by now is held."""
    revisions = ledger.revisions(campaign)
    if not revisions:
        return
    account, newest = ledger.account(campaign), revisions[-1]
    if account.held == 0 or ledger.has_ended(campaign, newest.number):
        return
    ledger.end_revision(campaign, newest.number, clock.now())
    narrate(campaign, _told(account))


def stop_only(main: Mainline, ledger: Ledger, clock: Clock, narrate: Narrate) -> None:
    """Hold whatever main has removed, stopped or sent back to draft. Needs git and the ledger, and no more.

    The hold is on the merge that ordered it: also a sender that cannot see that main has moved stops. What
    cannot be read on main is left alone: nobody knows what is wanted, and no sender sends it.
    """
    workspace = main.workspace(main.commit())
    for campaign in ledger.campaigns():
        folder = workspace.campaigns.get(campaign)
        wanted = folder is not None and folder.campaign.state is State.READY
        if not wanted and campaign not in workspace.broken:
            _hold(ledger, campaign, clock, narrate)


def lets_go_of_stop(ledger: Ledger, campaign: str, merge: str | None, clock: Clock) -> bool:
    """Whether a stop was lifted, because `merge` is not the one that it stopped: somebody ordered it anew."""
    outdated = [hold for hold in _stops(ledger, campaign) if merge is not None and hold.about != merge]
    for hold in outdated:
        ledger.lift(Lift(hold.id, "another merge wants it", MACHINE, clock.now()))
    return bool(outdated)


def _hold(ledger: Ledger, campaign: str, clock: Clock, narrate: Narrate) -> None:
    orders, account = ledger.orders(campaign), ledger.account(campaign)
    is_over = bool(ledger.revisions(campaign)) and account.held == 0
    if not orders or is_over or any(hold.about == orders[-1].commit for hold in _stops(ledger, campaign)):
        return
    reason = "main no longer wants what this merge ordered"
    ledger.place(Hold(campaign, HoldKind.STOPPED, reason, MACHINE, clock.now(), about=orders[-1].commit))
    narrate(campaign, _told(account))


def _stops(ledger: Ledger, campaign: str) -> list[Hold]:
    return [hold for hold in ledger.holds(campaign) if hold.kind is HoldKind.STOPPED]


def _told(account: Account) -> str:
    reached = account.accepted + account.unknown
    return f"stopped: {reached:,} have left, {account.held:,} have not and stay"
