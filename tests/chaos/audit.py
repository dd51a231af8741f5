"""The books after a run, read by somebody who trusts nobody: from the tables, the frozen rows, the mailboxes.

Nothing of the product's own reading is used. The diary is gone through in the order of its transactions,
and every move is judged when it comes.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipeline.ledger.entry import Account

#: One line of the diary: what was written, and its columns.
Line = tuple[str, Mapping[str, Any]]
_LEFT_HERE: Final = "h"


@dataclass(slots=True)
class Person:
    """A row of a frozen audience; its letter is h(eld), u(nknown), a(ccepted), r(efused) or x (excluded)."""

    id: str
    address: str
    letter: str = _LEFT_HERE
    touched: bool = False


@dataclass(slots=True)
class Claim:
    """A reservation: whose, and whether its revision's content might leave at that moment."""

    people: list[Person]
    wanted: bool
    #: Addresses that had said no before, while nobody was sending.
    gone: frozenset[str]
    states: str | None = None


@dataclass(slots=True)
class Books:
    """Everything that the diary says, judged."""

    archive: Path
    people: dict[int, list[Person]] = field(default_factory=dict)
    revisions: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    holds: dict[str, str] = field(default_factory=dict)
    lifted: set[str] = field(default_factory=set)
    claims: dict[tuple[int, ...], Claim] = field(default_factory=dict)
    leaves: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    seen: Counter[str] = field(default_factory=Counter)

    def read(self, lines: Iterable[Line]) -> None:
        """Judge line by line; an AssertionError says which law was broken."""
        for what, said in lines:
            self.seen[what] += 1
            getattr(self, f"_{what}")(said)

    def _remark(self, said: Mapping[str, Any]) -> None:
        if "leaves" in said:
            self.leaves = frozenset(said["leaves"])
        if "gone" in said:
            self.gone = frozenset(said["gone"])

    def _revision(self, said: Mapping[str, Any]) -> None:
        number = said["number"]
        assert number == len(self.revisions) + 1, "revisions are counted"
        assert number == 1 or number - 1 in self.ended, "the revision before has ended"
        self.revisions[number] = said
        self.people[number] = _frozen(self.archive, said["audience"])
        claimed = self._claimed()
        again = [p for p in self.people[number] if p.address in claimed[0] or p.id in claimed[1]]
        assert not again, f"in the audience although claimed before: {again}"
        assert said["recipients"] == len(self.people[number])

    def _claimed(self) -> tuple[set[str], set[str]]:
        before = [
            p for people in self.people.values() for p in people if p.touched and p.letter != _LEFT_HERE
        ]
        return {p.address for p in before}, {p.id for p in before}

    def _revision_end(self, said: Mapping[str, Any]) -> None:
        self.ended.add(said["number"])

    def _hold(self, said: Mapping[str, Any]) -> None:
        if said["id"] not in self.lifted:
            self.holds[said["id"]] = said["scope"]

    def _lift(self, said: Mapping[str, Any]) -> None:
        self.lifted.add(said["hold"])
        self.holds.pop(said["hold"], None)

    def _reservation(self, said: Mapping[str, Any]) -> None:
        number, key = said["revision"], _key(said)
        assert not self.holds, f"reserved while {self.holds} stand"
        assert number == len(self.revisions), "reserved of a revision that is not the newest"
        assert number not in self.ended, "reserved of a revision that has ended"
        assert key not in self.claims, "reserved twice"
        people = [self.people[number][position] for position in said["positions"]]
        assert people, "a batch has somebody in it"
        assert {p.letter for p in people} == {_LEFT_HERE}, f"reserved, although not held: {people}"
        assert {p.touched for p in people} == {said["attempt"] > 1}, "a first try is the first"
        for person in people:
            person.letter, person.touched = "u", True
        wanted = self.revisions[number]["digest"] in self.leaves
        self.claims[key] = Claim(people, wanted, self.gone)

    def _settlement(self, said: Mapping[str, Any]) -> None:
        claim = self.claims[_key(said)]
        assert claim.states is None, "settled twice"
        claim.states = said["states"]
        for person, letter in zip(claim.people, said["states"], strict=True):
            assert person.letter == "u", "only what is under way is settled"
            person.letter = letter

    def everybody(self, *letters: str) -> set[str]:
        """Addresses with one of the letters, in any revision."""
        return {
            p.address for people in self.people.values() for p in people if p.touched and p.letter in letters
        }

    def assert_mailboxes(self, accepted: Mapping[str, int]) -> None:
        """Nobody has two; whoever has one is accepted or unknown; whoever is accepted has one."""
        assert set(accepted.values()) <= {1}, f"twice: {[a for a, n in accepted.items() if n > 1]}"
        assert set(accepted) <= self.everybody("a", "u"), "mail that the ledger says has not left"
        assert self.everybody("a") <= set(accepted), "accepted, but in no mailbox"
        self._assert_stops(accepted)

    def _assert_stops(self, accepted: Mapping[str, int]) -> None:
        """What main did not want at the reservation has not left; nor to those who had said no."""
        for claim in self.claims.values():
            left = {p.address for p in claim.people if p.letter in {"a", "u"} and p.address in accepted}
            if not claim.wanted:
                again = {
                    p.address for c in self.claims.values() if c is not claim and c.wanted for p in c.people
                }
                assert left <= again, f"left although main did not want it: {left - again}"
            assert not left & claim.gone, f"left to those who had said no: {left & claim.gone}"

    def assert_account(self, account: Account) -> None:
        """The equation, and each of its numbers counted anew."""
        if not self.revisions:
            return
        assert account.balanced, account
        assert min(account.held, account.refused, account.unknown) >= 0, account
        touched = Counter(p.letter for people in self.people.values() for p in people if p.touched)
        last = self.people[len(self.revisions)]
        assert account.accepted == touched["a"], (account, touched)
        assert account.unknown == touched["u"], (account, touched)
        assert account.excluded == touched["x"], (account, touched)
        assert account.held == sum(p.letter == _LEFT_HERE for p in last), account
        newest = self.revisions[len(self.revisions)]
        assert account.planned == newest["barred"] + newest["recipients"], account


def _key(said: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(said[name] for name in ("revision", "wave", "batch", "attempt"))


def _frozen(archive: Path, digest: str) -> list[Person]:
    manifest = json.loads((archive / f"audiences/sale/{digest}/manifest.json").read_bytes())
    rows = [
        json.loads(line)
        for piece in manifest["recipients"]["pieces"]
        for line in (archive / piece["key"]).read_bytes().splitlines()
    ]
    return [Person(row["id"], row["address"]) for row in rows]


def sqlite_diary(path: Path) -> list[Line]:
    """What was written to a ledger in SQLite, in the order of the transactions."""
    db = sqlite3.connect(path, timeout=30)
    try:
        rows = db.execute("SELECT what, said FROM diary ORDER BY number").fetchall()
    finally:
        db.close()
    return [(what, _read(json.loads(said))) for what, said in rows]


def _read(said: dict[str, Any]) -> dict[str, Any]:
    if "positions" in said:
        said["positions"] = json.loads(said["positions"])
    return said
