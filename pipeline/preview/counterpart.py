"""What a campaign is compared with: itself before, or the last one to the same people."""

from dataclasses import dataclass

from pipeline.errors import Refused
from pipeline.plan.earlier import Last
from pipeline.render.of_campaign import mail_source
from pipeline.render.source import MailSource
from pipeline.workspace.folder import CampaignFolder
from pipeline.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The other mail; `label` is the campaign's id."""

    label: str
    folder: CampaignFolder
    source: MailSource


def counterpart_of(
    before: Workspace | None, after: Workspace, campaign: str, last: Last | None
) -> Counterpart | None:
    """The same campaign at the base, where it differs; for a new one the `last` to the same segment.

    None without a base, for a campaign that did not change, and where there is nothing to compare with.
    """
    if before is None or before.policy is None:
        return None
    other = campaign if campaign in before.campaigns else last.campaign if last is not None else None
    if other is None or (other == campaign and before.digest(campaign) == after.digest(campaign)):
        return None
    try:
        return Counterpart(other, before.campaigns[other], mail_source(before, other))
    except (Refused, KeyError):
        return None  # what was broken before is no measure, nor what main no longer has
