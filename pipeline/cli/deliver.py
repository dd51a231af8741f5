"""postmerge deliver, postmerge watch."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from types import FrameType

import click

from pipeline import wiring
from pipeline.cli import opening, status_text
from pipeline.cli.narration import Narration
from pipeline.cli.options import Place, branch_option, campaigns_argument, target_option
from pipeline.clock import Clock, ManualClock, SystemClock, shown
from pipeline.delivery.aside import Aside
from pipeline.delivery.dispatch import Delivered
from pipeline.delivery.dispatch import deliver as deliver_once
from pipeline.delivery.mainline import Mainline
from pipeline.delivery.showing import stopped
from pipeline.delivery.status import Progress
from pipeline.delivery.stopping import stop_only
from pipeline.delivery.world import World
from pipeline.errors import ExitStatus, UsageError
from pipeline.ledger.store import Ledger
from pipeline.models.quantity import parse_duration
from pipeline.workspace.remote import MainUnknown

#: How often a watch looks at main while nothing is due.
_LOOK_EVERY = timedelta(seconds=5)
_SHORTEST = timedelta(milliseconds=200)
#: Ctrl-C, a polite kill, a terminal that is closed, our own alarm.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
#: Whose rest the next run sends, as far as nothing else holds it.
_UNDER_WAY = frozenset({Progress.SENDING, Progress.SOAKING})
#: A rehearsal that is not over by then is held by something that time does not lift.
_REHEARSED_FOR = timedelta(days=400)


@dataclass(slots=True)
class Stop:
    """Set from outside: the batch in flight finishes, then the sender leaves."""

    asked: bool = False

    def __call__(self) -> bool:
        """Whether to leave."""
        return self.asked


@contextmanager
def _listening(stop: Stop, clock: Clock, limit: timedelta | None = None) -> Iterator[None]:
    """Signals ask to stop, and so does an alarm after `limit`; what the caller ignores (nohup) stays so."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.asked = True
        clock.wake()

    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heard}
    if limit is not None:
        # An alarm, not a look at the clock: it also ends the wait for the rate. Zero would switch it off.
        signal.setitimer(signal.ITIMER_REAL, max(limit.total_seconds(), 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, earlier in before.items():
            signal.signal(number, earlier)


@click.command()
@campaigns_argument()
@click.option("--dry-run", is_flag=True, help="Play the whole delivery by a manual clock; nothing leaves.")
@click.option("--for", "limit", metavar="DURATION", help="Stop by itself at a batch border, as in 5h.")
@click.option("--wait", metavar="DURATION", help="Stay while the next step is due within so long, as in 45m.")
@click.option("--stops-only", is_flag=True, help="Only hold in the ledger what main no longer wants.")
@click.option("--deployments", metavar="NAME", help="Show it at GitHub, as deployments of this environment.")
@target_option()
@branch_option()
@click.pass_obj
def deliver(
    place: Place,
    *,
    campaigns: tuple[str, ...],
    dry_run: bool,
    limit: str | None,
    wait: str | None,
    stops_only: bool,
    deployments: str | None,
    target: str,
    branch: str,
) -> None:
    """Take every step that is due, and return.

    It brings the world to what main says at this moment. Safe to run again, twice at once, and after a
    crash: nobody gets a campaign twice. Ctrl-C finishes the batch in flight. Without CAMPAIGN, all of them.
    """
    calling = wiring.Calling(target=target, branch=branch, deployments=deployments)
    if dry_run or stops_only:
        _without_mail(place, calling, dry_run=dry_run, campaigns=campaigns)
        return
    stop = Stop()
    longest = None if limit is None else _duration("--for", limit)
    patience = timedelta(0) if wait is None else _duration("--wait", wait)
    with _listening(stop, calling.clock, longest), Narration() as narration:
        calling = replace(calling, stopping=stop, narrate=narration.say)
        with wiring.open_world(place.start, calling) as world:
            done = _stay(world, stop, campaigns, patience)
            zone = wiring.zone_of(world)
    _tell(done, zone)
    if stop():
        click.echo(_left_over(done))
    sys.exit(int(_exit_status(done)))


@click.command()
@target_option()
@branch_option()
@click.pass_obj
def watch(place: Place, target: str, branch: str) -> None:
    """Deliver for ever, each step when it is due.

    It looks at main every few seconds. Ctrl-C finishes the batch in flight.
    """
    clock = SystemClock()
    stop = Stop()
    with _listening(stop, clock), Narration() as narration:
        calling = wiring.Calling(target, branch, clock, stop, narration.say)
        with wiring.open_world(place.start, calling) as world:
            zone = wiring.zone_of(world)
            done = _watch(world, clock, stop)
    if done is not None:
        _tell(done, zone)


def _without_mail(
    place: Place, calling: wiring.Calling, *, dry_run: bool, campaigns: tuple[str, ...]
) -> None:
    if dry_run:
        _rehearse(place, calling, campaigns)
        return
    with Narration() as narration:
        told = replace(calling, narrate=narration.say)
        with opening.open_for_stops(place.start, told) as (main, ledger, aside):
            hold_what_is_gone(main, ledger, aside, told)


def hold_what_is_gone(main: Mainline, ledger: Ledger, aside: Aside | None, calling: wiring.Calling) -> None:
    """Hold what main no longer wants, and show that."""
    for campaign in stop_only(main, ledger, calling.clock, calling.narrate):
        if aside is not None:
            aside.say(stopped(campaign))


def _stay(world: World, stop: Stop, campaigns: tuple[str, ...], patience: timedelta) -> Delivered:
    """Deliver, and again, while the next step is due soon: an undo window, the wait after a wave."""
    while True:
        done = deliver_once(world, campaigns)
        due = done.next_due
        if stop() or due is None or done.troubles or due - world.clock.now() > patience:
            return done
        world.clock.sleep(max(due - world.clock.now(), _SHORTEST))


def _watch(world: World, clock: Clock, stop: Stop) -> Delivered | None:
    done, told = None, ""
    while not stop():
        try:
            done, told = deliver_once(world), ""
        except MainUnknown as trouble:
            # The remote is away, and comes back. Once is enough to say so.
            if trouble.sentence != told:
                told = trouble.sentence
                click.echo(told, err=True)
            clock.sleep(_LOOK_EVERY)
            continue
        wait = _LOOK_EVERY if done.next_due is None else min(_LOOK_EVERY, done.next_due - clock.now())
        clock.sleep(max(wait, _SHORTEST))
    return done


def _rehearse(place: Place, calling: wiring.Calling, campaigns: tuple[str, ...]) -> None:
    clock = ManualClock(SystemClock().now())
    end = clock.now() + _REHEARSED_FOR
    # A rehearsal from the first look on: opening the real ledger would make one.
    rehearsal = replace(calling, clock=clock, rehearsal=True, deployments=None)
    with wiring.open_world(place.start, rehearsal) as opened:
        zone = wiring.zone_of(opened)

        def say(campaign: str, sentence: str) -> None:
            click.echo(f"{shown(clock.now(), zone)}  {campaign}: {sentence}")

        # Nobody hears anything of mail that has not left.
        world = replace(opened, narrate=say, feedback=None)
        done = deliver_once(world, campaigns)
        while done.next_due is not None and done.next_due < end and not done.troubles:
            clock.sleep(done.next_due - clock.now())
            done = deliver_once(world, campaigns)
    click.echo("\nRehearsed only: nothing has left, nothing was written. It would end like this:\n")
    _tell(done, zone)
    sys.exit(int(_exit_status(done)))


def _duration(option: str, written: str) -> timedelta:
    try:
        return parse_duration(written)
    except ValueError as error:
        raise UsageError(f"{option} {written}: {error}.") from None


def _tell(done: Delivered, zone: str) -> None:
    told = [status for status in done.statuses if status.progress is not Progress.DRAFT]
    click.echo(status_text.as_text(told, zone) if told else "No campaign is ready on main.\n", nl=False)
    if done.next_due is not None:
        click.echo(f"\nNext: {shown(done.next_due, zone)}")


def _left_over(done: Delivered) -> str:
    """What a run that was stopped leaves to the next one."""
    rest = sum(status.account.held for status in done.statuses if status.progress in _UNDER_WAY)
    return f"Stopped at a batch border, {rest:,} recipients are still to go; run it again to go on."


def _exit_status(done: Delivered) -> ExitStatus:
    if done.troubles:
        for trouble in done.troubles:
            click.secho(f"postmerge: {trouble.sentence}", fg="red", err=True)
            if trouble.remedy:
                click.echo(f"  {trouble.remedy}", err=True)
        return ExitStatus.BROKEN
    held = any(status.progress is Progress.HELD for status in done.statuses)
    return ExitStatus.REFUSED if held else ExitStatus.FINE
