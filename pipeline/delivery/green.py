"""Whether the checklist is green for what main says now; asked once for each commit."""

from pipeline.checklist.report import Item, Status
from pipeline.checklist.run import run
from pipeline.delivery.world import World
from pipeline.models.finding import blocking


def blocking_sentence(world: World, commit: str, campaign: str) -> str | None:
    """What of the checklist does not hold, as one sentence; None when it is green.

    At delivery nothing is left for later: an item that still waits for the contacts blocks.
    """
    if (commit, campaign) in world.green:
        return None
    more = world.main.yamllint(commit)
    (report,) = run(world.main.workspace(commit), [campaign], world.contacts, more).campaigns
    wrong = [
        f"{finding.path}:{finding.position.line}: {finding.message}" for finding in blocking(report.findings)
    ]
    wrong += [
        _unanswered(item) for item in report.items if item.status in {Status.COULD_NOT_RUN, Status.LATER}
    ]
    if not wrong:
        world.green.add((commit, campaign))
        return None
    rest = f" (and {len(wrong) - 1} more; see postmerge check)" if len(wrong) > 1 else ""
    return f"the checklist is not green: {wrong[0]}{rest}"


def _unanswered(item: Item) -> str:
    return f"{item.rule} could not be checked: {item.reason}"
