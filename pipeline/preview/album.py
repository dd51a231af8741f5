"""Making a preview: the campaigns that are asked for, and the pictures of each."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.audience.contacts import Contacts
from pipeline.checklist.report import Report
from pipeline.ledger.store import Ledger
from pipeline.plan import report as planning
from pipeline.plan.report import Entry
from pipeline.preview.camera import Open
from pipeline.preview.gather import Making, sheet_of
from pipeline.preview.sheet import Album
from pipeline.preview.studio import Studio
from pipeline.workspace.workspace import Workspace

#: Pictures are made small while the browser takes the next ones.
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """What a preview is made from. `before` is None without a base; `base` is what people call it.

    `camera` opens a browser; where there is none, `no_camera` says why.
    """

    after: Workspace
    before: Workspace | None
    base: str | None
    report: Report
    contacts: Contacts
    ledger: Ledger | None
    now: datetime
    camera: Open | None
    no_camera: str = ""
    no_fonts: bool = False


def album_of(scene: Scene, progress: Callable[[str], None] = lambda _campaign: None) -> Album:
    """The album of the campaigns in `scene.report`; `progress` hears of each before its turn.

    Raises PipelineError when the process that renders cannot be started.
    """
    entries = _entries(scene, (each.id for each in scene.report.campaigns))
    reports = {each.id: each for each in scene.report.campaigns}
    with ExitStack() as stack:
        studio = None
        if scene.camera is not None:
            executor = stack.enter_context(ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="picture"))
            studio = stack.enter_context(Studio(scene.camera, executor))
        making = Making(scene.after, scene.before, reports, entries, studio, scene.no_camera, scene.now)
        sheets = []
        for campaign in reports:
            progress(campaign)
            sheets.append(sheet_of(making, campaign))
        camera = studio.name if studio is not None else ""
    policy = scene.after.policy
    return Album(
        language=policy.language if policy is not None else "en",
        revision=scene.after.label,
        base=scene.base,
        sheets=tuple(sheets),
        findings=scene.report.findings,
        camera=camera,
        no_camera=scene.no_camera,
        no_fonts=scene.no_fonts and scene.camera is not None,
    )


def _entries(scene: Scene, campaigns: Iterable[str]) -> Mapping[str, Entry]:
    """What the merge would cause; without a base, what it would cause if all of them were new."""
    if scene.after.policy is None:
        return {}
    wanted = set(campaigns)
    after = replace(scene.after, campaigns={k: v for k, v in scene.after.campaigns.items() if k in wanted})
    before = scene.before or replace(scene.after, campaigns={}, broken=frozenset())
    made = planning.make(before, after, contacts=scene.contacts, ledger=scene.ledger, now=scene.now)
    return {entry.change.campaign: entry for entry in made if entry.change.campaign in wanted}
