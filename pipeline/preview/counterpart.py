"""What a campaign is compared with: itself before, or the last one to the same people."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.errors import Refused
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


def counterpart_of(before: Workspace | None, after: Workspace, campaign: str) -> Counterpart | None:
    """The same campaign at the base, where it differs; for a new one the last to the same segment.

    None without a base, for a campaign that did not change, and where there is nothing to compare with.
    """
    if before is None or before.policy is None:
        return None
    other = campaign if campaign in before.campaigns else _last(before, after.campaigns[campaign])
    if other is None or (other == campaign and before.digest(campaign) == after.digest(campaign)):
        return None
    try:
        return Counterpart(other, before.campaigns[other], mail_source(before, other))
    except (Refused, KeyError):
        return None  # what was broken before is no measure


def _last(before: Workspace, new: CampaignFolder) -> str | None:
    segment = new.campaign.audience.segment
    same = [folder for folder in before.campaigns.values() if folder.campaign.audience.segment == segment]
    return max(same, key=_when).id if segment is not None and same else None


def _when(folder: CampaignFolder) -> tuple[str, str]:
    """For the order: by the time it is to leave, those without one first."""
    send_at = folder.campaign.schedule.send_at
    return (send_at.isoformat() if isinstance(send_at, datetime) else "", folder.id)
