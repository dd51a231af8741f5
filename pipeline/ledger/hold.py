"""Why mail is not going out: scope, reason, who, when."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: The scope of a hold on every campaign.
EVERYTHING = "*"
#: Who places and lifts what follows from the world; no person is called that.
MACHINE = "postmerge"


class HoldKind(StrEnum):
    """What kind of reason it is."""

    #: A person pulled the brake.
    HALT = "halt"
    #: Main no longer wants what a merge ordered; a merge that does, and came after it, lets go of it.
    STOPPED = "stopped"
    #: A branch `halt/…` on the remote pulls it; it goes when that branch is deleted.
    HALT_BRANCH = "halt-branch"
    #: Past its latest start; it asks.
    LATE = "late"
    #: The verdict on a wave.
    GATE = "gate"
    #: An incident has frozen the campaign.
    FREEZE = "freeze"
    #: The checklist is not green.
    CHECKLIST = "checklist"
    #: The audience is outside what was approved.
    BOUNDS = "bounds"
    #: Today's quota of the transport is used up.
    QUOTA = "quota"
    #: The transport refused to send, or could not be reached.
    TRANSPORT = "transport"
    #: Its files on `main` cannot be read.
    BROKEN = "broken"
    #: Not approved as the policy asks.
    APPROVAL = "approval"
    #: No test send of exactly this content.
    TEST_SEND = "test-send"
    #: The schedule or the audience rule is no longer what was approved.
    MOVED = "moved"
    #: Not yet time.
    SCHEDULED = "scheduled"
    #: The wait after the merge.
    UNDO_WINDOW = "undo-window"
    QUIET_HOURS = "quiet-hours"
    #: The wait after a wave.
    SOAK = "soak"


#: A person lifts these, with a reason. The others go by themselves when the world changes.
LIFTED_BY_A_PERSON = frozenset(
    {HoldKind.HALT, HoldKind.LATE, HoldKind.GATE, HoldKind.FREEZE, HoldKind.STOPPED}
)
#: A person who has mended the transport need not wait until the next try.
RELEASABLE = LIFTED_BY_A_PERSON | {HoldKind.TRANSPORT}
#: Only time is missing.
LIFTED_BY_TIME = frozenset({HoldKind.SCHEDULED, HoldKind.UNDO_WINDOW, HoldKind.QUIET_HOURS, HoldKind.SOAK})


@dataclass(frozen=True, slots=True)
class Hold:
    """A reason why mail does not go out. `scope` is a campaign id or `*` for all.

    `about` narrows what a lifted hold has settled: the verdict that was judged.
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
