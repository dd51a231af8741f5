"""postmerge status."""

import json

import click

from pipeline import wiring
from pipeline.cli import status_text
from pipeline.cli.options import Place, branch_option, campaign_argument, format_option, target_option
from pipeline.delivery.looking import campaigns_of, look
from pipeline.delivery.status import status_of
from pipeline.errors import UsageError


@click.command()
@campaign_argument(required=False)
@format_option("text", "json", "markdown")
@target_option()
@branch_option()
@click.pass_obj
def status(place: Place, campaign: str | None, form: str, target: str, branch: str) -> None:
    """Say how campaigns stand.

    State, holds, and numbers that add up. It changes nothing.
    """
    calling = wiring.Calling(target=target, branch=branch, rehearsal=True)
    with wiring.open_world(place.start, calling) as world:
        known = campaigns_of(world)
        if campaign is not None and campaign not in known:
            raise UsageError(f"Neither {branch} nor the ledger knows a campaign {campaign}.")
        names = known if campaign is None else (campaign,)
        statuses = [status_of(look(world, name, remember=False)) for name in names]
        zone = wiring.zone_of(world)
    if form == "json":
        click.echo(json.dumps(status_text.as_data(statuses), ensure_ascii=False, indent=2))
    elif form == "markdown":
        click.echo(status_text.as_markdown(statuses, zone), nl=False)
    else:
        click.echo(status_text.as_text(statuses, zone), nl=False)
