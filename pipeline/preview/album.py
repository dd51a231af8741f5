"""Making a preview: the campaigns that are asked for, and the pictures of each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.audience.contacts import Contacts
from pipeline.checklist.draft import Answer, NoAnswer
from pipeline.checklist.report import Report
from pipeline.ledger.store import Ledger
from pipeline.plan import report as planning
from pipeline.plan.report import Entry
from pipeline.preview.gather import Making, sheet_of
from pipeline.preview.sheet import Album
from pipeline.preview.studio import Studio
from pipeline.render.child_process import Spare
from pipeline.sentence import SILENCE, Sentence
from pipeline.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Scene:
    """What a preview is made from. `before` is None without a base; `base` is what people call it.

    `studio` takes the pictures; where there is none, `no_camera` says why.
    """

    after: Workspace
    before: Workspace | None
    base: str | None
    report: Report
    contacts: Contacts
    ledger: Ledger | None
    now: datetime
    studio: Studio | None
    no_camera: Sentence = SILENCE
    no_fonts: bool = False
    #: What came back from the pages that were asked, by address.
    answers: Mapping[str, Answer | NoAnswer] = field(default_factory=dict)


def album_of(scene: Scene, progress: Callable[[str], None] = lambda _campaign: None) -> Album:
    """The album of the campaigns in `scene.report`; `progress` hears of each before its turn.

    Raises PipelineError when the process that renders cannot be started.
    """
    entries = _entries(scene, (each.id for each in scene.report.campaigns))
    reports = {each.id: each for each in scene.report.campaigns}
    sheets = []
    with Spare() as spare:
        making = Making(
            scene.after,
            scene.before,
            reports,
            entries,
            scene.studio,
            scene.no_camera,
            scene.now,
            scene.answers,
            spare,
        )
        for campaign in reports:
            progress(campaign)
            sheets.append(sheet_of(making, campaign))
    if scene.studio is not None:
        scene.studio.forget()
    return Album(
        language=scene.after.language,
        revision=scene.after.label,
        base=scene.base,
        sheets=tuple(sheets),
        findings=scene.report.findings,
        camera=scene.studio.name if scene.studio is not None else "",
        no_camera=scene.no_camera,
        no_fonts=scene.no_fonts and scene.studio is not None,
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
