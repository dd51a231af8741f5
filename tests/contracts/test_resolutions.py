"""What every ledger promises about the unknown: resolved once, on record, no second mail without an order."""

from dataclasses import replace

import pytest

from pipeline.ledger.accounting import LEFT_OUT
from pipeline.ledger.entry import Account, Batch, Reserved, Revision, Superseded, Taken, batches_of
from pipeline.ledger.hold import MACHINE, HeldBack
from pipeline.ledger.resolution import NOT_SENT, Overtaken, Resolved
from pipeline.ledger.store import Ledger
from tests.contracts.conftest import Opening
from tests.ledger.books import (
    CAMPAIGN,
    REVISION,
    claim,
    first_batch,
    halt,
    minute,
    next_revision,
    outcomes,
    resolution,
    resolve,
    send,
)


def _numbers(account: Account) -> tuple[int, int, int, int]:
    """Accepted, refused, held, unknown."""
    assert account.balanced
    return account.accepted, account.refused, account.held, account.unknown


def _second(batch: Batch, *positions: int) -> Batch:
    return Batch(replace(batch.id, attempt=batch.id.attempt + 1), positions)


def test_what_is_unknown_is_listed_with_since_when_and_why(ledger: Ledger) -> None:
    one, two = batches_of(REVISION, 1)
    assert ledger.reserve(claim(one, at=1)) == Reserved()
    send(ledger, two, "au", at=3, reason="timeout")
    first, second = ledger.undecided(CAMPAIGN)
    assert (first.batch, first.states, first.settled_at, first.reasons) == (one, "uu", None, {})
    assert first.reserved_at == minute(1)
    assert (second.batch, second.states, second.settled_at) == (two, "au", minute(3))
    assert second.reasons == {"u": {"timeout": 1}}
    assert second.places == (1,)
    assert ledger.undecided("spring-letter") == ()


def test_a_resolution_moves_the_numbers_and_is_on_record(ledger: Ledger, reopen: Opening) -> None:
    send(ledger, first_batch(), "uu", reason="timeout")
    said = resolution(ledger, "ar")
    assert ledger.resolve(said) == Resolved()
    again = reopen()
    account = again.account(CAMPAIGN)
    assert _numbers(account) == (1, 1, 8, 0)
    assert account.reasons == {NOT_SENT: 1}
    assert again.undecided(CAMPAIGN) == ()
    assert again.resolutions(CAMPAIGN) == (said,)
    assert (said.by, said.reason, said.at) == ("Ken Abe", "asked the people", minute(20))
    assert again.newest_entry_at() == minute(20)
    assert again.waves(REVISION)[1].last_entry_at == minute(20)


def test_some_of_a_batch_are_resolved_now_and_the_others_later(ledger: Ledger) -> None:
    send(ledger, first_batch(), "uu", reason="timeout")
    assert resolve(ledger, "ua") == Resolved()
    account = ledger.account(CAMPAIGN)
    assert (_numbers(account), account.reasons) == ((1, 0, 8, 1), {"timeout": 1})
    assert resolve(ledger, "ra", at=21) == Resolved()
    assert _numbers(ledger.account(CAMPAIGN)) == (1, 1, 8, 0)
    assert [entry.after for entry in ledger.resolutions(CAMPAIGN)] == ["ua", "ra"]


def test_of_two_who_resolve_the_same_the_second_one_is_told(ledger: Ledger, reopen: Opening) -> None:
    send(ledger, first_batch(), "uu")
    mine, other = resolution(ledger, "aa"), resolution(ledger, "hh")
    assert reopen().resolve(mine) == Resolved()
    assert ledger.resolve(other) == Overtaken()
    assert ledger.resolve(mine) == Overtaken()
    assert ledger.resolutions(CAMPAIGN) == (mine,)


def test_whoever_is_resolved_as_not_sent_is_not_sent_again(ledger: Ledger) -> None:
    send(ledger, first_batch(), "uu")
    resolve(ledger, "rr")
    for positions in ((0,), (1,), (0, 1)):
        assert ledger.reserve(claim(_second(first_batch(), *positions))) == Taken()
    assert set(ledger.reserved_positions(REVISION)) == {0, 1}


def test_a_second_try_is_a_reservation_like_any_other(ledger: Ledger) -> None:
    send(ledger, first_batch(), "uu")
    resolve(ledger, "ah")
    again = _second(first_batch(), 1)
    assert again in ledger.open_batches(REVISION, 1)
    assert _numbers(ledger.account(CAMPAIGN)) == (1, 0, 9, 0)
    assert set(ledger.reserved_positions(REVISION)) == {0}
    assert ledger.reserve(claim(_second(first_batch(), 0, 1))) == Taken()
    ledger.place(halt())
    assert isinstance(ledger.reserve(claim(again)), HeldBack)


def test_a_second_try_is_given_once(ledger: Ledger, reopen: Opening) -> None:
    send(ledger, first_batch(), "uu")
    resolve(ledger, "ah")
    again = _second(first_batch(), 1)
    assert reopen().reserve(claim(again, "one")) == Reserved()
    assert ledger.reserve(claim(again, "two")) == Taken()
    assert again not in ledger.open_batches(REVISION, 1)
    assert ledger.settle(outcomes(again, "a"))
    assert _numbers(ledger.account(CAMPAIGN)) == (2, 0, 8, 0)


def test_a_second_try_that_is_unknown_again_asks_again(ledger: Ledger) -> None:
    send(ledger, first_batch(), "uu")
    resolve(ledger, "ah")
    again = _second(first_batch(), 1)
    send(ledger, again, "u")
    assert [u.batch for u in ledger.undecided(CAMPAIGN)] == [again]
    assert resolve(ledger, "h", batch=again) == Resolved()
    assert _second(again, 1) in ledger.open_batches(REVISION, 1)


def test_a_second_try_joins_the_follow_ups_of_its_batch(ledger: Ledger) -> None:
    """One of three was throttled and is in a follow-up already; one of the others is ordered again."""
    batch = first_batch(wave=2)
    send(ledger, batch, "uhu")
    second = _second(batch, 5)
    assert ledger.reserve(claim(second)) == Reserved()
    assert resolve(ledger, "hha", batch=batch) == Resolved()
    third = _second(second, 4)
    assert third in ledger.open_batches(REVISION, 2)
    assert ledger.settle(outcomes(second, "h", at=30))
    third = _second(second, 4, 5)
    assert third in ledger.open_batches(REVISION, 2)
    send(ledger, third, "aa", at=31)
    assert _numbers(ledger.account(CAMPAIGN)) == (3, 0, 7, 0)


def test_a_batch_that_was_resolved_is_not_called_by_whoever_reserved_it(ledger: Ledger) -> None:
    """The sender asks again because the answer to its reservation was lost."""
    assert ledger.reserve(claim(first_batch(), "one")) == Reserved()
    resolve(ledger, "hh")
    assert ledger.reserve(claim(first_batch(), "one")) == Taken()
    assert ledger.unsettled(CAMPAIGN) == ()


# The sender was alive all the time, and its outcomes come after the resolution.


@pytest.mark.parametrize(
    ("said", "answer", "stands"),
    [
        ("hh", "aa", "aa"),
        ("hh", "xr", "xr"),
        ("hh", "uh", "hh"),
        ("rr", "ah", "ar"),
        ("aa", "rh", "ra"),
        ("aa", "ua", "aa"),
        ("uh", "ha", "ha"),
        ("ua", "aa", "aa"),
    ],
)
def test_facts_that_come_late_stand_above_what_a_person_supposed(
    ledger: Ledger, said: str, answer: str, stands: str
) -> None:
    assert ledger.reserve(claim(first_batch())) == Reserved()
    resolve(ledger, said)
    assert ledger.settle(outcomes(first_batch(), answer, at=25, reason="told late"))
    assert not ledger.settle(outcomes(first_batch(), "rr", at=26))
    account = ledger.account(CAMPAIGN)
    counted = (stands.count("a"), stands.count("r"), 8 + stands.count("h"), stands.count("u"))
    assert _numbers(account) == counted
    assert account.excluded == stands.count("x")
    again = next((b for b in ledger.open_batches(REVISION, 1) if b.id.attempt == 2), None)
    held = tuple(place for place, letter in enumerate(stands) if letter == "h")
    assert again == (_second(first_batch(), *held) if held else None)
    record = ledger.resolutions(CAMPAIGN)
    assert record[-1].after == stands
    changed = said != stands
    assert [entry.by for entry in record] == ["Ken Abe", MACHINE][: 1 + changed]
    if changed:
        assert "after the resolution" in record[-1].reason


def test_a_second_mail_that_could_not_be_stopped_is_on_record(ledger: Ledger) -> None:
    assert ledger.reserve(claim(first_batch())) == Reserved()
    resolve(ledger, "ah")
    second = _second(first_batch(), 1)
    assert ledger.reserve(claim(second)) == Reserved()
    assert ledger.settle(outcomes(first_batch(), "aa", at=25))
    assert ledger.settle(outcomes(second, "a", at=26))
    assert _numbers(ledger.account(CAMPAIGN)) == (2, 0, 8, 0)
    last = ledger.resolutions(CAMPAIGN)[-1]
    assert last.by == MACHINE
    assert "1 may have the mail twice" in last.reason


# Revisions that have ended.


def _ended(ledger: Ledger) -> Revision:
    send(ledger, first_batch(), "uu")
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    return next_revision(REVISION, 8)


def test_no_second_try_of_a_revision_that_has_ended(ledger: Ledger) -> None:
    later = replace(_ended(ledger), barred=2)
    assert resolve(ledger, "hh") == Superseded()
    assert ledger.open_revision(later)
    assert resolve(ledger, "hu") == Superseded()
    assert _numbers(ledger.account(CAMPAIGN)) == (0, 0, 8, 2)


def test_the_unknown_of_an_earlier_revision_are_resolved_and_counted_once(ledger: Ledger) -> None:
    assert ledger.open_revision(replace(_ended(ledger), barred=2))
    assert resolve(ledger, "ar") == Resolved()
    account = ledger.account(CAMPAIGN)
    assert _numbers(account) == (1, 1, 8, 0)
    assert LEFT_OUT not in account.reasons


def test_a_fact_that_comes_after_the_end_takes_nobody_away_from_the_next_revision(ledger: Ledger) -> None:
    """The second try was ordered, then the content was amended: the next revision has taken it over."""
    assert ledger.reserve(claim(first_batch())) == Reserved()
    assert resolve(ledger, "ah") == Resolved()
    ledger.end_revision(CAMPAIGN, 1, minute(21))
    assert set(ledger.reserved_positions(REVISION)) == {0}
    assert ledger.open_revision(replace(next_revision(REVISION, 9), barred=1))
    assert ledger.settle(outcomes(first_batch(), "aa", at=25))
    assert _numbers(ledger.account(CAMPAIGN)) == (1, 0, 9, 0)
    assert "1 may have the mail twice" in ledger.resolutions(CAMPAIGN)[-1].reason
