"""Merge is one campaign: what brings several at once can only be reverted at once (pure)."""

from collections.abc import Iterator
from typing import Final

from pipeline.models.campaign import State
from pipeline.models.finding import Finding, Severity
from pipeline.sentence import Sentence
from pipeline.workspace.workspace import Workspace

ONE_CAMPAIGN: Final = "settings/one-campaign"


def several_at_once(before: Workspace, after: Workspace) -> tuple[Finding, ...]:
    """A finding on each campaign that the change touches, when it touches more than one; else nothing.

    Touched is a campaign whose own files differ and that is ready before or after. One that was removed is
    not: taking a delivered campaign's folder away changes nothing. Nor is one that only a shared piece or
    the policy changes. The policy weighs the rule, or switches it off.
    """
    level = after.policy.checklist.severity.get(ONE_CAMPAIGN, "error") if after.policy else "error"
    touched = sorted(name for name in after.campaigns if _touched(name, before, after))
    if len(touched) < 2 or level == "off":  # noqa: PLR2004 one is what is asked for
        return ()
    return tuple(_findings(after, touched, Severity(level)))


def _touched(name: str, before: Workspace, after: Workspace) -> bool:
    ready = any(
        name in side.campaigns and side.campaigns[name].campaign.state is State.READY
        for side in (before, after)
    )
    return ready and _files(name, before) != _files(name, after)


def _files(name: str, side: Workspace) -> dict[str, str]:
    folder = f"campaigns/{name}/"
    return {path: entry.blob for path, entry in side.tree.entries.items() if path.startswith(folder)}


def _findings(after: Workspace, touched: list[str], severity: Severity) -> Iterator[Finding]:
    listed = ", ".join(touched)
    message = Sentence(
        f"This change touches several campaigns: {listed}; a revert of it would stop all of them.",
        f"この変更は複数のキャンペーンに及びます: {listed}。取り消すと、すべてが止まります。",
    )
    remedy = Sentence(
        "Make a pull request for each campaign.",
        "プルリクエストをキャンペーンごとに分けてください。",
    )
    for name in touched:
        folder = after.campaigns[name]
        place = folder.yaml.position(("state",))
        yield Finding(ONE_CAMPAIGN, f"{folder.path}/campaign.yaml", message, remedy, place, severity)
