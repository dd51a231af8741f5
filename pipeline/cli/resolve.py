"""postmerge resolve."""

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from pipeline import desk as desks
from pipeline import wiring
from pipeline.cli import resolve_text
from pipeline.cli.options import (
    Place,
    branch_option,
    by_option,
    campaign_argument,
    format_option,
    policy_option,
    somebody_at,
    target_option,
)
from pipeline.clock import SystemClock
from pipeline.delivery.looking import look
from pipeline.desk import Desk
from pipeline.errors import ExitStatus, PipelineError, Refused, UsageError
from pipeline.feedback.event import Event, MessageName, events_in
from pipeline.feedback.proof import Proof, proofs
from pipeline.incident import unknown
from pipeline.incident.unknown import AGAIN, NOT, SENT, Judge, People
from pipeline.ledger.entry import Outcome


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the options say."""

    sent: bool
    not_sent: bool
    send_again: bool
    batch: str | None
    recipients: tuple[str, ...]
    everybody: bool
    events: Path | None

    @property
    def _by_a_person(self) -> bool:
        said = self.sent or self.not_sent or self.send_again or self.batch or self.everybody
        return bool(said or self.recipients)

    @property
    def only_list(self) -> bool:
        """Whether nothing is to be settled."""
        return not (self._by_a_person or self.events)

    @property
    def outcome(self) -> Outcome:
        """What a person says. Raises UsageError when it is not clear."""
        if self.sent == self.not_sent:
            raise UsageError("Say --sent or --not-sent.")
        if self.send_again and self.sent:
            raise UsageError("--send-again goes with --not-sent: who has it gets no second one.")
        return SENT if self.sent else AGAIN if self.send_again else NOT

    def why(self, reason: str | None) -> str:
        """The reason for the record; events are one."""
        if reason is None and self.events is not None:
            return f"events in {self.events.name}"
        return reason or ""

    def judge(self, people: People) -> Judge:
        """Whom it is about, and what is said."""
        if self.events is not None:
            if self._by_a_person:
                raise UsageError("--events goes alone: the events say who, and what.")
            return unknown.by_proof(people, _read_events(self.events))
        if [self.batch is not None, bool(self.recipients), self.everybody].count(True) != 1:
            raise UsageError("Say for whom: --batch WAVE/BATCH, --recipient ID, or --all.")
        if self.batch is not None:
            return unknown.by_batch(*_numbers(self.batch), self.outcome)
        if self.recipients:
            return unknown.by_name(people, frozenset(self.recipients), self.outcome)
        return unknown.everybody(self.outcome)


@click.command()
@campaign_argument()
@click.option("--sent", is_flag=True, help="They have it: counted as accepted.")
@click.option("--not-sent", is_flag=True, help="They do not have it: counted as refused, and not sent again.")
@click.option("--send-again", is_flag=True, help="With --not-sent: order a second try.")
@click.option("--batch", metavar="WAVE/BATCH", help="Everybody of this batch, as in 2/17.")
@click.option(
    "--recipient", "recipients", multiple=True, metavar="ID", help="An id of the contacts, or a tag."
)
@click.option("--all", "everybody", is_flag=True, help="Everybody who is unknown.")
@click.option(
    "--events",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Events of SES, one JSON object a line: whatever they prove.",
)
@click.option("--reason", default=None, help="How you know; it stays on record.")
@by_option()
@format_option("text", "json")
@policy_option()
@target_option()
@branch_option()
@click.pass_obj
def resolve(  # noqa: PLR0917 click hands them over like this
    place: Place,
    /,
    campaign: str,
    reason: str | None,
    by: str | None,
    form: str,
    policy_file: Path | None,
    target: str,
    branch: str,
    **asked: object,
) -> None:
    """List whose outcome is unknown, and settle it on record.

    Without --sent, --not-sent or --events it only lists. The machine never sends anything again by itself.
    """
    wanted = _Asked(**asked)  # type: ignore[arg-type] # click has typed them
    with desks.open_desk(place.start, target, branch, policy_file) as desk:
        if campaign not in desk.ledger.campaigns():
            raise UsageError(f"The ledger knows no campaign {campaign}.")
        status = ExitStatus.FINE
        if not wanted.only_list:
            judge = wanted.judge(People(desk.ledger, desk.archive(), campaign))
            if wanted.send_again:
                _assert_same_mail(place, campaign, target, branch)
            sure = {"reason": wanted.why(reason), "by": somebody_at(by, place.start)}
            told = unknown.resolve(desk.ledger, SystemClock(), campaign, judge, **sure)
            click.echo(resolve_text.told(told), nl=False, err=form == "json")
            status = ExitStatus.FINE if told.complete else ExitStatus.REFUSED
        _show(desk, campaign, form)
    sys.exit(int(status))


def _show(desk: Desk, campaign: str, form: str) -> None:
    undecided, record = desk.ledger.undecided(campaign), desk.ledger.resolutions(campaign)
    if form == "json":
        data = resolve_text.as_data(campaign, undecided, record)
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))
        return
    now, zone = SystemClock().now(), desk.policy.schedule.time_zone
    click.echo(resolve_text.as_text(campaign, undecided, record, now, zone), nl=False)


def _read_events(file: Path) -> dict[MessageName, Proof]:
    """What the events in a file prove; says how many of its lines are none of ours."""
    try:
        written = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PipelineError(f"{file} cannot be read: {error}.") from error
    found = list(events_in(written))
    events = [event for event in found if isinstance(event, Event)]
    if not events:
        raise Refused(
            f"{file} holds no event of a message of ours.",
            "It takes events of SES, bare, from SNS or from EventBridge, one JSON object a line.",
        )
    if len(events) < len(found):
        click.echo(f"{len(found) - len(events):,} of {len(found):,} lines are no event of ours.", err=True)
    return proofs(events)


def _assert_same_mail(place: Place, campaign: str, target: str, branch: str) -> None:
    """A second try is of what they were to get: main must still say it, and its delivery must be open."""
    calling = wiring.Calling(target=target, branch=branch, rehearsal=True)
    with wiring.open_world(place.start, calling) as world:
        if not look(world, campaign, remember=False).is_current:
            raise Refused(
                f"{branch} no longer says what those people were to get, or its delivery has ended.",
                "Nothing was resolved. Use --not-sent alone, and write a campaign for them if they need it.",
            )


def _numbers(written: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,7})", written)
    if found is None:
        raise UsageError(f"--batch {written}: write WAVE/BATCH, as in 2/17.")
    return int(found[1]), int(found[2])
