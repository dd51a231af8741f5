"""postmerge new."""

from pathlib import Path

import click

from pipeline.cli import scaffold
from pipeline.cli.options import Place
from pipeline.clock import SystemClock
from pipeline.errors import Refused
from pipeline.models.policy import Policy
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace


@click.group()
def new() -> None:
    """Begin a campaign or a segment.

    What it makes passes `postmerge check`.
    """


@new.command()
@click.argument("name")
@click.option("--segment", help="Who gets it.  [default: the first segment]")
@click.option("--title", help="For people.  [default: NAME]")
@click.pass_obj
def campaign(place: Place, name: str, segment: str | None, title: str | None) -> None:
    """Make the folder campaigns/NAME with a draft.

    NAME is for machines: small letters, digits and hyphens, as in 2026-12-winter-sale.
    """
    with Repository.open(place.start) as repository:
        workspace = loading.load(repository.working_tree())
        policy = _policy_needed(workspace)
        chosen = segment or next(iter(sorted(workspace.segments)), None)
        if chosen is None or chosen not in workspace.segments:
            raise Refused(
                "There is no such segment to send to." if segment else "There is no segment yet.",
                "Make one: postmerge new segment NAME.",
            )
        files = scaffold.campaign(
            title=title or name,
            segment=chosen,
            columns=workspace.segments[chosen].segment.columns,
            policy=policy,
            today=SystemClock().now().date(),
        )
        _write(repository.root, f"campaigns/{scaffold.checked_name(name)}", files)
    click.echo(
        f"Next: edit campaigns/{name}, then `postmerge check {name}`; `state: ready` makes it an order."
    )


@new.command()
@click.argument("name")
@click.option("--source", help="A source of policy.yaml.  [default: the first]")
@click.option("--title", help="For people.  [default: NAME]")
@click.pass_obj
def segment(place: Place, name: str, source: str | None, title: str | None) -> None:
    """Make the file segments/NAME.yaml.

    NAME is for machines: small letters, digits and hyphens, as in tokyo-active.
    """
    with Repository.open(place.start) as repository:
        policy = _policy_needed(loading.load(repository.working_tree()))
        chosen = source or min(policy.sources)
        if chosen not in policy.sources:
            raise Refused(f"policy.yaml names no source {chosen}.", f"It names: {', '.join(policy.sources)}.")
        text = scaffold.segment(title=title or name, source=chosen, policy=policy)
        _write(repository.root, "segments", {f"{scaffold.checked_name(name)}.yaml": text})
    click.echo(f"Next: say who in segments/{name}.yaml, then `postmerge check`.")


def _policy_needed(workspace: Workspace) -> Policy:
    if workspace.policy is None:
        raise Refused("policy.yaml cannot be read.", "`postmerge check` says why.")
    return workspace.policy


def _write(root: Path, folder: str, files: dict[str, str]) -> None:
    for name in files:
        if (root / folder / name).exists():
            raise Refused(f"{folder}/{name} is there already.", "Choose another name; nothing was changed.")
    for name, text in files.items():
        path = root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"made {folder}/{name}")
