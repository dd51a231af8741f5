"""What has been heard of a campaign's mail, in people (pure)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """What has been heard of a campaign's accepted mail, in recipients.

    `known` are those of whom anything final was heard: delivered, bounced or lost, each counted once.
    `bounced` are the permanent ones, `lost` those that the transport took and then could not render or
    refused to send. Who complained has been delivered to, so `complained` is a part of `known`, too.
    `newest_at` is when the newest event happened; None while there is none.
    """

    known: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    lost: int = 0
    newest_at: datetime | None = None
