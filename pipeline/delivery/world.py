"""Everything outside that a delivery touches, in one value; wiring fills it."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from pipeline.approvals.reviews import Reviews
from pipeline.archive.store import Archive
from pipeline.audience.contacts import Contacts
from pipeline.checklist.draft import Fetch
from pipeline.clock import Clock
from pipeline.delivery.feedback import Feedback
from pipeline.delivery.mainline import Mainline
from pipeline.delivery.pace import Pace, Pacing
from pipeline.delivery.sight import Sight
from pipeline.delivery.transport import Transport
from pipeline.ledger.store import Ledger
from pipeline.models.policy import Policy
from pipeline.render.unsubscribe import UnsubscribeKey

#: Told what happens as it happens: the campaign and a sentence.
Narrate = Callable[[str, str], None]
#: Told how a campaign stands whenever it has been looked at.
Show = Callable[[Sight], None]


def silent(_campaign: str, _sentence: str) -> None:
    """Nobody listens."""


def unseen(_sight: Sight) -> None:
    """Nobody looks."""


def never() -> bool:
    """Nobody asks to stop."""
    return False


@dataclass(frozen=True, slots=True)
class World:
    """The adapters of one target, and what the caller wants to hear and to say.

    `sender` names this process in reservations. `stopping` is asked before every batch. `reviews` is made
    anew for each policy, because the policy says who may approve.
    """

    main: Mainline
    contacts: Contacts
    ledger: Ledger
    archive: Archive
    transport: Transport
    reviews: Callable[[Policy], Reviews]
    clock: Clock
    key: UnsubscribeKey
    sender: str
    #: Where calls are made, and how many may be under way at once.
    executor: Executor
    in_flight: int = 1
    #: Where events are read from; None where the target names nothing.
    feedback: Feedback | None = None
    stopping: Callable[[], bool] = field(default=never)
    narrate: Narrate = field(default=silent)
    show: Show = field(default=unseen)
    #: Asks addresses that a mail links to; None where nobody can.
    fetch: Fetch | None = None
    #: Commits, campaigns and days whose checklist was green: so far it is a function of them, once is enough.
    green: set[tuple[str, str, str]] = field(default_factory=set, compare=False)
    #: One pace for everything that leaves: a new one would begin with a full second's worth again.
    paces: dict[tuple[str, float], Pace] = field(default_factory=dict, compare=False)

    def pacing(self, rate: float, domains: Mapping[str, float]) -> Pacing:
        """The paces in recipients per second, of everything and by domain; the same for every campaign."""
        slow = {domain: self._pace(domain, most) for domain, most in domains.items()}
        return Pacing(self._pace("", rate), slow, self.clock)

    def _pace(self, of: str, rate: float) -> Pace:
        return self.paces.setdefault((of, rate), Pace(rate, self.clock))
