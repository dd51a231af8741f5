"""A script, played: real senders, the double of SES, a ledger; and the books afterwards."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Protocol

from pipeline.clock import Clock
from pipeline.errors import Refused
from pipeline.incident import brakes
from pipeline.ledger.sqlite import SqliteLedger
from pipeline.ledger.store import Ledger
from tests.chaos.audit import Books, Line, sqlite_diary
from tests.chaos.crew import Crew
from tests.chaos.script import AMBIGUOUS, STOPPED, Event, Script
from tests.chaos.sender import Errand
from tests.chaos.stage import GONE, SALE, Stage, address, remark
from tests.ses_double import Double

_LOOK_EVERY_SECONDS: Final = 0.003
#: Senders at the end until nothing is left to do: releases, a soak, a follow-up.
_MOST_CLEAN_SENDERS: Final = 12


class Desk(Protocol):
    """A ledger as the play needs it: opened, remarked upon, read by somebody who trusts nobody."""

    @property
    def dynamodb(self) -> bool:
        """Whether it is the one in DynamoDB."""
        ...

    def reset(self) -> None:
        """Empty, but for the test sends."""
        ...

    def ledger(self) -> Any:
        """A context manager: the product's own."""
        ...

    def remark(self, **said: Any) -> None:
        """A line of the script in the diary."""
        ...

    def diary(self) -> list[Line]:
        """What was written, in order."""
        ...


@dataclass(frozen=True, slots=True)
class SqliteDesk:
    """The ledger in a file."""

    stage: Stage
    dynamodb: bool = False

    def reset(self) -> None:
        shutil.copyfile(self.stage.root.parent / "ledger.db", self.stage.state / "ledger.db")

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        ledger = SqliteLedger(self.stage.state / "ledger.db")
        try:
            yield ledger
        finally:
            ledger.close()

    def remark(self, **said: Any) -> None:
        remark(self.stage.state / "ledger.db", **said)

    def diary(self) -> list[Line]:
        return sqlite_diary(self.stage.state / "ledger.db")


@dataclass(slots=True)
class Play:
    """One run."""

    script: Script
    crew: Crew
    double: Double
    desk: Desk
    main: str = "ready"
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def stage(self) -> Stage:
        """Where it is played."""
        return self.crew.stage

    def run(self) -> Counter[str]:
        """Play it, end it, look into the books; what happened, counted. AssertionError when a law broke."""
        self.stage.reset()
        self.desk.reset()
        self.double.reset(**self.script.account)
        self.desk.remark(leaves=self._leaving("ready"), gone=[])
        for event in self.script.events:
            self._act(event)
        self._judge()
        self._end()
        self._judge()
        self._count()
        self.crew.clear()
        return self.happened

    def _act(self, event: Event) -> None:
        act: Callable[..., None] = getattr(self, f"_{event.what.replace(' ', '_')}")
        act(**event.said)

    def _start(self, name: str, trap: dict[str, Any], *, stubborn: bool) -> None:
        self.crew.start(Errand(name, stubborn=stubborn, trap=trap, dynamodb=self.desk.dynamodb))

    def _until_all_have_ended(self) -> None:
        self.crew.wait()

    def _until_accepted(self, more: int) -> None:
        goal = self._accepted() + more
        while self._accepted() < goal and not self.crew.all_silent:
            time.sleep(_LOOK_EVERY_SECONDS)

    def _milliseconds(self, count: float) -> None:
        time.sleep(count / 1000)

    def _kill(self, name: str) -> None:
        self.crew.kill(name)

    def _ask_to_stop(self, name: str) -> None:
        self.crew.ask_to_stop(name)

    def _halt(self, scope: str) -> None:
        busy = not self.crew.all_silent
        with self._brakes() as (ledger, clock):
            brakes.halt(ledger, clock, scope, reason="wrong price", by="sato")
        self.happened["halts"] += 1
        self.happened["halts while sending"] += busy and 0 < self._accepted() < 36

    def _release(self, scope: str) -> None:
        with self._brakes() as (ledger, clock), suppress(Refused):
            brakes.release(ledger, clock, scope, reason="price is right", by="sato")

    def _main(self, at: str) -> None:
        """The remarks stand around the move, so that neither side is judged by the other's rule."""
        busy = not self.crew.all_silent
        before, after = self._leaving(self.main), self._leaving(at)
        self.desk.remark(leaves=[*before, *after])
        self.stage.main(at)
        self.main = at
        self.desk.remark(leaves=after)
        self.happened["stops while sending"] += busy and at in STOPPED
        self.happened["amended while sending"] += busy and at == "amended"

    def _faults(self, faults: list[dict[str, Any]]) -> None:
        self.double.faults(*faults)
        ambiguous = [fault for fault in faults if _is_ambiguous(fault)]
        self.happened["ambiguous faults"] += len(ambiguous)

    def _account(self, change: dict[str, Any]) -> None:
        self.double.change(**change)

    def _clock(self, minutes: int) -> None:
        self.happened["clock jumps"] += 1
        self._jump(minutes)

    def _contacts(self, **said: str) -> None:
        assert not self.crew.sending, "else somebody may have been judged just before"
        self.stage.contacts(said["list"])
        self.desk.remark(gone=[address(number) for number in GONE[said["list"]]])

    def _jump(self, minutes: float) -> None:
        clock = self.stage.clock()
        clock.jump(timedelta(minutes=minutes))
        clock.close()

    @contextmanager
    def _brakes(self) -> Iterator[tuple[Ledger, Clock]]:
        clock = self.stage.clock()
        try:
            with self.desk.ledger() as ledger:
                yield ledger, clock
        finally:
            clock.close()

    def _leaving(self, name: str) -> list[str]:
        return [digest for digest in [self.stage.leaves[name]] if digest]

    def _accepted(self) -> int:
        return sum(count for _, count in self.double.moments())

    def _judge(self) -> None:
        """While nobody sends."""
        books = Books(self.stage.state / "archive")
        books.read(self.desk.diary())
        books.assert_mailboxes(self.double.accepted())
        with self.desk.ledger() as ledger:
            books.assert_account(ledger.account(SALE))
        bugs = [told["bug"] for member in self.crew.members.values() if (told := member.told) and told["bug"]]
        assert not bugs, bugs[0]

    def _end(self) -> None:
        """Mend what is broken, and let it go out; or keep it stopped, and see that it stays."""
        self.double.faults()
        self.double.change(**self.script.account)
        self._wind_the_clock()
        if not self.script.lasting:
            self._assert_it_stays()
            return
        if self.main in STOPPED:
            self._main("ready")
        for number in range(_MOST_CLEAN_SENDERS):
            if self._send_cleanly(f"end{number}"):
                return
        with self.desk.ledger() as ledger:
            raise AssertionError(f"never complete: {ledger.account(SALE)}, {ledger.holds(SALE)}")

    def _send_cleanly(self, name: str) -> bool:
        """One more sender without any harm; whether everybody is settled."""
        self._start(name, {}, stubborn=True)
        self.crew.wait()
        told = self.crew.members[name].told
        assert told is not None, "nobody killed it"
        with self.desk.ledger() as ledger:
            if told.get("states") == ["complete"]:
                assert ledger.account(SALE).held == 0
                return True
        for scope in (SALE, "*"):
            self._release(scope)
        self._jump(31)
        return False

    def _assert_it_stays(self) -> None:
        self._main("reverted")
        before = self.double.accepted()
        self._send_cleanly("stays")
        assert self.double.accepted() == before, "a stopped campaign went on"

    def _wind_the_clock(self) -> None:
        """A clock that went backwards sends nothing; somebody sets it right."""
        with self._brakes() as (ledger, clock):
            newest = ledger.newest_entry_at()
            if newest is not None and newest > clock.now():
                self._jump((newest - clock.now()).total_seconds() / 60)

    def _troubles(self) -> Iterator[str]:
        for member in self.crew.members.values():
            yield from (member.told or {}).get("troubles", ())

    def _count(self) -> None:
        books = Books(self.stage.state / "archive")
        books.read(self.desk.diary())
        killed = sum(member.told is None for member in self.crew.members.values())
        unknown = len(books.everybody("u"))
        ambiguous = self.happened["ambiguous faults"]
        slow = sum("ReadTimeout" in trouble for trouble in self._troubles())
        assert killed or ambiguous or slow or not unknown, "unknown, although nothing happened"
        unsettled = [claim for claim in books.claims.values() if claim.states is None]
        given_back = [claim for claim in books.claims.values() if set(claim.states or "") == {"h"}]
        unwanted = [claim for claim in books.claims.values() if not claim.wanted]
        self.happened.update(
            {
                "runs": 1,
                "senders": len(self.crew.members),
                "kills": killed,
                "calls": self.double.requests().get("SendBulkEmail", 0),
                "messages": sum(self.double.accepted().values()),
                "unknown": unknown,
                "answers that came too late": slow,
                "batches that a kill left unsettled": len(unsettled),
                "batches given back": len(given_back),
                "reserved while main moved": len(unwanted),
                "revisions beyond the first": max(0, len(books.revisions) - 1),
                "tries beyond the first": sum(key[3] > 1 for key in books.claims),
                "excluded at the last moment": len(books.everybody("x")),
                "complete": self.script.lasting,
            }
        )


def _is_ambiguous(fault: dict[str, Any]) -> bool:
    return fault["kind"] in AMBIGUOUS or fault.get("entry_status") == "FAILED"
