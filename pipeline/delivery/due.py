"""Which campaigns a delivery should be started for: ready on main, agreed to, and not long over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.approvals import requirement
from pipeline.approvals.reviews import Reviews
from pipeline.clock import Clock
from pipeline.delivery.halt_branches import halted_by
from pipeline.delivery.intent import NotReady, Ready, Unreadable, asked_if_possible, intent_of
from pipeline.delivery.mainline import Mainline
from pipeline.models.policy import Policy

#: A campaign that was merged and meant for a time so long ago is over, as a rule; nobody need look for it.
LONG_OVER: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What main wants and who agreed to it: all that can be asked without ledger, contacts and mail."""

    main: Mainline
    reviews: Callable[[Policy], Reviews]
    clock: Clock


@dataclass(frozen=True, slots=True)
class Due:
    """One campaign that is ready on main; `lacking` says why no delivery need be started for it.

    The sender asks everything again, and more: this only spares it the way.
    """

    campaign: str
    title: str
    lacking: str | None


def due(wishes: Wishes) -> tuple[Due, ...]:
    """Every campaign that is ready on main, sorted."""
    commit = wishes.main.commit()
    workspace = wishes.main.workspace(commit)
    known = sorted({*workspace.campaigns, *workspace.broken})
    return tuple(found for campaign in known for found in _due(wishes, commit, campaign, known))


def _due(wishes: Wishes, commit: str, campaign: str, known: list[str]) -> Iterator[Due]:
    intent = intent_of(wishes, commit, campaign, asked_if_possible)
    match intent:
        case NotReady():
            return
        case Unreadable(why):
            yield Due(campaign, campaign, why)
        case Ready():
            halted = halted_by(wishes.main.halts(), campaign, lambda: known)
            yield Due(campaign, intent.title, halted or _lacking(wishes, intent))


def _lacking(wishes: Wishes, ready: Ready) -> str | None:
    if ready.merge is None:
        return "no merge in the history explains its content; in a shallow clone: git fetch --unshallow"
    merged_at = wishes.main.repository.commit(ready.merge).committed_at
    meant: datetime = max(merged_at, ready.plan.send_at or merged_at)
    if wishes.clock.now() - meant > LONG_OVER:
        return f"it was meant for {meant:%Y-%m-%d}; start a delivery by its name if it is not complete"
    # How many it goes to is not known here; the sender knows, and may ask for more.
    needed = requirement.required(ready.policy.approvals, 0)
    return requirement.missing(ready.consent, needed, ready.policy.checklist.confirm)
