"""What is at hand for the rules that need more than files, and why the rest is not."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from pipeline.audience.contacts import Contacts, Resolution
from pipeline.checklist.draft import Earlier, Fetch
from pipeline.checklist.report import Status
from pipeline.checklist.rule import Need
from pipeline.render.check import Rehearsal, rehearsals
from pipeline.sentence import Sentence

#: Reads the ledger: every revision there is, newest first. Raises PipelineError when that cannot be done.
History = Callable[[], tuple[Earlier, ...]]
#: Whether a test send of a campaign, with that content digest, is on record.
Tested = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why something that a rule needs is not there: it could not be made, or is left for delivery."""

    status: Status
    reason: Sentence


#: What `Unmet` says of a need that nobody has brought along.
LEFT_FOR_LATER: Mapping[Need, Unmet] = {
    Need.CONTACTS: Unmet(Status.LATER, Sentence("it needs the contacts", "名簿が必要です")),
    Need.RECORD: Unmet(Status.LATER, Sentence("it needs the ledger", "配信台帳が必要です")),
    Need.NETWORK: Unmet(
        Status.LATER, Sentence("it needs the network (--online)", "ネットワークが必要です(--online)")
    ),
}


@dataclass(frozen=True, slots=True)
class Means:
    """What a run of the checklist has; None for what is left for later."""

    now: datetime
    #: Where people live: their columns can be asked for, also where nobody is looked up.
    contacts: Contacts
    #: The audience as it is being frozen; None to resolve it anew.
    frozen: Resolution | None = None
    #: Whether people are looked up at all.
    looks_up: bool = True
    history: History | None = None
    tested: Tested = lambda _campaign, _digest: False
    fetch: Fetch | None = None
    at_delivery: bool = False
    rehearsals: Callable[[], AbstractContextManager[Rehearsal]] = rehearsals
