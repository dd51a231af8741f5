"""postmerge test-send."""

import os

import click

from pipeline import wiring
from pipeline.cli.options import Place, by_option, campaign_argument, somebody, target_option
from pipeline.clock import SystemClock
from pipeline.delivery.order_source import target_of
from pipeline.delivery.test_send import send_test
from pipeline.errors import Refused, UsageError
from pipeline.models.finding import blocking
from pipeline.render.unsubscribe import load_key
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace


@click.command("test-send")
@campaign_argument()
@click.option("--to", required=True, metavar="ADDRESS", help="An address that test_send.allow covers.")
@click.option("--ref", metavar="REF", help="The revision to send.  [default: the working tree]")
@by_option()
@target_option()
@click.pass_obj
def test_send(  # noqa: PLR0917 click hands them over like this
    place: Place, campaign: str, to: str, ref: str | None, by: str | None, target: str
) -> None:
    """Send a campaign to yourself, for a few invented people.

    It is recorded with the content digest: without a test send of the same digest, delivery holds.
    """
    clock = SystemClock()
    with Repository.open(place.start) as repository:
        tree = repository.tree(repository.resolve(ref)) if ref else repository.working_tree()
        workspace = loading.load(tree)
        _assert_readable(workspace, campaign)
        if workspace.policy is None:
            raise Refused("policy.yaml cannot be read.", "`postmerge check` says why.")
        chosen = target_of(workspace.policy, target)
        ledger = wiring.ledger_of(repository.root, chosen, repository=workspace.policy.repository)
        try:
            count = send_test(
                workspace,
                campaign,
                to=to,
                by=somebody(by, repository),
                transport=wiring.transport_of(repository.root, chosen, clock, workspace.policy),
                ledger=ledger,
                clock=clock,
                key=load_key(repository.root, os.environ, create=True),
            )
        finally:
            ledger.close()
    click.echo(
        f"{count} test messages sent to {to}, on record for {campaign} {workspace.digest(campaign)[:16]}."
    )


def _assert_readable(workspace: Workspace, campaign: str) -> None:
    if campaign not in workspace.campaigns and campaign not in workspace.broken:
        raise UsageError(f"There is no campaign {campaign}.")
    wrong = blocking(workspace.findings_of(campaign))
    if campaign in workspace.broken or wrong:
        first = f" First: {wrong[0].path}:{wrong[0].position.line}: {wrong[0].message}" if wrong else ""
        raise Refused(f"{campaign} has mistakes that come first.{first}", "`postmerge check` lists them all.")
