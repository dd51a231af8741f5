"""postmerge check."""

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import click

from pipeline.cli.halves import enough_for_two
from pipeline.cli.options import Place, campaigns_argument, format_option, target_option
from pipeline.errors import ExitStatus
from pipeline.render.child_process import Spare
from pipeline.workspace import yamllint
from pipeline.workspace.git import Repository

# The rest is loaded while yamllint and the child that renders begin: it takes as long as they do.


@click.command()
@campaigns_argument()
@click.option("--base", metavar="REF", help="Only campaigns that differ from where this branch left REF.")
@click.option("--online", is_flag=True, help="Also ask the pages that links lead to.")
@format_option("text", "json", "github", "sarif")
@target_option()
@click.pass_obj
def check(
    place: Place, campaigns: tuple[str, ...], base: str | None, form: str, target: str, *, online: bool
) -> None:
    """Check campaigns, segments and policy of the working tree.

    Every mistake at once, each with its place and a remedy. Without CAMPAIGN, all of them.
    """
    with Repository.open(place.start) as repository:
        tree = repository.working_tree()
        # Of two processes each starts a child of its own, when it has been forked.
        count = len(campaigns) or sum(path.endswith("/campaign.yaml") for path in tree.entries)
        with ThreadPoolExecutor(1) as beside, nullcontext() if enough_for_two(count) else Spare() as spare:
            linted = beside.submit(yamllint.lint, tree)

            from pipeline import wiring  # noqa: PLC0415
            from pipeline.cli import checking  # noqa: PLC0415
            from pipeline.workspace import workspace as loading  # noqa: PLC0415

            workspace = loading.load(tree)
            names = checking.chosen(repository, workspace, campaigns, base)
            fetch = wiring.web() if online else None
            found = linted.result()
            report = checking.report_of(
                repository, workspace, names, target, base, fetch=fetch, found=found, spare=spare
            )
    click.echo(checking.shown(report, form, tree), nl=False)
    sys.exit(int(ExitStatus.FINE if report.ok else ExitStatus.REFUSED))
