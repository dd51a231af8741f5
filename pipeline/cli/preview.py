"""postmerge preview."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import wiring
from pipeline.checklist.draft import Fetch
from pipeline.cli.checking import chosen, report_of
from pipeline.cli.options import Place, campaigns_argument, target_option
from pipeline.clock import SystemClock
from pipeline.delivery.order_source import target_of
from pipeline.errors import PipelineError
from pipeline.ledger.store import Ledger
from pipeline.preview.asked import Asked
from pipeline.sentence import SILENCE, Sentence
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.preview.sheet import Album
    from pipeline.preview.studio import Studio


@click.command()
@campaigns_argument()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("preview"),
    show_default=True,
    metavar="DIR",
    help="Where index.html and the pictures go.",
)
@click.option(
    "--base", metavar="REF", help="Show only what differs from where this branch left REF, and how."
)
@click.option("--online", is_flag=True, help="Also ask the pages that links lead to.")
@click.option("--serve", is_flag=True, help="Show it in a browser here, again after every change.")
@click.option("--port", default=8025, show_default=True, metavar="N", help="For --serve.")
@target_option()
@click.pass_obj
def preview(
    place: Place,
    *,
    campaigns: tuple[str, ...],
    out: Path,
    base: str | None,
    online: bool,
    serve: bool,
    port: int,
    target: str,
) -> None:
    """Show what each kind of recipient will get.

    One HTML file that needs nothing else, and the pictures behind it. Without CAMPAIGN, all of them.
    """
    # Imported here and below: no other command should wait for Pillow and the templates of the page.
    from pipeline.preview.page import page  # noqa: PLC0415
    from pipeline.preview.serving import serve_pages  # noqa: PLC0415
    from pipeline.preview.studio import studio_of  # noqa: PLC0415

    camera, no_camera = wiring.camera_of()
    with studio_of(camera) as studio:
        fetch = wiring.web() if online else None
        looking = Looking(place, campaigns, base, target, studio, no_camera, fetch)
        if serve:
            # what was asked is not asked again after every change
            looking = replace(looking, fetch=Asked(fetch) if fetch else None)
            serve_pages(
                lambda: page(album_at(looking), live=True), lambda: _state(place), port=port, say=click.echo
            )
            return
        album = album_at(looking)
    _write(album, out)


def _write(album: "Album", out: Path) -> None:
    """The page and the pictures as files, and what there is."""
    from pipeline.preview.fitting import fitting_page  # noqa: PLC0415
    from pipeline.preview.pictures import write_pictures  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    file = out / "index.html"
    file.write_text(fitting_page(album), encoding="utf-8", newline="\n")
    count = write_pictures(album, out)
    if album.no_camera:
        click.echo(f"No pictures: {album.no_camera}.", err=True)
    click.echo(f"{file} ({file.stat().st_size:,} bytes), {count} pictures")


@dataclass(frozen=True, slots=True)
class Looking:
    """What is looked at, and with what. `no_camera` says why there is no `studio`; no `fetch`, no network."""

    place: Place
    campaigns: tuple[str, ...] = ()
    base: str | None = None
    target: str = "local"
    studio: "Studio | None" = None
    no_camera: Sentence = SILENCE
    fetch: Fetch | None = None


def album_at(looking: Looking) -> "Album":
    """The album of a working tree."""
    from pipeline.preview.album import Scene, album_of  # noqa: PLC0415

    base = looking.base
    asked = Asked(looking.fetch) if looking.fetch is not None else None
    with Repository.open(looking.place.start) as repository:
        workspace = loading.load(repository.working_tree())
        names = chosen(repository, workspace, looking.campaigns, base)
        with _ledger(repository, workspace, looking.target) as ledger:
            scene = Scene(
                after=workspace,
                before=loading.load(repository.tree(repository.fork_point(base))) if base else None,
                base=base,
                report=report_of(repository, workspace, names, looking.target, fetch=asked),
                contacts=wiring.contacts_of(repository.root),
                ledger=ledger,
                now=SystemClock().now(),
                studio=looking.studio,
                no_camera=looking.no_camera,
                no_fonts=wiring.lacks_japanese_fonts(),
                answers=asked.answers if asked is not None else {},
            )
            return album_of(scene, _progress)


def _progress(campaign: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {campaign} …", err=True)


@contextmanager
def _ledger(repository: Repository, workspace: Workspace, target: str) -> Iterator[Ledger | None]:
    """The ledger for the plan's comparisons, where it can be read; a preview does without."""
    ledger = None
    if workspace.policy is not None:
        chosen_target = target_of(workspace.policy, target)
        try:
            owner = workspace.policy.repository
            ledger = wiring.ledger_of(repository.root, chosen_target, repository=owner, rehearsal=True)
        except PipelineError as error:
            click.echo(f"Without the ledger: {error.sentence}", err=True)
    try:
        yield ledger
    finally:
        if ledger is not None:
            ledger.close()


def _state(place: Place) -> str:
    """What changes when a file of the working tree does."""
    with Repository.open(place.start) as repository:
        return str(hash(tuple(repository.working_tree().entries.items())))
