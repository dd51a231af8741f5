"""postmerge demo."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli import status_text
from pipeline.cli.options import Place
from pipeline.clock import ManualClock
from pipeline.demo.play import Ending, Play
from pipeline.demo.stage import examples_near, set_up
from pipeline.plan import describe, report
from pipeline.workspace.workspace import Workspace

#: 2026-11-30 12:00 in Tokyo, 22 hours before the winter sale leaves.
_BEGINS = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@click.command()
@click.pass_obj
def demo(place: Place) -> None:
    """Play the whole way on the example campaigns.

    In a temporary repository, two campaigns are written, checked, approved and merged; one goes out
    completely, the other is reverted in the middle. The clock is a manual one, so days take seconds.
    Nothing leaves this machine.
    """
    examples = examples_near(place.start)
    root = Path(tempfile.mkdtemp(prefix="postmerge-demo-"))
    click.echo(f"A temporary repository: {root}\n")
    ending = Play(set_up(examples, root, ManualClock(_BEGINS)), click.echo).perform(_plan_text)
    _tell(ending, root)


def _plan_text(entries: tuple[report.Entry, ...], workspace: Workspace) -> str:
    language = workspace.policy.language if workspace.policy else "en"
    return describe.as_text(entries, language)


def _tell(ending: Ending, root: Path) -> None:
    click.echo("\n5. How it stands\n")
    click.echo(status_text.as_text(ending.statuses, ending.zone))
    for campaign, messages in ending.messages.items():
        click.echo(f"{campaign}: {messages:,} messages in the outbox, nobody has two.")
    click.echo(f"\nThe mails (open one with a mail program): {ending.outbox}")
    click.echo(f"Ledger and archive:                       {root / '.postmerge'}")
    click.echo(f"Look around: postmerge -C {root} status")
