"""postmerge halt, postmerge release."""

import click

from pipeline import wiring
from pipeline.cli.options import Place, branch_option, by_option, campaign_argument, somebody, target_option
from pipeline.clock import SystemClock
from pipeline.errors import PipelineError, Refused, UsageError
from pipeline.incident import brakes
from pipeline.ledger.hold import EVERYTHING
from pipeline.ledger.store import Ledger
from pipeline.plan.columns import wrapped
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
    everything: bool,  # noqa: FBT001 click hands it over like this
    reason: str,
    by: str | None,
    target: str,
    branch: str,
) -> None:
    """Stop a campaign, or everything, at once.

    From now on nothing more is reserved; at most the batch in flight finishes.
    """
    scope = _scope(campaign, everything=everything)
    with Repository.open(place.start) as repository:
        who = somebody(by, repository)
        known = scope == EVERYTHING or _in_git(repository, scope, branch)
    with wiring.open_ledger(place.start, target, branch) as ledger:
        listed = ledger.campaigns()
        brakes.halt(ledger, SystemClock(), scope, reason=reason, by=who)
        for name in listed if scope == EVERYTHING else (scope,):
            click.echo(wrapped(_told(ledger, name), rest="  "))
    if scope == EVERYTHING:
        click.echo("Everything is halted, also campaigns to come.")
    elif not known and scope not in listed:
        # A brake never refuses; but a misspelt name must not look like a campaign that stands still.
        raise Refused(
            f"No campaign {scope} is known here. The hold stands, but it may be the wrong name.",
            f"Known to the ledger: {', '.join(listed) or 'none'}.",
        )
    way_out = "--all" if scope == EVERYTHING else scope
    click.echo(f'To go on later: postmerge release {way_out} --reason "…"')


def _in_git(repository: Repository, campaign: str, branch: str) -> bool:
    """Whether a branch or the working tree has the folder; a brake works where neither can be read."""
    if (repository.root / "campaigns" / campaign).is_dir():
        return True
    try:
        entries = repository.tree(repository.resolve(branch)).entries
    except PipelineError:
        return False
    return any(path.startswith(f"campaigns/{campaign}/") for path in entries)


def _told(ledger: Ledger, campaign: str) -> str:
    account, under_way = ledger.account(campaign), len(ledger.unsettled(campaign))
    told = f"{campaign}: halted. {account.accepted:,} have left, {account.held:,} have not and stay"
    if account.unknown:
        told += f", {account.unknown:,} are under way or unknown"
        told += f" ({under_way} {'batch' if under_way == 1 else 'batches'})" if under_way else ""
    return f"{told}."


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
    everything: bool,  # noqa: FBT001 click hands it over like this
    reason: str,
    by: str | None,
    target: str,
    branch: str,
) -> None:
    """Let go of a brake that waits for a person.

    That is a halt, a late start, or a gate's verdict; what else holds, lifts by itself.
    """
    scope = _scope(campaign, everything=everything)
    with Repository.open(place.start) as repository:
        who = somebody(by, repository)
    with wiring.open_ledger(place.start, target, branch) as ledger:
        for hold in brakes.release(ledger, SystemClock(), scope, reason=reason, by=who):
            click.echo(wrapped(hold.reason, first=f"released: {hold.kind}: ", rest="  "))
    click.echo("The next `postmerge deliver` goes on, where nothing else holds it.")
