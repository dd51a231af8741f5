"""postmerge new."""

from pathlib import Path

import click

from pipeline.cli import scaffold
from pipeline.cli.options import Place
from pipeline.cli.starter import starter_files
from pipeline.clock import SystemClock
from pipeline.errors import Refused
from pipeline.models.policy import Policy
from pipeline.workspace import editor_schema
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


@new.command()
@click.pass_obj
def repository(place: Place) -> None:
    """Write workflows, policy and an example.

    Start in an empty git repository. Nothing that is there already is changed.
    """
    with Repository.open(place.start) as repository:
        root = repository.root
        _write(root, "", starter_files())
        workspace = loading.load(repository.working_tree())
        files = scaffold.campaign(
            title="はじめてのキャンペーン",
            segment="everybody",
            columns=workspace.segments["everybody"].segment.columns,
            policy=_policy_needed(workspace),
            today=SystemClock().now().date(),
        )
        _write(root, "campaigns/first-campaign", files)
    for name in editor_schema.write(root / "schema"):
        click.echo(f"made schema/{name}")
    click.echo(
        "Next: your own names in policy.yaml and .github/CODEOWNERS, a requirements.lock that pins postmerge "
        "with hashes, then `postmerge check`."
    )


def _policy_needed(workspace: Workspace) -> Policy:
    if workspace.policy is None:
        raise Refused("policy.yaml cannot be read.", "`postmerge check` says why.")
    return workspace.policy


def _write(root: Path, folder: str, files: dict[str, str]) -> None:
    paths = {root / folder / name: text for name, text in files.items()}
    for path in paths:
        if path.exists():
            raise Refused(
                f"{path.relative_to(root)} is there already.", "Choose another name; nothing was changed."
            )
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        click.echo(f"made {path.relative_to(root)}")
