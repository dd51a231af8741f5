"""Two senders, crashes, lost answers, stops, resolutions and later revisions, in every order there may be."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.ledger.accounting import LEFT_OUT
from pipeline.ledger.entry import (
    Account,
    Batch,
    BatchId,
    Outcome,
    Reservation,
    Reserved,
    Revision,
    Settlement,
    State,
    Superseded,
    Taken,
    follow_up,
)
from pipeline.ledger.hold import EVERYTHING, HeldBack, Hold
from pipeline.ledger.resolution import Overtaken, Resolution, Resolved
from pipeline.ledger.sqlite import SqliteLedger
from pipeline.ledger.store import Ledger
from tests.ledger.books import CAMPAIGN, REVISION, halt, lift_of, minute
from tests.ledger.machine_parts import Claim, Entry, again, all_batches, entries, paths

_SENDERS = st.integers(0, 1)
_LETTERS = st.lists(st.sampled_from("aaurxhh"), min_size=3, max_size=3).map("".join)
_WORDS = st.lists(st.sampled_from("aarhhu"), min_size=3, max_size=3).map("".join)
_CUT = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4))


class TwoSenders(RuleBasedStateMachine):
    """The book that the test keeps by itself, beside the ledger's."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.senders = [self._open(), self._open()]
        self.tick = 0
        self.people = 0
        self.mailbox: Counter[int] = Counter()
        #: Second tries that a person has ordered, and that nothing has made needless.
        self.orders: Counter[int] = Counter()
        self.audiences: dict[int, tuple[int, ...]] = {}
        self.revisions: list[Revision] = []
        self.frozen: dict[int, tuple[Revision, tuple[int, ...], frozenset[int]]] = {}
        self.had_it: frozenset[int] = frozenset()
        self.ended = 0
        self.claims: dict[BatchId, Claim] = {}
        self.standing: list[Hold] = []

    def _open(self) -> Ledger:
        return SqliteLedger(Path(self._folder.name) / "ledger.db")

    def _entries(self, revision: Revision) -> Iterator[Entry]:
        """What is on record of the batches of a revision, by attempts."""
        ledger = self.senders[0]
        assert isinstance(ledger, SqliteLedger)
        return entries(ledger, revision)

    def teardown(self) -> None:
        for ledger in self.senders:
            ledger.close()
        self._folder.cleanup()

    def _next_minute(self) -> int:
        self.tick += 1
        return self.tick

    # What happens to the world.

    @initialize(cut=_CUT)
    def first_revision(self, cut: tuple[int, int, int]) -> None:
        self.freeze(0, newcomers=6, cut=cut)
        self.open_revision(0)

    @precondition(lambda self: len(self.revisions) < 3)
    @rule(sender=_SENDERS, newcomers=st.integers(0, 2), cut=_CUT)
    def freeze(self, sender: int, newcomers: int, cut: tuple[int, int, int]) -> None:
        """Who gets the next revision; the other sender may go on in the meantime."""
        ledger = self.senders[sender]
        if self.revisions:
            ledger.end_revision(CAMPAIGN, len(self.revisions), minute(self._next_minute()))
            self.ended = len(self.revisions)
        had_it = {
            self.audiences[revision.number][position]
            for revision in self.revisions
            for position in ledger.reserved_positions(revision)
        }
        assert had_it == {
            self.audiences[revision.number][position]
            for revision in self.revisions
            for position, letter in self._stands(revision).items()
            if letter != "h"
        }
        self.people += newcomers
        audience = tuple(person for person in range(self.people) if person not in had_it)
        if not audience:
            return
        end = min(cut[2], len(audience))
        revision = replace(
            REVISION,
            number=len(self.revisions) + 1,
            recipients=len(audience),
            waves=(end, len(audience)),
            batch_sizes=cut[:2],
            opened_at=minute(self._next_minute()),
            barred=len(had_it),
        )
        self.frozen[sender] = (revision, audience, frozenset(had_it))

    @rule(sender=_SENDERS)
    def open_revision(self, sender: int) -> None:
        if sender not in self.frozen:
            return
        revision, audience, had_it = self.frozen.pop(sender)
        is_next = revision.number == len(self.revisions) + 1
        opened = self.senders[sender].open_revision(revision)
        assert opened == is_next
        if opened:
            self.had_it = had_it
            self.revisions.append(revision)
            self.audiences[revision.number] = audience

    @rule(sender=_SENDERS, scope=st.sampled_from([CAMPAIGN, EVERYTHING, "spring-letter"]))
    def stop(self, sender: int, scope: str) -> None:
        hold = halt(scope, self._next_minute())
        self.senders[sender].place(hold)
        if scope != "spring-letter":
            self.standing.append(hold)

    @precondition(lambda self: self.standing)
    @rule(sender=_SENDERS)
    def go_on(self, sender: int) -> None:
        while self.standing:
            self._still_stopped(sender)
            self.senders[sender].lift(lift_of(self.standing.pop(), self._next_minute()))

    # What senders do.

    @precondition(lambda self: not self.standing)
    @rule(sender=_SENDERS, which=st.integers(0, 99), letters=_LETTERS)
    def send(self, sender: int, which: int, letters: str) -> None:
        """All goes well; the other rules are the same in slow motion."""
        claim = self._reserve(sender, which, "open")
        if claim is not None:
            self._call(claim, letters)
            self._settle(claim, letters)

    @rule(
        sender=_SENDERS, which=st.integers(0, 99), where=st.sampled_from(["open", "open", "stale", "crooked"])
    )
    def reserve(self, sender: int, which: int, where: str) -> None:
        self._reserve(sender, which, where)

    def _still_stopped(self, sender: int) -> None:
        for batch in all_batches(self.revisions[-1]):
            assert self.senders[sender].reserve(Reservation(batch, "hasty", minute(0))) == HeldBack(
                tuple(self.standing)
            )

    def _reserve(self, sender: int, which: int, where: str) -> Claim | None:
        known: Mapping[str, list[Batch]] = {
            "open": list(self._open_batches(self.senders[sender])),
            "stale": [batch for revision in self.revisions for batch in all_batches(revision)],
            "crooked": [again(claim.batch) for claim in self.claims.values()],
        }
        if not known[where]:
            return None
        batch = known[where][which % len(known[where])]
        number = self._next_minute()
        reservation = Reservation(batch, f"{sender}-{number}", minute(number))
        expected = self._expected(reservation)
        assert self.senders[sender].reserve(reservation) == expected
        if expected != Reserved():
            return None
        self.claims[batch.id] = Claim(sender, reservation)
        return self.claims[batch.id]

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 99), letters=_LETTERS)
    def ask_again(self, which: int, letters: str) -> None:
        """An answer was lost, or an old request arrives late; whoever is told Reserved will call."""
        claim = list(self.claims.values())[which % len(self.claims)]
        if claim.called or claim.lost:
            return
        answer = self.senders[claim.sender].reserve(claim.reservation)
        assert answer == self._expected(claim.reservation)
        if answer == Reserved():
            self._call(claim, letters)
        elif not claim.settled:
            claim.lost = True

    @precondition(lambda self: any(claim.waiting for claim in self.claims.values()))
    @rule(which=st.integers(0, 99), letters=_LETTERS)
    def call(self, which: int, letters: str) -> None:
        waiting = [claim for claim in self.claims.values() if claim.waiting]
        self._call(waiting[which % len(waiting)], letters)

    def _call(self, claim: Claim, letters: str) -> None:
        claim.letters = letters[: len(claim.batch.positions)]
        audience = self.audiences[claim.batch.id.revision]
        for position, letter in zip(claim.batch.positions, claim.letters, strict=True):
            self.mailbox[audience[position]] += letter in "au"

    @precondition(lambda self: any(claim.called for claim in self.claims.values()))
    @rule(which=st.integers(0, 99), letters=_LETTERS)
    def settle(self, which: int, letters: str) -> None:
        called = [claim for claim in self.claims.values() if claim.called]
        self._settle(called[which % len(called)], letters)

    def _settle(self, claim: Claim, letters: str) -> None:
        assert self.senders[claim.sender].settle(self._settlement(claim, claim.letters))
        claim.settled = True
        if claim.resolved:
            claim.resolved = "".join(self._after_a_late_answer(claim))
        assert not self.senders[1 - claim.sender].settle(self._settlement(claim, letters))

    def _after_a_late_answer(self, claim: Claim) -> Iterator[str]:
        """Facts stand above what a person supposed; a second try that is under way goes on."""
        later = {
            p
            for c in self._attempts(claim.batch.id)
            if c.batch.id > claim.batch.id
            for p in c.batch.positions
        }
        number = claim.batch.id.revision
        over = number != len(self.revisions) or number == self.ended
        said = zip(claim.batch.positions, claim.resolved, claim.letters, strict=True)
        for position, old, new in said:
            gone = old == "h" and (over or position in later)
            settles = old == "u" or (new in "arx" and not gone)
            self.orders[self.audiences[number][position]] -= settles and old == "h"
            yield new if settles else old

    @precondition(lambda self: any("u" in claim.stands for claim in self.claims.values()))
    @rule(sender=_SENDERS, which=st.integers(0, 99), letters=_WORDS)
    def resolve(self, sender: int, which: int, letters: str) -> None:
        """A person judges what is unknown; the sender may be alive, and know better in a minute."""
        unknown = [claim for claim in self.claims.values() if "u" in claim.stands]
        claim = unknown[which % len(unknown)]
        batch, before = claim.batch, claim.stands
        after = "".join(new if old == "u" else old for old, new in zip(before, letters, strict=False))
        if after == before:
            return
        said = Resolution(batch.id, before, after, {}, "so it is", "Ken Abe", minute(self._next_minute()))
        over = batch.id.revision != len(self.revisions) or batch.id.revision == self.ended
        refused = bool(said.again) and over
        assert self.senders[sender].resolve(said) == (Superseded() if refused else Resolved())
        if refused:
            return
        assert self.senders[1 - sender].resolve(said) == Overtaken()
        claim.resolved = after
        self.orders.update(self.audiences[batch.id.revision][batch.positions[place]] for place in said.again)

    def _settlement(self, claim: Claim, letters: str) -> Settlement:
        size = len(claim.batch.positions)
        said = tuple(Outcome(State(letter)) for letter in letters[:size])
        return Settlement(claim.batch.id, said, minute(self._next_minute()))

    @rule(sender=_SENDERS)
    def crash(self, sender: int) -> None:
        self.senders[sender].close()
        self.senders[sender] = self._open()
        for claim in self.claims.values():
            claim.lost |= claim.sender == sender and not claim.settled

    # What must hold.

    def _open_batches(self, ledger: Ledger) -> Iterator[Batch]:
        for revision in self.revisions:
            for wave in range(1, len(revision.waves) + 1):
                yield from ledger.open_batches(revision, wave)

    def _expected(self, reservation: Reservation) -> Reserved | Taken | HeldBack | Superseded:
        batch = reservation.batch
        if self.standing:
            return HeldBack(tuple(self.standing))
        if batch.id.revision != len(self.revisions) or batch.id.revision == self.ended:
            return Superseded()
        if claim := self.claims.get(batch.id):
            ours = claim.reservation.token == reservation.token and not (claim.settled or claim.resolved)
            return Reserved() if ours else Taken()
        if batch.id.attempt > 1 and batch != self._next_attempt(batch.id):
            return Taken()
        return Reserved()

    def _attempts(self, batch: BatchId) -> list[Claim]:
        """Everything that was claimed of a batch, the first attempt first."""
        same = (
            claim for claim in self.claims.values() if replace(claim.batch.id, attempt=batch.attempt) == batch
        )
        return sorted(same, key=lambda claim: claim.batch.id)

    def _next_attempt(self, batch: BatchId) -> Batch | None:
        return follow_up([(claim.batch, claim.stands) for claim in self._attempts(batch)])

    def _stands(self, revision: Revision) -> dict[int, str]:
        """Where everybody of a revision stands, in the test's own book."""
        stands = dict.fromkeys(range(revision.recipients), "h")
        for claim in sorted(self.claims.values(), key=lambda claim: claim.batch.id):
            if claim.batch.id.revision == revision.number:
                stands.update(zip(claim.batch.positions, claim.stands, strict=True))
        return stands

    @invariant()
    def nobody_has_two_messages(self) -> None:
        """Except who ordered it: and an order that is no longer needed is none."""
        assert all(count <= 1 + self.orders[person] for person, count in self.mailbox.items())

    @invariant()
    def everybody_is_accounted_for(self) -> None:
        counted: Counter[str] = Counter()
        counted.update(self._stands(self.revisions[-1]).values())
        reached = [
            (self.audiences[revision.number][position], letter)
            for revision in self.revisions[:-1]
            for position, letter in self._stands(revision).items()
            if letter != "h"
        ]
        counted.update(letter for _, letter in reached)
        left_out = len(self.had_it - {person for person, _ in reached})
        counted["r"] += left_out
        account = self.senders[0].account(CAMPAIGN)
        assert account == self.senders[1].account(CAMPAIGN)
        assert account == Account(
            counted.total(),
            counted["a"],
            counted["r"],
            counted["x"],
            counted["h"],
            counted["u"],
            {LEFT_OUT: left_out} if left_out else {},
        )
        assert account.balanced

    @invariant()
    def whoever_has_it_is_accepted_or_unknown(self) -> None:
        on_record = {
            self.audiences[revision.number][position]
            for revision in self.revisions
            for position, letter in paths(self._entries(revision), revision).items()
            if letter in "au"
        }
        # Whom a person has misjudged is corrected by the answer of the call, if that ever comes: where it
        # came and was none, the person's word is all there is.
        misjudged = {
            self.audiences[claim.batch.id.revision][position]
            for claim in self.claims.values()
            if claim.resolved
            for position, said in zip(claim.batch.positions, claim.letters or "u" * 50, strict=False)
            if not claim.settled or said == "u"
        }
        assert set(+self.mailbox) <= on_record | misjudged | set(+self.orders)

    @invariant()
    def open_batches_are_those_who_are_held(self) -> None:
        found = [
            (batch.id.revision, p) for batch in self._open_batches(self.senders[1]) for p in batch.positions
        ]
        held = [
            (revision.number, position)
            for revision in self.revisions
            for position, letter in self._stands(revision).items()
            if letter == "h"
        ]
        assert sorted(found) == held

    @invariant()
    def what_was_left_behind_is_listed(self) -> None:
        left = sorted(
            claim.batch.id for claim in self.claims.values() if not claim.settled and "u" in claim.stands
        )
        assert list(self.senders[0].unsettled(CAMPAIGN)) == left


TestTwoSenders = pytest.mark.slow(TwoSenders.TestCase)
TestTwoSenders.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
