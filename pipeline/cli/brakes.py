"""postmerge halt, postmerge release."""

import click

from pipeline import wiring
from pipeline.cli.options import Place, branch_option, by_option, campaign_argument, somebody, target_option
from pipeline.clock import SystemClock
from pipeline.errors import UsageError
from pipeline.incident import brakes
from pipeline.ledger.hold import EVERYTHING
from pipeline.workspace.git import Repository


def _scope(campaign: str | None, *, everything: bool) -> str:
    if (campaign is None) != everything:
        raise UsageError("Name one campaign, or say --all.")
    return EVERYTHING if campaign is None else campaign


@click.command()
@campaign_argument(required=False)
@click.option("--all", "everything", is_flag=True, help="Every campaign, also those to come.")
@click.option("--reason", required=True, help="Why; it stays on record.")
@by_option()
@target_option()
@branch_option()
@click.pass_obj
def halt(  # noqa: PLR0917 click hands them over like this
    place: Place,
    campaign: str | None,
    everything: bool,
    reason: str,
    by: str | None,
    target: str,
    branch: str,
) -> None:
    """Pull the brake: from now on nothing more is reserved; at most the batch in flight finishes."""
    scope = _scope(campaign, everything=everything)
    with Repository.open(place.start) as repository:
        who = somebody(by, repository)
    with wiring.open_ledger(place.start, target, branch) as ledger:
        brakes.halt(ledger, SystemClock(), scope, reason=reason, by=who)
        names = ledger.campaigns() if scope == EVERYTHING else (scope,)
        for name in names:
            account = ledger.account(name)
            under_way = sum(1 for _ in ledger.unsettled(name))
            click.echo(
                f"{name}: halted. {account.accepted:,} have left, {account.held:,} have not and stay"
                + (
                    f", {account.unknown:,} in {under_way} batches are under way or unknown"
                    if under_way
                    else ""
                )
                + "."
            )
    click.echo("`postmerge release` lifts it, with a reason.")


@click.command()
@campaign_argument(required=False)
@click.option("--all", "everything", is_flag=True, help="The hold on everything.")
@click.option("--reason", required=True, help="Why it may go on; it stays on record.")
@by_option()
@target_option()
@branch_option()
@click.pass_obj
def release(  # noqa: PLR0917 click hands them over like this
    place: Place,
    campaign: str | None,
    everything: bool,
    reason: str,
    by: str | None,
    target: str,
    branch: str,
) -> None:
    """Let go of what a person holds: a halt, a late start, a gate's verdict."""
    scope = _scope(campaign, everything=everything)
    with Repository.open(place.start) as repository:
        who = somebody(by, repository)
    with wiring.open_ledger(place.start, target, branch) as ledger:
        for hold in brakes.release(ledger, SystemClock(), scope, reason=reason, by=who):
            click.echo(f"released: {hold.kind}: {hold.reason}")
    click.echo("The next `postmerge deliver` goes on.")
