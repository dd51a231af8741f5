"""Why mail is not going out: scope, reason, who, when."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: The scope of a hold on every campaign.
EVERYTHING = "*"


class HoldKind(StrEnum):
    """What kind of reason it is."""

    #: A person pulled the brake.
    HALT = "halt"
    #: Past its latest start; it asks.
    LATE = "late"
    #: The verdict on a wave.
    GATE = "gate"
    #: An incident has frozen the campaign.
    FREEZE = "freeze"
    # From here on they follow from the world and go when the world changes; they are not placed.
    STATE = "state"
    BROKEN = "broken"
    SCHEDULED = "scheduled"
    UNDO_WINDOW = "undo-window"
    QUIET_HOURS = "quiet-hours"
    SOAK = "soak"
    APPROVAL = "approval"
    TEST_SEND = "test-send"
    CHECKLIST = "checklist"
    BOUNDS = "bounds"
    MOVED = "moved"


#: Holds that a person placed or must lift; they live in the ledger.
PLACED = frozenset({HoldKind.HALT, HoldKind.LATE, HoldKind.GATE, HoldKind.FREEZE})


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason why mail does not go out. `scope` is a campaign id or `*` for all.

    `about` narrows what a lifted hold has settled: the order that was late, the wave that was judged.
    `until` is known where only time is missing.
    """

    scope: str
    kind: HoldKind
    reason: str
    by: str
    since: datetime
    about: str = ""
    until: datetime | None = None

    @property
    def id(self) -> str:
        """A hash of what it says; the same hold placed twice is one."""
        parts = [self.scope, self.kind, self.about, self.reason, self.by, self.since.isoformat()]
        text = "\0".join(parts)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def applies_to(self, campaign: str) -> bool:
        """Whether it stops this campaign."""
        return self.scope in {campaign, EVERYTHING}


@dataclass(frozen=True, slots=True)
class Lift:
    """A person's word that a hold no longer stands."""

    hold: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HeldBack:
    """The answer to a reservation while holds stand."""

    holds: tuple[Hold, ...]
