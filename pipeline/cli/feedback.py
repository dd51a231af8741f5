"""postmerge feedback."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click

from pipeline import desk as desks
from pipeline.cli.narration import Narration
from pipeline.cli.options import Place, branch_option, format_option, policy_option, target_option
from pipeline.clock import SystemClock
from pipeline.delivery.looking import assert_ledger_is_whole
from pipeline.desk import Desk
from pipeline.errors import Refused, UsageError
from pipeline.feedback import suppression
from pipeline.feedback.extract import Suppressing
from pipeline.feedback.heard import Heard
from pipeline.feedback.kept import Kept
from pipeline.feedback.queue import Queue
from pipeline.feedback.reading import Reader, Taken
from pipeline.incident.unknown import Told, resolve_by_events
from pipeline.ledger.entry import State
from pipeline.models.quantity import parse_duration
from pipeline.plan.columns import wrapped
from pipeline.wiring.of_feedback import file_queue_of, queue_of
from pipeline.workspace.git import takes_up

_NOTHING: Final = "No event has come."


@dataclass(frozen=True, slots=True)
class _Campaign:
    """A campaign of which something was heard, or resolved."""

    id: str
    events: int
    heard: Heard
    told: Told


@dataclass(slots=True)
class _Done:
    """What a run has read and settled."""

    target: str
    taken: Taken
    campaigns: list[_Campaign] = field(default_factory=list)
    #: What the suppression list has, by why; None where none was asked for.
    suppressed: Counter[Suppressing] | None = None


@click.command()
@click.option("--for", "limit", metavar="DURATION", help="Stay and wait for more, as in 20m.")
@click.option(
    "--events",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read this file in the place of the queue, one JSON object a line.",
)
@click.option(
    "--suppression",
    "listed",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write who bounced for good or complained, in any campaign, into this list.",
)
@format_option("text", "json", "markdown")
@policy_option()
@target_option()
@branch_option()
@click.pass_obj
def feedback(  # noqa: PLR0917 click hands them over like this
    place: Place,
    /,
    limit: str | None,
    file: Path | None,
    listed: Path | None,
    form: str,
    policy_file: Path | None,
    target: str,
    branch: str,
) -> None:
    """Read what SES reports of mail that has left.

    Events are kept in the archive, and then taken out of the queue. The gate and `status` go by what is
    kept; who is unknown is settled where events prove it. Safe to run twice, and after a kill.

    The list of `--suppression` is a CSV file that `suppression` in policy.yaml can name: it is read again
    when each batch is sent. It holds addresses, so it must lie where git does not take it up.
    """
    if listed is not None and not listed.parent.is_dir():
        raise UsageError(f"--suppression {listed}: there is no folder {listed.parent}.")
    if listed is not None and takes_up(listed):
        raise Refused(
            f"{listed} would hold addresses, and git would take it up.",
            f"Name it in .gitignore, or choose a place outside the repository; and if git has it already: "
            f"git rm --cached {listed}",
        )
    stay = None if limit is None or file is not None else _duration(limit)
    with desks.open_desk(place.start, target, branch, policy_file) as desk, Narration() as narration:
        queue = _queue(desk, target) if file is None else file_queue_of(file)
        done = _read(desk, target, queue, stay, narration)
        if listed is not None:
            done.suppressed = _listed(desk, listed)
    click.echo(_shown(done, form))


def _shown(done: _Done, form: str) -> str:
    if form == "json":
        return json.dumps(as_data(done), ensure_ascii=False, indent=2)
    return as_markdown(done) if form == "markdown" else as_text(done)


def _duration(written: str) -> timedelta:
    try:
        return parse_duration(written)
    except ValueError as error:
        raise UsageError(f"--for {written}: {error}.") from None


def _queue(desk: Desk, target: str) -> Queue:
    if desk.target.feedback is None:
        raise UsageError(
            f"The target {target} reads no events.",
            f"Name the queue in policy.yaml: targets.{target}.feedback: {{sqs: NAME}}.",
        )
    return queue_of(desk.target.feedback, desk.target)


def _read(desk: Desk, target: str, queue: Queue, stay: timedelta | None, narration: Narration) -> _Done:
    clock, archive = SystemClock(), desk.archive()
    # A ledger that has forgotten a campaign would have its events set aside as somebody else's.
    assert_ledger_is_whole(desk.ledger, archive)
    kept = Kept(archive)
    reader = Reader(queue, kept, desk.ledger, clock)

    def tell(page: Taken) -> None:
        for campaign, events in page.ours.items():
            narration.say(campaign, f"{events:,} events kept")

    until = None if stay is None else clock.now() + stay
    done = _Done(target, reader.drain(until=until, stay=stay is not None, tell=tell))
    for campaign in desk.ledger.campaigns():
        told = resolve_by_events(desk.ledger, archive, clock, campaign, kept)
        events = done.taken.ours[campaign]
        if events or told.resolved or told.too_young:
            done.campaigns.append(_Campaign(campaign, events, kept.heard(campaign), told))
    return done


def _listed(desk: Desk, path: Path) -> Counter[Suppressing]:
    archive = desk.archive()
    people = suppression.suppressed(desk.ledger, archive, Kept(archive))
    suppression.write(path, people)
    return Counter(one.why for one in people)


def as_text(done: _Done) -> str:
    """A block for each campaign, in lines of at most 80 columns."""
    blocks = [_block(campaign) for campaign in done.campaigns]
    if done.taken.aside:
        blocks.append(wrapped(_aside(done.taken.aside), rest="  "))
    blocks = blocks or [_NOTHING]
    if done.suppressed is not None:
        blocks.append(wrapped(_suppressed(done.suppressed), rest="  "))
    return "\n".join(blocks)


def _suppressed(counted: Counter[Suppressing]) -> str:
    bounced, complained = counted[Suppressing.BOUNCED], counted[Suppressing.COMPLAINED]
    return f"suppression list: {bounced:,} bounced for good, {complained:,} complained"


def _aside(aside: Counter[str]) -> str:
    listed = "; ".join(f"{count:,} {why}" for why, count in sorted(aside.items()))
    return f"{aside.total():,} set aside in the archive: {listed}"


def _block(campaign: _Campaign) -> str:
    heard, resolved = campaign.heard, campaign.told.resolved
    lines = [f"{campaign.id}: {campaign.events:,} events"]
    so_far = (
        f"so far {heard.delivered:,} delivered, {heard.bounced:,} bounced, {heard.complained:,} complained, "
        f"{heard.lost:,} lost"
    )
    lines.append(wrapped(so_far, first="  ", rest="      "))
    for state, word in ((State.ACCEPTED, "accepted"), (State.REFUSED, "refused")):
        if resolved[state]:
            lines.append(f"  {resolved[state]:,} who were unknown are {word} now")
    if campaign.told.too_young:
        said = f"{campaign.told.too_young:,} stay unknown for now: their sender may still be at work"
        lines.append(wrapped(said, first="  ", rest="      "))
    return "\n".join(lines)


def as_markdown(done: _Done) -> str:
    """A table; for the summary of a workflow's run."""
    last = [] if done.suppressed is None else ["", _suppressed(done.suppressed)]
    if not done.campaigns and not done.taken.aside:
        return "\n".join([_NOTHING, *last])
    lines = ["| campaign | events | delivered | bounced | complained | lost | no longer unknown |"]
    lines.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for one in done.campaigns:
        heard = one.heard
        numbers = (one.events, heard.delivered, heard.bounced, heard.complained, heard.lost)
        counted = " | ".join(f"{number:,}" for number in (*numbers, one.told.resolved.total()))
        lines.append(f"| {one.id} | {counted} |")
    return "\n".join([*lines, *(["", _aside(done.taken.aside)] if done.taken.aside else []), *last])


def as_data(done: _Done) -> dict[str, Any]:
    """The documented JSON."""
    return {
        "target": done.target,
        "campaigns": [
            {
                "id": campaign.id,
                "events": campaign.events,
                "known": campaign.heard.known,
                "delivered": campaign.heard.delivered,
                "bounced": campaign.heard.bounced,
                "complained": campaign.heard.complained,
                "lost": campaign.heard.lost,
                "newest_at": campaign.heard.newest_at.isoformat() if campaign.heard.newest_at else None,
                "accepted": campaign.told.resolved[State.ACCEPTED],
                "refused": campaign.told.resolved[State.REFUSED],
                "too_young": campaign.told.too_young,
            }
            for campaign in done.campaigns
        ],
        "aside": dict(sorted(done.taken.aside.items())),
        "suppression": None
        if done.suppressed is None
        else {why: done.suppressed[why] for why in Suppressing},
    }
