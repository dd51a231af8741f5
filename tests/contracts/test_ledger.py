"""What every ledger promises about batches: claimed once, settled once, never while a hold stands."""

from dataclasses import replace

import pytest

from pipeline.ledger.accounting import LEFT_OUT
from pipeline.ledger.entry import Batch, Reserved, Superseded, Taken, batches_of
from pipeline.ledger.hold import EVERYTHING, HeldBack
from pipeline.ledger.store import Ledger
from tests.contracts.conftest import Opening
from tests.ledger.books import (
    CAMPAIGN,
    REVISION,
    claim,
    first_batch,
    halt,
    lift_of,
    minute,
    next_revision,
    outcomes,
    send,
)


def _follow_up(batch: Batch, *positions: int) -> Batch:
    return Batch(replace(batch.id, attempt=batch.id.attempt + 1), positions)


def test_a_batch_is_given_to_one_sender_only(ledger: Ledger, reopen: Opening) -> None:
    other = reopen()
    assert ledger.reserve(claim(first_batch(), "one")) == Reserved()
    assert other.reserve(claim(first_batch(), "two")) == Taken()
    assert other.reserve(claim(first_batch(), "two")) == Taken()


def test_a_sender_that_lost_the_answer_may_ask_again(ledger: Ledger, reopen: Opening) -> None:
    assert ledger.reserve(claim(first_batch(), "one")) == Reserved()
    assert ledger.reserve(claim(first_batch(), "one")) == Reserved()
    assert reopen().reserve(claim(first_batch(), "one")) == Reserved()
    assert ledger.unsettled(CAMPAIGN) == (first_batch().id,)


def test_a_batch_that_has_outcomes_is_not_given_again_even_to_its_own_sender(ledger: Ledger) -> None:
    send(ledger, first_batch(), "aa")
    assert ledger.reserve(claim(first_batch(), f"token-{first_batch().id}")) == Taken()


def test_batches_of_different_waves_and_campaigns_do_not_stand_in_each_others_way(ledger: Ledger) -> None:
    spring = replace(REVISION, campaign="spring-letter")
    assert ledger.open_revision(spring)
    for batch in (*batches_of(REVISION, 1), *batches_of(REVISION, 2), *batches_of(spring, 1)):
        assert ledger.reserve(claim(batch, "one")) == Reserved()


@pytest.mark.parametrize("scope", [CAMPAIGN, EVERYTHING])
def test_nothing_is_reserved_while_a_hold_stands(ledger: Ledger, reopen: Opening, scope: str) -> None:
    hold = halt(scope)
    reopen().place(hold)
    assert ledger.reserve(claim(first_batch())) == HeldBack((hold,))
    assert ledger.unsettled(CAMPAIGN) == ()
    reopen().lift(lift_of(hold))
    assert ledger.reserve(claim(first_batch())) == Reserved()


def test_a_hold_on_another_campaign_stops_nothing_here(ledger: Ledger) -> None:
    ledger.place(halt("spring-letter"))
    assert ledger.reserve(claim(first_batch())) == Reserved()


def test_every_hold_must_be_lifted_before_anything_leaves(ledger: Ledger) -> None:
    early, late = halt(at=0), halt(EVERYTHING, at=1)
    ledger.place(late)
    ledger.place(early)
    assert ledger.reserve(claim(first_batch())) == HeldBack((early, late))
    ledger.lift(lift_of(early))
    assert ledger.reserve(claim(first_batch())) == HeldBack((late,))


def test_a_stop_also_stops_a_sender_that_asks_again(ledger: Ledger) -> None:
    assert ledger.reserve(claim(first_batch(), "one")) == Reserved()
    ledger.place(halt())
    assert isinstance(ledger.reserve(claim(first_batch(), "one")), HeldBack)


def test_a_follow_up_is_stopped_by_a_hold_too(ledger: Ledger) -> None:
    send(ledger, first_batch(), "ha")
    ledger.place(halt())
    assert isinstance(ledger.reserve(claim(_follow_up(first_batch(), 0))), HeldBack)


def test_a_later_revision_ends_the_earlier_one_for_ever(ledger: Ledger, reopen: Opening) -> None:
    later = next_revision(REVISION, 3)
    send(ledger, first_batch(), "ha")
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    assert reopen().open_revision(later)
    for batch in (*batches_of(REVISION, 1), _follow_up(first_batch(), 0)):
        assert ledger.reserve(claim(batch)) == Superseded()
    assert ledger.reserve(claim(first_batch(later))) == Reserved()


def test_a_revision_is_not_opened_while_the_one_before_may_still_reserve(
    ledger: Ledger, reopen: Opening
) -> None:
    later = next_revision(REVISION, 10)
    assert not ledger.open_revision(later)
    assert reopen().reserve(claim(first_batch())) == Reserved()
    assert ledger.revisions(CAMPAIGN) == (REVISION,)
    assert not ledger.has_ended(CAMPAIGN, 1)
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    assert reopen().has_ended(CAMPAIGN, 1)
    assert reopen().reserve(claim(first_batch(), "sender-1")) == Superseded()
    assert ledger.open_revision(later)


def test_an_ended_revision_settles_what_is_under_way_and_reserves_nothing_more(ledger: Ledger) -> None:
    assert ledger.reserve(claim(first_batch())) == Reserved()
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    ledger.end_revision(CAMPAIGN, 1, minute(6))
    assert ledger.settle(outcomes(first_batch(), "ah"))
    for batch in ledger.open_batches(REVISION, 1):
        assert ledger.reserve(claim(batch)) == Superseded()


def test_whoever_turns_out_unsent_after_the_next_revision_was_put_together_is_not_lost(
    ledger: Ledger,
) -> None:
    assert ledger.reserve(claim(first_batch())) == Reserved()
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    assert ledger.open_revision(replace(next_revision(REVISION, 8), barred=2))
    assert ledger.settle(outcomes(first_batch(), "ah"))
    account = ledger.account(CAMPAIGN)
    assert (account.planned, account.accepted, account.refused, account.held) == (10, 1, 1, 8)
    assert account.balanced
    assert account.reasons == {LEFT_OUT: 1}


def test_nothing_is_reserved_of_a_revision_that_was_never_opened(ledger: Ledger) -> None:
    unknown = replace(REVISION, campaign="spring-letter")
    assert ledger.reserve(claim(first_batch(unknown))) == Superseded()
    assert ledger.reserve(claim(first_batch(next_revision(REVISION, 3)))) == Superseded()


def test_a_call_in_flight_is_settled_although_a_stop_and_a_revision_came_between(ledger: Ledger) -> None:
    assert ledger.reserve(claim(first_batch())) == Reserved()
    ledger.place(halt())
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    assert ledger.open_revision(next_revision(REVISION, 3))
    assert ledger.settle(outcomes(first_batch(), "aa"))
    assert ledger.account(CAMPAIGN).accepted == 2


def test_those_who_were_certainly_not_sent_get_another_try(ledger: Ledger) -> None:
    batch = first_batch()
    send(ledger, batch, "ah")
    second = _follow_up(batch, 1)
    send(ledger, second, "h")
    send(ledger, _follow_up(second, 1), "a")
    assert ledger.account(CAMPAIGN).accepted == 2
    assert [open_.id.number for open_ in ledger.open_batches(REVISION, 1)] == [2]


@pytest.mark.parametrize("positions", [(0,), (0, 1), (), (1, 0), (2,)])
def test_a_follow_up_carries_exactly_those_who_were_not_sent(
    ledger: Ledger, positions: tuple[int, ...]
) -> None:
    send(ledger, first_batch(), "ah")
    assert ledger.reserve(claim(_follow_up(first_batch(), *positions))) == Taken()
    assert ledger.unsettled(CAMPAIGN) == ()


def test_a_follow_up_waits_for_the_outcomes_of_the_attempt_before(ledger: Ledger) -> None:
    batch = first_batch()
    assert ledger.reserve(claim(_follow_up(batch, 0, 1))) == Taken()
    assert ledger.reserve(claim(batch)) == Reserved()
    assert ledger.reserve(claim(_follow_up(batch, 0, 1))) == Taken()


@pytest.mark.parametrize("states", ["aa", "uu", "rx"])
def test_nobody_who_may_have_the_mail_gets_a_follow_up(ledger: Ledger, states: str) -> None:
    send(ledger, first_batch(), states)
    assert ledger.reserve(claim(_follow_up(first_batch(), 0, 1))) == Taken()
    assert ledger.reserve(claim(_follow_up(first_batch()))) == Taken()


def test_a_follow_up_is_given_to_one_sender_only(ledger: Ledger, reopen: Opening) -> None:
    send(ledger, first_batch(), "hh")
    second = _follow_up(first_batch(), 0, 1)
    assert ledger.reserve(claim(second, "one")) == Reserved()
    assert reopen().reserve(claim(second, "two")) == Taken()
    assert ledger.reserve(claim(second, "one")) == Reserved()


def test_outcomes_are_written_once_and_the_first_ones_stay(ledger: Ledger, reopen: Opening) -> None:
    assert ledger.reserve(claim(first_batch())) == Reserved()
    assert ledger.settle(outcomes(first_batch(), "au", reason="timeout"))
    assert not ledger.settle(outcomes(first_batch(), "rr", reason="bounced"))
    assert not reopen().settle(outcomes(first_batch(), "hh"))
    account = ledger.account(CAMPAIGN)
    assert (account.accepted, account.unknown, account.refused, account.held) == (1, 1, 0, 8)
    assert account.reasons == {"timeout": 1}
    assert list(ledger.open_batches(REVISION, 1)) == [list(batches_of(REVISION, 1))[1]]


def test_outcomes_without_a_reservation_are_a_bug_of_ours(ledger: Ledger) -> None:
    with pytest.raises(AssertionError, match="only a reserved batch"):
        ledger.settle(outcomes(first_batch(), "aa"))
    assert ledger.reserve(claim(first_batch())) == Reserved()
    with pytest.raises(AssertionError, match="every recipient"):
        ledger.settle(outcomes(first_batch(), "a"))
    assert ledger.settle(outcomes(first_batch(), "aa"))


def test_what_may_still_leave_is_the_untouched_and_then_the_follow_ups(ledger: Ledger) -> None:
    one, two = batches_of(REVISION, 2)
    assert list(ledger.open_batches(REVISION, 2)) == [one, two]
    send(ledger, one, "hah")
    assert list(ledger.open_batches(REVISION, 2)) == [two, _follow_up(one, 4, 6)]
    send(ledger, two, "hhh")
    assert list(ledger.open_batches(REVISION, 2)) == [_follow_up(one, 4, 6), _follow_up(two, 7, 8, 9)]
    send(ledger, _follow_up(one, 4, 6), "au")
    assert ledger.reserve(claim(_follow_up(two, 7, 8, 9))) == Reserved()
    assert list(ledger.open_batches(REVISION, 2)) == []
    assert list(ledger.open_batches(REVISION, 1)) == list(batches_of(REVISION, 1))


def test_everything_is_remembered_after_a_restart(ledger: Ledger, reopen: Opening) -> None:
    one, two = batches_of(REVISION, 1)
    send(ledger, one, "ha")
    assert ledger.reserve(claim(two, "one")) == Reserved()
    ledger.place(halt(EVERYTHING))
    ledger.close()
    again = reopen()
    assert again.revisions(CAMPAIGN) == (REVISION,)
    assert again.unsettled(CAMPAIGN) == (two.id,)
    assert again.holds(CAMPAIGN) == (halt(EVERYTHING),)
    again.lift(lift_of(halt(EVERYTHING)))
    assert again.reserve(claim(two, "two")) == Taken()
    assert list(again.open_batches(REVISION, 1)) == [_follow_up(one, 0)]
