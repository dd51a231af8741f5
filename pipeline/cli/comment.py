"""postmerge comment."""

import os
from pathlib import Path

import click

from pipeline.cli import comment_text
from pipeline.cli.check import chosen, report_of
from pipeline.cli.options import Place, target_option
from pipeline.cli.plan import entries_of, policy_of
from pipeline.errors import Refused
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository

#: What GitHub takes (docs.github.com); `comment text` stays below.
_GITHUB_MAX = 65_536


@click.group()
def comment() -> None:
    """The one comment on a pull request.

    What a merge will do, the checklist, what is still missing; kept up to date in its place.
    """


@comment.command()
@click.option("--base", default="main", show_default=True, metavar="REF", help="What would be merged into.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file.  [default: the screen]")
@click.option("--files-url", default="", metavar="URL", help="Where files are shown, up to their path.")
@click.option("--preview-url", default="", metavar="URL", help="Where the preview is.")
@click.option("--run-url", default="", metavar="URL", help="Where the run is.")
@target_option()
@click.pass_obj
def text(
    place: Place, *, base: str, out: Path | None, files_url: str, preview_url: str, run_url: str, target: str
) -> None:
    """Write the text of the comment for this branch.

    It holds counts, no personal data.
    """
    with Repository.open(place.start) as repository:
        workspace = loading.load(repository.working_tree())
        policy = policy_of(workspace)
        entries = entries_of(repository, workspace, base, target)
        names = chosen(repository, workspace, (), base)
        report = report_of(repository, workspace, names, target, base)
        head = repository.resolve("HEAD")
    links = comment_text.Links(files_url, preview_url, run_url, head)
    written = comment_text.comment(entries, report, policy, links)
    if out is None:
        click.echo(written, nl=False)
    else:
        out.write_text(written, encoding="utf-8", newline="\n")


@comment.command()
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="What `comment text` has written.",
)
@click.option("--pull", type=click.IntRange(min=1), required=True, metavar="N", help="The pull request.")
@click.option("--repository", envvar="GITHUB_REPOSITORY", required=True, help="At GitHub, owner/name.")
@click.option(
    "--author", default="github-actions[bot]", show_default=True, help="Whose comment is kept up to date."
)
def post(file: Path, pull: int, repository: str, author: str) -> None:
    """Put it on a pull request, in its place.

    It is found by its first line and by who wrote it. GITHUB_TOKEN needs `pull-requests: write`.
    """
    written = file.read_text(encoding="utf-8", errors="replace")
    if not written.startswith(comment_text.MARKER) or len(written) > _GITHUB_MAX:
        raise Refused(
            f"{file} is no comment that `postmerge comment text` wrote.", "Write it again with that."
        )
    # Imported here: the other commands speak to nobody.
    from pipeline.github_comment import GitHubComments  # noqa: PLC0415

    done = GitHubComments(repository, os.environ).keep(pull, comment_text.MARKER, written, author=author)
    click.echo(f"{done} on pull request #{pull}")
