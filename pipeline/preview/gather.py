"""From a workspace to everything that a preview shows of one campaign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pipeline.approvals.requirement import required
from pipeline.checklist.draft import Answer, NoAnswer
from pipeline.checklist.report import CampaignReport
from pipeline.errors import Refused
from pipeline.models.policy import Policy
from pipeline.plan.calendar import in_utc
from pipeline.plan.report import Entry
from pipeline.preview import folder_images, notes, reading
from pipeline.preview.asked import answered
from pipeline.preview.camera import Sitter
from pipeline.preview.counterpart import Counterpart, counterpart_of
from pipeline.preview.layout_findings import Looked, judged, spotted
from pipeline.preview.reading import Link
from pipeline.preview.sheet import BranchRow, Mail, Sheet
from pipeline.preview.studio import Pair, Roll, Studio
from pipeline.render.cast import Cast, Part, cast_of
from pipeline.render.child_process import Spare
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.of_campaign import mail_source
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import EXAMPLE_KEY
from pipeline.render.wire import Errand
from pipeline.sentence import Sentence
from pipeline.workspace.folder import CampaignFolder
from pipeline.workspace.workspace import Workspace

#: Characters of HTML that a frame holds; a mail of more than this is no mail.
_LARGEST_FRAME: Final = 400_000
#: Characters of HTML that a picture is taken of. Gmail clips behind about 100,000 bytes, and a browser needs
#: minutes for the pictures of a million.
_LARGEST_SITTER: Final = 120_000
_MOST_LINKS: Final = 300
#: Mails that took all the time there is, after which the others of the campaign are not tried.
_COSTLY_MAX: Final = 2
_NOT_TRIED: Final = RenderFailure(
    Sentence(
        "This mail was not tried: two before it took too much time.",
        "このメールの作成は試していません。先の2通に時間がかかりすぎたためです。",
    )
)


@dataclass(frozen=True, slots=True)
class Making:
    """What a preview is made of. `before` is what the pull request would change, None without a base."""

    after: Workspace
    before: Workspace | None
    reports: Mapping[str, CampaignReport]
    entries: Mapping[str, Entry]
    studio: Studio | None
    no_camera: Sentence
    now: datetime
    answers: Mapping[str, Answer | NoAnswer]
    spare: Spare


def sheet_of(making: Making, campaign: str) -> Sheet:
    """The sheet of one campaign; of one that cannot be read, its findings and nothing else.

    Raises PipelineError when the process that renders cannot be started.
    """
    workspace, report = making.after, making.reports[campaign]
    folder = workspace.campaigns.get(campaign)
    excerpts = notes.excerpts(report.findings, workspace.tree)
    if folder is None or workspace.policy is None:
        return Sheet(campaign, None, "", report.digest, report, excerpts, blank="unreadable")
    sender = workspace.policy.senders.get(folder.campaign.from_)
    blank = Sheet(
        id=campaign,
        campaign=folder.campaign,
        sender=f"{sender.name} <{sender.address}>" if sender else folder.campaign.from_,
        digest=report.digest,
        report=report,
        excerpts=excerpts,
        entry=making.entries.get(campaign),
        approvals=_approvals(workspace.policy, making.entries.get(campaign)),
        blank="findings",
    )
    segment = workspace.segments.get(folder.campaign.audience.segment or "")
    try:
        source = mail_source(workspace, campaign)
    except (Refused, KeyError):
        return blank
    return _filled(making, blank, folder, source, segment.segment.columns if segment else ())


def _filled(
    making: Making, blank: Sheet, folder: CampaignFolder, source: MailSource, columns: Sequence[str]
) -> Sheet:
    cast = cast_of(source, columns, folder.personas, making.spare)
    last = blank.entry.last if blank.entry is not None else None
    other = counterpart_of(making.before, making.after, folder.id, last)
    now = _rendered(source, cast, making.spare)
    before = _rendered(other.source, cast, making.spare) if other is not None else [None] * len(now)
    rolls = _rolls(making, folder, now, other, before)
    moment = _moment(making.after, folder)
    people = tuple(
        notes.person(part, message, earlier, roll, _mail(message, moment, folder, part, making.answers))
        for part, message, earlier, roll in zip(cast.parts, now, before, rolls, strict=True)
    )
    looked = Looked([roll.measured for roll in rolls], cast, making.no_camera)
    day = (moment or making.now).astimezone(_zone(making.after, folder)).date()
    report = judged(blank.report, folder, making.after, looked, day)
    return replace(
        blank,
        blank="",
        report=report,
        excerpts=notes.excerpts(report.findings, making.after.tree),
        people=spotted(people, looked, report),
        branches=_branches(source, cast),
        attachments=reading.attached(source.attachments),
        facts=notes.facts(folder.campaign.facts, [m for m in now if isinstance(m, Message)], day),
        dates=notes.dates([m for m in now if isinstance(m, Message)], folder.campaign.facts, day),
        against=other.label if other is not None else None,
    )


def _rendered(source: MailSource, cast: Cast, spare: Spare) -> list[Message | RenderFailure | None]:
    """A mail or a failure for everybody; one that takes a child along does not take the others.

    After two that took all the time there is, the others are not tried.
    """
    made: list[Message | RenderFailure | None] = []
    costly = 0
    # not shared: to find out what several mails have in common takes longer than to make these few
    with Renderer(source, EXAMPLE_KEY, errand=Errand.EACH, spare=spare) as renderer:
        for part in cast.parts:
            [result] = renderer.render([part.row]) if costly < _COSTLY_MAX else [_NOT_TRIED.of(part.row.id)]
            costly += isinstance(result, RenderFailure) and result.costly
            made.append(result)
    return made


def _rolls(
    making: Making,
    folder: CampaignFolder,
    now: Sequence[Message | RenderFailure | None],
    other: Counterpart | None,
    before: Sequence[Message | RenderFailure | None],
) -> Sequence[Roll]:
    if making.studio is None:
        return [Roll()] * len(now)
    pairs = []
    for message, earlier in zip(now, before, strict=True):
        sitter = _sitter(message, folder)
        was = _sitter(earlier, other.folder) if other is not None else None
        pairs.append(Pair(sitter, was) if sitter is not None else None)
    taken = iter(making.studio.rolls([pair for pair in pairs if pair is not None]))
    return [Roll() if pair is None else next(taken) for pair in pairs]


def _sitter(message: Message | RenderFailure | None, folder: CampaignFolder) -> Sitter | None:
    if not isinstance(message, Message) or message.html is None:
        return None
    page = message.html[:_LARGEST_SITTER]
    return Sitter(page, folder_images.images_of(page, folder), cut=len(message.html) > _LARGEST_SITTER)


def _mail(
    message: Message | RenderFailure | None,
    moment: datetime | None,
    folder: CampaignFolder,
    part: Part,
    answers: Mapping[str, Answer | NoAnswer],
) -> Mail | None:
    if not isinstance(message, Message):
        return None
    page = message.html
    snippet = reading.text_of_page(page) if page is not None else " ".join(message.text.split())
    frame = None
    if page is not None and len(page) <= _LARGEST_FRAME:
        frame = folder_images.with_images(page, folder)
    raw = message.as_email(moment or datetime.fromisoformat("2000-01-01T00:00:00Z"))
    return Mail(
        subject=reading.cut(message.subject, reading.PHONE_SUBJECT),
        preheader=reading.cut(snippet[:200], reading.PHONE_PREHEADER),
        text=message.text[:_LARGEST_FRAME],
        html_size=len(page.encode()) if page is not None else 0,
        whole=len(raw),
        frame=frame,
        headers=reading.headers_of(raw, part.row.address, dated=moment is not None),
        links=_links(page, message.text, answers),
    )


def _links(page: str | None, text: str, answers: Mapping[str, Answer | NoAnswer]) -> tuple[Link, ...]:
    links = reading.links_of(page, text)[:_MOST_LINKS]
    return tuple(answered(link, answers) for link in links)


def _zone(workspace: Workspace, folder: CampaignFolder) -> ZoneInfo:
    fallback = workspace.policy.schedule.time_zone if workspace.policy is not None else "UTC"
    return ZoneInfo(folder.campaign.schedule.time_zone or fallback)


def _moment(workspace: Workspace, folder: CampaignFolder) -> datetime | None:
    """When it is to leave, where that is known: so that the same files show the same headers."""
    send_at = folder.campaign.schedule.send_at
    return in_utc(send_at, _zone(workspace, folder).key) if isinstance(send_at, datetime) else None


def _branches(source: MailSource, cast: Cast) -> tuple[BranchRow, ...]:
    lost = set(cast.unreached)
    rows = []
    for number, branch in enumerate(cast.branches):
        if branch.fixed:
            continue
        taken = frozenset(part.row.id for part in cast.parts if number in part.taken)
        rows.append(BranchRow(branch, notes.source_line(source, branch), taken, branch in lost))
    return tuple(rows)


def _approvals(policy: Policy, entry: Entry | None) -> tuple[str, ...]:
    """How many must approve, then `test-send` where one is asked for, then the items to confirm."""
    recipients = entry.forecast.recipients if entry is not None and entry.forecast is not None else None
    needed = required(policy.approvals, recipients or 0)
    test = ("test-send",) if policy.approvals.test_send == "required" else ()
    return (str(needed), *test, *policy.checklist.confirm)
