"""What happens in a run, from its seed alone (pure)."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.chaos.stage import GONE
from tests.chaos.trap import POINTS

Json = dict[str, Any]
#: Small batches, so that there are many of them: nine of ten of what is told, cut to whole recipients.
_ACCOUNT: Final[Json] = {"told_send_rate": 6.0, "max_24_hour_send": 50_000.0}
#: How a call can go wrong, with its share of the chance.
_FAULTS: Final = (
    "throttle",
    "error",
    "expired",
    "close_before",
    "error_after",
    "hang",
    "close",
    "cut",
    "cut_connection",
    "html",
    "empty",
    "short",
)
#: Faults after which nobody can know whether the mail has left.
AMBIGUOUS: Final = frozenset(_FAULTS) - {"throttle", "expired"}
_STATUSES: Final = (
    "ACCOUNT_THROTTLED",
    "TRANSIENT_FAILURE",
    "MESSAGE_REJECTED",
    "FAILED",
    "ACCOUNT_SENDING_PAUSED",
    "ACCOUNT_DAILY_QUOTA_EXCEEDED",
)
#: Where main can be while something is to leave, and while nothing is.
READY: Final = ("ready", "unrelated", "again", "amended")
STOPPED: Final = ("reverted", "stopped", "broken", "unapproved")


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a script: what is done, and with what."""

    what: str
    said: Json = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.what} {self.said or ''}".strip()


@dataclass(frozen=True, slots=True)
class Script:
    """A run. `lasting` is whether it ends with main wanting the campaign to go out."""

    seed: str
    account: Json
    events: tuple[Event, ...]
    lasting: bool


class _Writer:
    """Writes events with the chance of one seed."""

    def __init__(self, seed: str, *, dynamodb: bool) -> None:
        self.chance = random.Random(seed)
        self.events: list[Event] = []
        self._dynamodb = dynamodb
        self._senders = 0

    def say(self, what: str, **said: Any) -> None:
        self.events.append(Event(what, said))

    def start(self, *, trapped: bool = False, stubborn: bool | None = None, trap: Json | None = None) -> str:
        """A sender, perhaps one that a trap waits for."""
        self._senders += 1
        name = f"s{self._senders}"
        chance, trap = self.chance, trap or {}
        if trapped:
            points = [point for point in POINTS if not (self._dynamodb and point == "commit")]
            trap = {"point": chance.choice(points), "nth": chance.randint(1, 3)}
            if trap["point"].endswith(("open_revision", "create", "record_order")):
                trap["nth"] = 1
            if chance.random() < 0.4:
                trap["seconds"] = chance.uniform(0.0002, 0.02)
        stubborn = chance.random() < 0.5 if stubborn is None else stubborn
        self.say("start", name=name, trap=trap, stubborn=stubborn)
        return name

    def one_or_two(self, **more: Any) -> list[str]:
        return [self.start(**more) for _ in range(self.chance.choice([1, 1, 2]))]

    def sometime(self, *, sending: bool = False) -> None:
        """Let the senders get somewhere: into their calls, or anywhere in some milliseconds."""
        if sending:
            self.say("until accepted", more=self.chance.randint(1, 10))
        elif self.chance.random() < 0.7:
            self.say("until accepted", more=self.chance.randint(1, 14))
        else:
            self.say("milliseconds", count=self.chance.uniform(0, 60))


def _kills(w: _Writer) -> None:
    """Senders that die somewhere, one after the other."""
    for _ in range(w.chance.randint(1, 3)):
        w.start(trapped=True)
        w.say("until all have ended")


def _two_with_kills(w: _Writer) -> None:
    """Two at once: one or both die, by a trap or by whoever has the right to."""
    first, second = w.start(trapped=w.chance.random() < 0.6), w.start(trapped=w.chance.random() < 0.6)
    if w.chance.random() < 0.6:
        w.sometime()
        w.say("kill", name=w.chance.choice([first, second]))
    if w.chance.random() < 0.5:
        w.start()
    w.say("until all have ended")


def _halt(w: _Writer) -> None:
    """The brake while somebody sends; later the release."""
    w.start(stubborn=True)
    if w.chance.random() < 0.5:
        w.start(trapped=w.chance.random() < 0.6)
    w.sometime(sending=w.chance.random() < 0.8)
    scope = w.chance.choice(["sale", "*"])
    w.say("halt", scope=scope)
    if w.chance.random() < 0.3:
        w.start(trapped=w.chance.random() < 0.5)
    if w.chance.random() < 0.5:
        w.say("until all have ended")
    w.say("release", scope=scope)


def _stop(w: _Writer) -> None:
    """main no longer wants it, in the middle; later it does again."""
    w.one_or_two(stubborn=True, trapped=w.chance.random() < 0.4)
    w.sometime(sending=w.chance.random() < 0.5)
    w.say("main", at=w.chance.choice(STOPPED))
    if w.chance.random() < 0.6:
        w.start(trapped=w.chance.random() < 0.5)
    if w.chance.random() < 0.7:
        w.say("until all have ended")
    w.say("main", at=w.chance.choice(READY))


def _amend(w: _Writer) -> None:
    """Other content, approved, in the middle; and back, as a re-run of something old would."""
    for _ in range(w.chance.randint(1, 2)):
        w.one_or_two(trapped=w.chance.random() < 0.5)
        w.sometime()
        w.say("main", at=w.chance.choice(["amended", "amended", "unrelated", "again"]))


def _faults(w: _Writer) -> None:
    """Calls and entries go wrong, while one or two send."""
    chance, faults = w.chance, []
    for _ in range(chance.randint(1, 3)):
        kind = chance.choice([*_FAULTS, *["entry"] * 4])
        fault: Json = {"kind": kind, "operation": "SendBulkEmail", "times": chance.randint(1, 2)}
        if kind == "entry":
            fault |= {"entry_status": chance.choice(_STATUSES), "position": chance.randint(0, 3)}
        faults.append(fault | {"nth": chance.randint(1, 6)})
    w.say("faults", faults=faults)
    for _ in range(chance.randint(1, 3)):
        w.one_or_two(trapped=chance.random() < 0.2, stubborn=chance.random() < 0.7)
        w.say("until all have ended")


def _clock(w: _Writer) -> None:
    """The clock is set, forward past every bound or back."""
    for _ in range(w.chance.randint(1, 2)):
        w.one_or_two(trapped=w.chance.random() < 0.4)
        w.sometime()
        w.say("clock", minutes=w.chance.choice([-600, -90, -1, 31, 400, 1500]))
    w.say("until all have ended")


def _account(w: _Writer) -> None:
    """The account is switched off, or its quota used up, and mended."""
    w.one_or_two(stubborn=False)
    w.sometime()
    spoilt = w.chance.choice([{"sending_enabled": False}, {"max_24_hour_send": 12.0}, {"identities": []}])
    w.say("account", change=spoilt)
    w.start(trapped=w.chance.random() < 0.4)
    w.say("until all have ended")
    w.say(
        "account",
        change={
            "sending_enabled": True,
            "max_24_hour_send": 50_000.0,
            "identities": ["mail.hanamori.example"],
        },
    )


def _contacts(w: _Writer) -> None:
    """Somebody says no, or the list is another one, between two senders; perhaps with other content."""
    w.start(
        trap={"point": w.chance.choice(["after reserve", "before settle"]), "nth": w.chance.randint(1, 2)}
    )
    w.say("until all have ended")
    w.say("contacts", list=w.chance.choice([name for name in GONE if name != "base"]))
    if w.chance.random() < 0.5:
        w.say("main", at="amended")
    w.one_or_two(trapped=w.chance.random() < 0.5)
    w.say("until all have ended")


def _politeness(w: _Writer) -> None:
    """Asked to stop, and started again at once."""
    first = w.start(stubborn=True)
    w.sometime()
    w.say("ask to stop", name=first)
    w.start(trapped=w.chance.random() < 0.5)


_ACTS: Final[Sequence[Callable[[_Writer], None]]] = (
    _kills,
    _two_with_kills,
    _halt,
    _stop,
    _amend,
    _faults,
    _clock,
    _account,
    _contacts,
    _politeness,
)


def written(seed: str, number: int, *, dynamodb: bool = False) -> Script:
    """The script of run `number`: every act is the first one in its turn, and chance chooses what follows."""
    w = _Writer(f"{seed}/{number}", dynamodb=dynamodb)
    # answers that take a while let others come in between
    account = _ACCOUNT | {
        "latency_ms": w.chance.choice([0.0, 5.0, 20.0]),
        "accept_delay_ms": w.chance.choice([0.0, 3.0]),
    }
    _ACTS[number % len(_ACTS)](w)
    for _ in range(w.chance.choice([0, 1, 1])):
        w.chance.choice(_ACTS)(w)
    w.say("until all have ended")
    return Script(f"{seed}/{number}", account, tuple(w.events), lasting=w.chance.random() < 0.85)
