"""postmerge due."""

import json
from pathlib import Path

import click

from pipeline import wiring
from pipeline.cli import opening
from pipeline.cli.options import Place, branch_option, campaigns_argument, format_option, target_option
from pipeline.delivery import due as wanted
from pipeline.plan.columns import wrapped
from pipeline.plan.describe import escaped

#: GitHub runs no more of one matrix (docs.github.com, "Usage limits").
_MATRIX_MAX = 256


@click.command()
@campaigns_argument()
@format_option("text", "json", "markdown")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Append `campaigns=[…]` to this file, as in $GITHUB_OUTPUT.",
)
@target_option()
@branch_option()
@click.pass_obj
def due(
    place: Place, *, campaigns: tuple[str, ...], form: str, output: Path | None, target: str, branch: str
) -> None:
    """Say which campaigns a delivery should be started for.

    Those that main has ready, and whose approvals are there; a CAMPAIGN that is named, whatever it lacks. It
    asks git and the reviews, nothing else; the delivery asks everything again.
    """
    calling = wiring.Calling(target=target, branch=branch)
    with opening.open_wishes(place.start, calling) as wishes:
        found = wanted.due(wishes)
    found = tuple(one for one in found if not campaigns or one.campaign in campaigns)
    started = [one.campaign for one in found if one.lacking is None or campaigns][:_MATRIX_MAX]
    if output is not None:
        with output.open("a", encoding="utf-8") as file:
            file.write(f"campaigns={json.dumps(started)}\n")
    click.echo(_shown(found, form), nl=False)


def _shown(found: tuple[wanted.Due, ...], form: str) -> str:
    if form == "json":
        listed = [{"id": one.campaign, "title": one.title, "lacking": one.lacking} for one in found]
        return json.dumps({"campaigns": listed}, ensure_ascii=False, indent=2) + "\n"
    if not found:
        return "No campaign is ready on main.\n"
    if form == "markdown":
        rows = (
            f"| {one.campaign} | {escaped(one.title)} | {escaped(one.lacking or 'due')} |" for one in found
        )
        return "\n".join(["| campaign | title | |", "| --- | --- | --- |", *rows]) + "\n"
    return "\n".join(wrapped(f"{one.campaign}: {one.lacking or 'due'}", rest="  ") for one in found) + "\n"
