"""The commands: words and exit codes; no logic."""

import sys
from pathlib import Path
from typing import Any

import click

from pipeline.cli import (
    brakes,
    check,
    comment,
    deliver,
    demo,
    doctor,
    due,
    new,
    plan,
    preview,
    resolve,
    schema,
    status,
    test_send,
)
from pipeline.cli.options import Place
from pipeline.errors import PipelineError


class _Group(click.Group):
    """Turns what is broken into a sentence, a remedy and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which they were added, not by the alphabet."""
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            click.secho(f"postmerge: {error.sentence}", fg="red", err=True)
            if error.remedy:
                click.echo(f"  {error.remedy}", err=True)
            sys.exit(int(error.exit_status))


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="postmerge", prog_name="postmerge")
@click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Work as if started in this folder.",
)
@click.pass_context
def cli(ctx: click.Context, directory: Path) -> None:
    """Mail campaigns as code.

    A pull request checks, previews and gets them approved; the merge delivers; a revert stops what has not
    left. Exit status: 0 fine, 1 findings, holds or refusals, 2 wrong usage, 3 the environment is broken.
    """
    ctx.obj = Place(directory.resolve())


# In the order of a campaign's life, which is the order of the help.
for _command in (
    new.new,
    check.check,
    preview.preview,
    plan.plan,
    comment.comment,
    test_send.test_send,
    due.due,
    deliver.deliver,
    deliver.watch,
    status.status,
    brakes.halt,
    brakes.release,
    resolve.resolve,
    doctor.doctor,
    schema.schema,
    demo.demo,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line."""
    cli(prog_name="postmerge")
