"""The accounting equation and the cutting of batches, for any audience (pure)."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipeline.ledger.accounting import account_of
from pipeline.ledger.entry import Account, Batch, BatchId, Revision, WaveRecord, batches_of, follow_up
from tests.ledger.books import REVISION, first_batch

_COUNTS = st.integers(0, 40)


@st.composite
def _revisions(draw: st.DrawFn) -> Revision:
    """Any audience in up to five waves."""
    widths = draw(st.lists(st.integers(1, 400), min_size=1, max_size=5))
    ends = tuple(sum(widths[: index + 1]) for index in range(len(widths)))
    sizes = draw(st.tuples(*(st.integers(1, 50) for _ in widths)))
    return replace(REVISION, recipients=ends[-1], waves=ends, batch_sizes=sizes)


@st.composite
def _records(draw: st.DrawFn, wave: int) -> WaveRecord:
    """A wave in which everybody reserved stands somewhere."""
    accepted, refused, excluded, unknown, deferred = (draw(_COUNTS) for _ in range(5))
    reserved = accepted + refused + excluded + unknown + deferred
    settled = datetime(2026, 12, 1, tzinfo=UTC)
    return WaveRecord(wave, reserved, accepted, refused, excluded, unknown, deferred, settled)


_WAVES = st.tuples(_records(1), _records(2)).map(lambda pair: dict(enumerate(pair, 1)))


@given(_revisions())
def test_the_batches_hold_everybody_exactly_once_and_in_order(revision: Revision) -> None:
    waves = range(1, len(revision.waves) + 1)
    positions = [p for wave in waves for batch in batches_of(revision, wave) for p in batch.positions]
    assert positions == list(range(revision.recipients))


@given(_revisions())
def test_every_wave_holds_its_own_share_in_batches_of_its_own_size(revision: Revision) -> None:
    starts = (0, *revision.waves)
    for wave, size in enumerate(revision.batch_sizes, 1):
        batches = list(batches_of(revision, wave))
        assert [batch.id for batch in batches] == [
            BatchId(revision.campaign, revision.number, wave, number) for number in range(1, len(batches) + 1)
        ]
        assert all(len(batch.positions) == size for batch in batches[:-1])
        assert 1 <= len(batches[-1].positions) <= size
        assert sum(len(batch.positions) for batch in batches) == revision.waves[wave - 1] - starts[wave - 1]


def test_a_wave_of_nobody_has_no_batches() -> None:
    assert list(batches_of(replace(REVISION, waves=(0, 10)), 1)) == []


@given(st.lists(st.sampled_from("uarxh"), min_size=1, max_size=50), st.integers(1, 9))
def test_a_follow_up_holds_exactly_those_who_were_certainly_not_sent(states: list[str], attempt: int) -> None:
    batch = Batch(replace(first_batch().id, attempt=attempt), tuple(range(100, 100 + len(states))))
    after = follow_up([(batch, "".join(states))])
    if "h" not in states:
        assert after is None
        return
    assert after is not None
    assert after.id == replace(batch.id, attempt=attempt + 1)
    assert [states[position - 100] for position in after.positions] == ["h"] * states.count("h")
    assert list(after.positions) == sorted(set(after.positions))


@given(_WAVES, _COUNTS)
def test_the_equation_holds_for_every_true_book(waves: dict[int, WaveRecord], untouched: int) -> None:
    people = sum(record.reserved for record in waves.values()) + untouched
    account = account_of([replace(REVISION, recipients=people)], {1: waves}, {"gone": 2})
    assert account.balanced
    assert account.planned == people
    assert account.held == untouched + sum(record.deferred for record in waves.values())
    assert account.reasons == {"gone": 2}


@given(_WAVES, _WAVES, _COUNTS)
def test_of_an_earlier_revision_only_those_it_touched_are_counted(
    earlier: dict[int, WaveRecord], waves: dict[int, WaveRecord], untouched: int
) -> None:
    people = sum(record.reserved for record in waves.values()) + untouched
    touched = sum(record.reserved - record.deferred for record in earlier.values())
    later = replace(REVISION, number=2, recipients=people, barred=touched)
    account = account_of([REVISION, later], {1: earlier, 2: waves}, {})
    alone = account_of([replace(later, barred=0)], {2: waves}, {})
    assert account.balanced
    assert (account.planned, account.held) == (alone.planned + touched, alone.held)
    assert account.accepted == alone.accepted + sum(record.accepted for record in earlier.values())


@given(_WAVES, st.integers(1, 40))
def test_a_book_that_lost_or_doubled_somebody_does_not_balance(
    waves: dict[int, WaveRecord], error: int
) -> None:
    people = sum(record.reserved for record in waves.values())
    for wrong in (error, -error):
        spoilt = {**waves, 1: replace(waves[1], accepted=waves[1].accepted + wrong)}
        assert not account_of([replace(REVISION, recipients=people)], {1: spoilt}, {}).balanced


def test_before_the_first_revision_everything_is_zero() -> None:
    assert account_of([], {}, {}) == Account()
    assert Account().balanced
