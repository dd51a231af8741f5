"""postmerge comment."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from pipeline import wiring
from pipeline.approvals.github_judge import Judged
from pipeline.approvals.reviews import Change
from pipeline.cli import comment_text
from pipeline.cli.checking import chosen, report_of
from pipeline.cli.comment_approvals import NotAsked
from pipeline.cli.options import Place, target_option
from pipeline.cli.plan import entries_of
from pipeline.errors import PipelineError, Refused, UsageError, named_below
from pipeline.plan.report import Entry
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace

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
@click.option("--pull", type=click.IntRange(min=1), metavar="N", help="Say who has approved it: asks GitHub.")
@click.option("--repository", envvar="GITHUB_REPOSITORY", help="At GitHub, owner/name; for --pull.")
@click.option("--online", is_flag=True, help="Also ask the pages that links lead to.")
@target_option()
@click.pass_obj
def text(
    place: Place,
    *,
    base: str,
    out: Path | None,
    files_url: str,
    preview_url: str,
    run_url: str,
    pull: int | None,
    repository: str | None,
    online: bool,
    target: str,
) -> None:
    """Write the text of the comment for this branch.

    It holds counts, no personal data. With --pull it says whose approval is there, for exactly this content,
    and what is missing; GITHUB_TOKEN needs `contents: read` and `pull-requests: read`.
    """
    if pull is not None and not repository:
        raise UsageError("--pull needs --repository, or GITHUB_REPOSITORY.")
    with Repository.open(place.start) as git:
        workspace = loading.load(git.working_tree())
        # A policy that cannot be read plans nothing, but the comment says so and where: an older one would
        # go on saying that all is well.
        entries = () if workspace.policy is None else entries_of(git, workspace, base, target)
        names = chosen(git, workspace, (), base)
        fetch = wiring.web() if online else None
        report = report_of(git, workspace, names, target, base, fetch=fetch)
        head = git.resolve("HEAD")
        said = {} if pull is None else _said(git, workspace, entries, repository or "", pull)
    links = comment_text.Links(files_url, preview_url, run_url, head)
    written = comment_text.comment(entries, report, workspace.policy, links, said)
    if out is None:
        click.echo(written, nl=False)
    else:
        out.write_text(written, encoding="utf-8", newline="\n")


def _said(
    git: Repository, workspace: Workspace, entries: Sequence[Entry], name: str, pull: int
) -> Mapping[str, Judged | NotAsked]:
    """What was said about each campaign that would be sent; why not, where GitHub cannot be asked."""
    head, reviews = git.resolve("HEAD"), wiring.github_reviews_of(git, name)
    said: dict[str, Judged | NotAsked] = {}
    for entry in entries:
        if entry.plan is None:
            continue
        campaign = entry.change.campaign
        change = Change(campaign, head, head, entry.plan.digest, workspace.paths_read(campaign))
        try:
            with named_below(git.root):
                said[campaign] = reviews.so_far(pull, change)
        except PipelineError as trouble:
            said[campaign] = NotAsked(trouble.said.within())
    return said


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
