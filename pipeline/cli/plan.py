"""postmerge plan."""

import json

import click

from pipeline import wiring
from pipeline.cli.options import Place, format_option, target_option
from pipeline.clock import SystemClock
from pipeline.delivery.order_source import target_of
from pipeline.errors import Refused
from pipeline.models.policy import Policy, Ses
from pipeline.plan import describe, report
from pipeline.sentence import Sentence
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from pipeline.workspace.workspace import Workspace


@click.command()
@click.option("--base", default="main", show_default=True, metavar="REF", help="What would be merged into.")
@click.option("--head", metavar="REF", help="What would be merged.  [default: the working tree]")
@format_option("text", "json", "markdown")
@target_option()
@click.pass_obj
def plan(place: Place, base: str, head: str | None, form: str, target: str) -> None:
    """Say what merging this branch would cause.

    For each campaign: who gets it, when, and what is unusual.
    """
    with Repository.open(place.start) as repository:
        tree = repository.tree(repository.resolve(head)) if head else repository.working_tree()
        after = loading.load(tree)
        entries = entries_of(repository, after, base, target, head or "HEAD")
    language = policy_of(after).language
    match form:
        case "json":
            click.echo(json.dumps(describe.as_data(entries), ensure_ascii=False, indent=2))
        case "markdown":
            click.echo(describe.as_markdown(entries, language), nl=False)
        case _:
            click.echo(describe.as_text(entries, language), nl=False)


def policy_of(workspace: Workspace) -> Policy:
    """The policy. Raises Refused when it cannot be read."""
    if workspace.policy is None:
        raise Refused(
            Sentence(
                "policy.yaml cannot be read, so nothing can be planned.",
                "policy.yamlを読み取れないため、配信の計画を表示できません。",
            ),
            Sentence("`postmerge check` says why.", "`postmerge check`で理由を確認してください。"),
        )
    return workspace.policy


def entries_of(
    repository: Repository, after: Workspace, base: str, target: str, head: str = "HEAD"
) -> tuple[report.Entry, ...]:
    """What merging `after` would cause where `head` left `base`."""
    before = loading.load(repository.tree(repository.fork_point(base, head)))
    policy = policy_of(after)
    chosen = target_of(policy, target)
    ledger = wiring.ledger_of(repository.root, chosen, repository=policy.repository, rehearsal=True)
    try:
        return report.make(
            before,
            after,
            contacts=wiring.contacts_of(repository.root),
            ledger=ledger,
            now=SystemClock().now(),
            sharing=isinstance(chosen.transport, Ses),
            events=chosen.feedback is not None,
        )
    finally:
        ledger.close()
