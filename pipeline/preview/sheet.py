"""Everything that a preview shows, as plain values; the page only puts it in place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pipeline.checklist.report import CampaignReport
from pipeline.models.campaign import Campaign
from pipeline.models.finding import Finding
from pipeline.plan.report import Entry
from pipeline.preview.differences import Change
from pipeline.preview.measured import Box
from pipeline.preview.picture import Picture
from pipeline.preview.reading import Attached, Cut, Link
from pipeline.render.branch import Branch
from pipeline.render.cast import Part
from pipeline.render.failure import RenderFailure
from pipeline.sentence import SILENCE, Language, Sentence

_NO_CHANGE: Final = Change()


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of a picture that a finding speaks of; `box` is in CSS pixels of the mail."""

    box: Box
    message: Sentence


@dataclass(frozen=True, slots=True)
class View:
    """The mail in one mode, or in several that look alike: the picture, and the one before where it differs.

    `cut` says that the mail is longer than the picture.
    """

    modes: tuple[str, ...]
    picture: Picture
    cut: bool = False
    before: Picture | None = None
    change: Change = _NO_CHANGE
    spots: tuple[Spot, ...] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, read. Sizes are bytes; `whole` is the size of the mail as it travels, attachments included.

    `frame` is the HTML for a sandboxed frame, None where there is no HTML or too much of it.
    """

    subject: Cut
    preheader: Cut
    text: str
    html_size: int
    whole: int
    frame: str | None = field(repr=False)
    headers: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person: the mail, or why there is none; `unseen` says why there are no pictures of it."""

    part: Part
    mail: Mail | None
    failure: RenderFailure | None = None
    views: tuple[View, ...] = ()
    unseen: str = ""
    #: Lines that are gone, come, or the same: `-`, `+` or a blank, then the line.
    text_change: tuple[str, ...] = ()
    subject_before: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the copy must agree with, and the parts of the mail that say it."""

    group: str
    name: str
    value: str
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in the copy. `meant` is None for a day that does not exist.

    `agrees` is whether the weekday beside it is that of the day, `assumed` whether the copy leaves out the
    year, `declared` whether the campaign's facts know the day.
    """

    written: str
    meant: date | None
    agrees: bool
    assumed: bool
    declared: bool
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchRow:
    """One branch, the line of the template where it stands, and the ids of who takes it."""

    branch: Branch
    source: str
    taken_by: frozenset[str]
    lost: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One campaign. `against` names the campaign that it is compared with, if there is one."""

    id: str
    campaign: Campaign | None
    sender: str
    digest: str | None
    report: CampaignReport
    excerpts: Mapping[Finding, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    branches: tuple[BranchRow, ...] = ()
    attachments: tuple[Attached, ...] = ()
    facts: tuple[Fact, ...] = ()
    dates: tuple[DateFound, ...] = ()
    entry: Entry | None = None
    approvals: tuple[str, ...] = ()
    against: str | None = None
    #: Why nothing can be shown but the findings.
    blank: str = ""


@dataclass(frozen=True, slots=True)
class Album:
    """One pull request. `camera` names the browser; `no_camera` says why there is none."""

    language: Language
    revision: str
    base: str | None
    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...] = ()
    camera: str = ""
    no_camera: Sentence = SILENCE
    #: Whether Japanese letters are boxes in the pictures.
    no_fonts: bool = False
    #: What a page of so many campaigns has no room for: `frames`, `dark` (and the frames), or nothing.
    left_out: str = ""
