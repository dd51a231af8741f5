"""postmerge halt, postmerge release."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline import desk as desks
from pipeline import wiring
from pipeline.cli.options import (
    Place,
    branch_option,
    by_option,
    campaign_argument,
    policy_option,
    somebody_at,
    target_option,
)
from pipeline.clock import SystemClock
from pipeline.desk import Desk
from pipeline.errors import PipelineError, Refused, UsageError
from pipeline.incident import brakes, switches
from pipeline.ledger.hold import EVERYTHING, Hold
from pipeline.ledger.store import Ledger
from pipeline.plan.columns import wrapped

_F = TypeVar("_F", bound=Callable[..., Any])


def _options(*, everything: str, reason: str) -> Callable[[_F], _F]:
    """What both commands take; `everything` and `reason` are the help of --all and --reason."""
    options = (
        campaign_argument(required=False),
        click.option("--all", "everything", is_flag=True, help=everything),
        click.option("--reason", required=True, help=reason),
        by_option(),
        policy_option(),
        target_option(),
        branch_option(),
        click.pass_obj,
    )

    def decorate(command: _F) -> _F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _scope(campaign: str | None, *, everything: bool) -> str:
    if (campaign is None) != everything:
        raise UsageError("Name one campaign, or say --all.")
    return EVERYTHING if campaign is None else campaign


@click.command()
@_options(everything="Every campaign, also those to come.", reason="Why; it stays on record.")
@click.option("--hold-only", is_flag=True, help="Leave the switch in SES as it is.")
def halt(  # noqa: PLR0917 click hands them over like this
    place: Place,
    campaign: str | None,
    everything: bool,  # noqa: FBT001 click hands it over like this
    reason: str,
    by: str | None,
    policy_file: Path | None,
    target: str,
    branch: str,
    hold_only: bool,  # noqa: FBT001 click hands it over like this
) -> None:
    """Stop a campaign, or everything, at once.

    From now on nothing more is reserved; at most the batch in flight finishes. On a target with SES the
    sender's configuration set is switched off, too. Works without git.
    """
    scope = _scope(campaign, everything=everything)
    who = somebody_at(by, place.start)
    with desks.open_desk(place.start, target, branch, policy_file) as desk:
        listed = desk.ledger.campaigns()
        senders = desks.senders_of(desk, place.start, scope, branch)
        switch = None if hold_only else wiring.switch_of(desk.target)
        sets = switches.sets_of(desk.policy, None if scope == EVERYTHING else senders) if switch else ()
        brakes.halt(desk.ledger, SystemClock(), scope, reason=reason, by=who, about=switches.as_about(sets))
        for name in listed if scope == EVERYTHING else (scope,):
            click.echo(wrapped(_told(desk.ledger, name), rest="  "))
        if scope == EVERYTHING:
            click.echo("Everything is halted, also campaigns to come.")
        if switch is not None:
            _switch_off(desk, switch, sets)
    if scope != EVERYTHING and senders is None and scope not in listed:
        # A brake never refuses; but a misspelt name must not look like a campaign that stands still.
        raise Refused(
            f"No campaign {scope} is known here. The hold stands, but it may be the wrong name.",
            f"Known to the ledger: {', '.join(listed) or 'none'}.",
        )
    way_out = "--all" if scope == EVERYTHING else scope
    click.echo(f'To go on later: postmerge release {way_out} --reason "…"')


def _switch_off(desk: Desk, switch: switches.Switch, sets: tuple[str, ...]) -> None:
    """The second net below the hold; raises PipelineError when it could not be spread."""
    if not sets:
        click.echo("No configuration set is known for it, so nothing was switched off in SES.")
    failed: list[PipelineError] = []
    for name in sets:
        try:
            switch.put(name, on=False)
        except PipelineError as error:
            failed.append(error)
            continue
        users = ", ".join(switches.users_of(desk.policy, name))
        said = f"Switched off in SES: the configuration set {name}. Nothing leaves from {users} meanwhile."
        click.echo(wrapped(said, rest="  "))
    if failed:
        raise PipelineError(
            f"The hold stands, but sending was not switched off in SES. {failed[0].sentence}",
            failed[0].remedy,
        )


def _told(ledger: Ledger, campaign: str) -> str:
    account, under_way = ledger.account(campaign), len(ledger.unsettled(campaign))
    told = f"{campaign}: halted. {account.accepted:,} have left, {account.held:,} have not and stay"
    if account.unknown:
        told += f", {account.unknown:,} are under way or unknown"
        told += f" ({under_way} {'batch' if under_way == 1 else 'batches'})" if under_way else ""
    return f"{told}."


@click.command()
@_options(everything="The hold on everything.", reason="Why it may go on; it stays on record.")
def release(  # noqa: PLR0917 click hands them over like this
    place: Place,
    campaign: str | None,
    everything: bool,  # noqa: FBT001 click hands it over like this
    reason: str,
    by: str | None,
    policy_file: Path | None,
    target: str,
    branch: str,
) -> None:
    """Let go of a brake that waits for a person.

    That is a halt, a late start, or a gate's verdict; what else holds, lifts by itself. What a halt has
    switched off in SES is switched on again, unless another hold keeps it off.
    """
    scope = _scope(campaign, everything=everything)
    who = somebody_at(by, place.start)
    with desks.open_desk(place.start, target, branch, policy_file) as desk:
        # On first: a hold that stands over an open switch does no harm, and can be released once more.
        lifting = brakes.liftable(desk.ledger, scope, reason=reason)
        _switch_on(desk, lifting, scope)
        for hold in brakes.release(desk.ledger, SystemClock(), scope, reason=reason, by=who):
            click.echo(wrapped(hold.reason, first=f"released: {hold.kind}: ", rest="  "))
    click.echo("The next `postmerge deliver` goes on, where nothing else holds it.")


def _switch_on(desk: Desk, lifting: tuple[Hold, ...], scope: str) -> None:
    switch = wiring.switch_of(desk.target)
    if switch is None:
        return
    names = {EVERYTHING, *desk.ledger.campaigns(), *desks.campaigns_near(desk.root)}
    standing = {hold.id: hold for name in names for hold in desk.ledger.holds(name) if hold.scope != scope}
    decided = switches.release_of(lifting, standing.values())
    for name in decided.on:
        switch.put(name, on=True)
        click.echo(f"Switched on again in SES: the configuration set {name}.")
    for name, by in decided.kept_off.items():
        what = "everything" if by == EVERYTHING else by
        click.echo(f"The configuration set {name} stays off in SES: a hold on {what} stands.")
