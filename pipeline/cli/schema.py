"""postmerge schema."""

import sys

import click

from pipeline.cli.options import Place
from pipeline.errors import ExitStatus
from pipeline.workspace import editor_schema
from pipeline.workspace.git import Repository


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when a file is not up to date.")
@click.pass_obj
def schema(place: Place, check: bool) -> None:  # noqa: FBT001 click hands it over like this
    """Write the JSON Schemas that editors use into schema/."""
    with Repository.open(place.start) as repository:
        folder = repository.root / "schema"
    changed = editor_schema.stale(folder) if check else editor_schema.write(folder)
    for name in changed:
        click.echo(f"schema/{name}: {'not up to date; run: postmerge schema' if check else 'written'}")
    if check and changed:
        sys.exit(int(ExitStatus.REFUSED))
    if not changed:
        click.echo("schema/: up to date")
