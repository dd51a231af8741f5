"""What every ledger promises about orders, revisions, holds on record and the accounting."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.ledger.entry import Account, Reserved, TestSend, WaveRecord, batches_of, follow_up
from pipeline.ledger.hold import EVERYTHING, Hold, HoldKind
from pipeline.ledger.store import Ledger
from tests.ledger.books import (
    CAMPAIGN,
    KINDS,
    ORDER,
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


@pytest.fixture(params=KINDS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Ledger]]:
    """Opens the ledger once more: another process, or the same one after a restart."""
    opened: list[Ledger] = []

    def opening() -> Ledger:
        opened.append(KINDS[request.param](tmp_path))
        return opened[-1]

    yield opening
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(reopen: Callable[[], Ledger]) -> Ledger:
    return reopen()


def test_a_new_ledger_knows_nothing(ledger: Ledger) -> None:
    assert ledger.campaigns() == ()
    assert ledger.orders(CAMPAIGN) == ()
    assert ledger.revisions(CAMPAIGN) == ()
    assert ledger.account(CAMPAIGN) == Account()
    assert ledger.holds(EVERYTHING) == ()
    assert ledger.waves(REVISION) == {}
    assert ledger.newest_entry_at() is None


def test_the_first_sight_of_a_merge_counts(ledger: Ledger, reopen: Callable[[], Ledger]) -> None:
    assert ledger.record_order(ORDER) == ORDER
    seen_again = replace(ORDER, seen_at=minute(30), checksum="other", recipients=99)
    assert reopen().record_order(seen_again) == ORDER
    assert reopen().record_order(replace(ORDER, seen_at=minute(-30))) == ORDER
    assert ledger.orders(CAMPAIGN) == (ORDER,)


def test_another_merge_and_other_content_are_orders_of_their_own_oldest_first(ledger: Ledger) -> None:
    merged_again, edited = (
        replace(ORDER, commit="beef", seen_at=minute(9)),
        replace(ORDER, digest="d2", seen_at=minute(5)),
    )
    elsewhere = replace(ORDER, campaign="spring-letter")
    for order in (merged_again, elsewhere, ORDER, edited):
        assert ledger.record_order(order) == order
    assert ledger.orders(CAMPAIGN) == (ORDER, edited, merged_again)
    assert ledger.campaigns() == ("spring-letter", CAMPAIGN)


def test_test_sends_are_found_by_exactly_their_content(ledger: Ledger) -> None:
    early, late = TestSend(CAMPAIGN, "d1", "Hana Mori", minute(1)), TestSend(CAMPAIGN, "d1", "Ken", minute(2))
    other = TestSend(CAMPAIGN, "d2", "Hana Mori", minute(3))
    for test_send in (late, other, early, early):
        ledger.record_test_send(test_send)
    assert ledger.test_sends(CAMPAIGN, "d1") == (early, late)
    assert ledger.test_sends(CAMPAIGN, "d3") == ()
    assert ledger.test_sends("spring-letter", "d1") == ()


def test_only_the_next_revision_can_be_opened(ledger: Ledger, reopen: Callable[[], Ledger]) -> None:
    later = next_revision(REVISION, 3)
    assert not ledger.open_revision(later)
    assert ledger.open_revision(REVISION)
    assert not reopen().open_revision(replace(REVISION, audience="the other sender's"))
    assert not ledger.open_revision(replace(later, number=3))
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    assert ledger.open_revision(later)
    assert ledger.revisions(CAMPAIGN) == (REVISION, later)
    assert ledger.revisions("spring-letter") == ()
    assert ledger.campaigns() == (CAMPAIGN,)


def test_the_last_revision_of_a_segment_is_that_of_another_campaign(ledger: Ledger) -> None:
    spring = replace(REVISION, campaign="spring-letter", opened_at=minute(-60))
    autumn = replace(REVISION, campaign="autumn-letter", opened_at=minute(-30))
    elsewhere = replace(REVISION, campaign="summer-letter", segment="staff", opened_at=minute(-1))
    for revision in (autumn, spring, elsewhere, REVISION):
        assert ledger.open_revision(revision)
    assert ledger.last_of_segment("members", other_than=CAMPAIGN) == autumn
    assert ledger.last_of_segment("staff", other_than="summer-letter") is None
    assert ledger.last_of_segment("nobody", other_than=CAMPAIGN) is None


def test_the_waves_say_how_many_stand_where(ledger: Ledger) -> None:
    assert ledger.open_revision(REVISION)
    one, two = batches_of(REVISION, 2)
    send(ledger, one, "arh", at=3)
    assert ledger.reserve(claim(two)) == Reserved()
    assert ledger.waves(REVISION) == {2: WaveRecord(2, 6, 1, 1, 0, 3, 1, minute(3))}
    assert ledger.settle(outcomes(two, "xua", at=4))
    deferred = follow_up([(one, "arh")])
    assert deferred is not None
    assert ledger.reserve(claim(deferred)) == Reserved()
    assert ledger.waves(REVISION) == {2: WaveRecord(2, 6, 2, 1, 1, 2, 0, minute(4))}
    send(ledger, first_batch(), "aa", at=9)
    assert ledger.waves(REVISION)[1] == WaveRecord(1, 2, 2, 0, 0, 0, 0, minute(9))


def test_a_wave_without_outcomes_is_as_old_as_its_reservation(ledger: Ledger) -> None:
    assert ledger.open_revision(REVISION)
    assert ledger.reserve(claim(first_batch())) == Reserved()
    assert ledger.waves(REVISION) == {1: WaveRecord(1, 2, 0, 0, 0, 2, 0, minute(1))}


def test_everybody_is_accounted_for(ledger: Ledger) -> None:
    assert ledger.open_revision(REVISION)
    assert ledger.account(CAMPAIGN) == Account(planned=10, held=10)
    one, two = batches_of(REVISION, 2)
    send(ledger, one, "rxh", reason="gone")
    assert ledger.reserve(claim(two)) == Reserved()
    account = ledger.account(CAMPAIGN)
    assert (account.refused, account.excluded, account.unknown, account.held) == (1, 1, 3, 5)
    assert account.balanced
    assert account.planned == 10


def test_reasons_count_those_who_did_not_get_it(ledger: Ledger) -> None:
    assert ledger.open_revision(REVISION)
    one, two = batches_of(REVISION, 2)
    send(ledger, one, "rra", reason="gone")
    send(ledger, two, "xua", reason="gone")
    assert ledger.account(CAMPAIGN).reasons == {"gone": 4}


def test_over_revisions_everybody_is_counted_once(ledger: Ledger) -> None:
    assert ledger.open_revision(REVISION)
    one, two = batches_of(REVISION, 1)
    send(ledger, one, "ah")
    send(ledger, two, "rx")
    later = replace(next_revision(REVISION, 7), barred=3)  # ten, minus those reserved and not deferred
    ledger.end_revision(CAMPAIGN, 1, minute(5))
    assert ledger.open_revision(later)
    assert ledger.account(CAMPAIGN) == Account(planned=10, accepted=1, refused=1, excluded=1, held=7)
    send(ledger, first_batch(later), "a")
    assert ledger.account(CAMPAIGN) == Account(planned=10, accepted=2, refused=1, excluded=1, held=6)
    assert ledger.account("spring-letter") == Account()


def test_whoever_was_reserved_is_left_out_of_the_next_revision(ledger: Ledger) -> None:
    assert ledger.open_revision(REVISION)
    one, two = batches_of(REVISION, 2)
    send(ledger, one, "ahu")
    assert ledger.reserve(claim(two)) == Reserved()
    assert sorted(ledger.reserved_positions(REVISION)) == [4, 6, 7, 8, 9]
    deferred = follow_up([(one, "ahu")])
    assert deferred is not None
    send(ledger, deferred, "r")
    assert sorted(ledger.reserved_positions(REVISION)) == [4, 5, 6, 7, 8, 9]


def test_what_a_crash_left_behind_is_listed(ledger: Ledger) -> None:
    assert ledger.open_revision(REVISION)
    one, two = batches_of(REVISION, 2)
    for batch in (two, one, first_batch()):
        assert ledger.reserve(claim(batch)) == Reserved()
    assert ledger.unsettled(CAMPAIGN) == (first_batch().id, one.id, two.id)
    assert ledger.settle(outcomes(one, "uuu"))
    assert ledger.unsettled(CAMPAIGN) == (first_batch().id, two.id)
    assert ledger.unsettled("spring-letter") == ()


def test_a_hold_is_kept_word_for_word(ledger: Ledger) -> None:
    hold = Hold(CAMPAIGN, HoldKind.GATE, "苦情が多い", "gate", minute(1), about="1/2")
    ledger.place(hold)
    assert ledger.holds(CAMPAIGN) == (hold,)


def test_holds_are_those_of_the_campaign_and_those_for_all_oldest_first(ledger: Ledger) -> None:
    ours, everywhere, theirs = halt(at=2), halt(EVERYTHING, at=1), halt("spring-letter")
    for hold in (ours, theirs, everywhere, ours):
        ledger.place(hold)
    assert ledger.holds(CAMPAIGN) == (everywhere, ours)
    assert ledger.holds(EVERYTHING) == (everywhere,)
    assert ledger.lifted(CAMPAIGN) == ()


def test_a_lifted_hold_stands_no_more_and_stays_on_record(ledger: Ledger) -> None:
    hold, everywhere = halt(at=1), halt(EVERYTHING, at=2)
    for placed in (hold, everywhere):
        ledger.place(placed)
        ledger.lift(lift_of(placed))
        ledger.lift(lift_of(placed, at=9))
    assert ledger.holds(CAMPAIGN) == ()
    assert ledger.lifted(CAMPAIGN) == (hold,)
    assert ledger.lifted(EVERYTHING) == (everywhere,)
    ledger.place(halt(at=6))
    assert ledger.holds(CAMPAIGN) == (halt(at=6),)


def test_every_kind_of_entry_moves_the_newest_moment(ledger: Ledger) -> None:
    hold = halt(at=4)
    deeds: tuple[tuple[Callable[[], object], int], ...] = (
        (lambda: ledger.record_order(replace(ORDER, seen_at=minute(1))), 1),
        (lambda: ledger.record_test_send(TestSend(CAMPAIGN, "d1", "Ken", minute(2))), 2),
        (lambda: ledger.open_revision(replace(REVISION, opened_at=minute(3))), 3),
        (lambda: ledger.place(hold), 4),
        (lambda: ledger.lift(lift_of(hold, at=5)), 5),
        (lambda: ledger.reserve(claim(first_batch(), at=6)), 6),
        (lambda: ledger.settle(outcomes(first_batch(), "aa", at=7)), 7),
    )
    for deed, moment in deeds:
        deed()
        assert ledger.newest_entry_at() == minute(moment)
    ledger.record_order(replace(ORDER, commit="older", seen_at=minute(-5)))
    assert ledger.newest_entry_at() == minute(7)
