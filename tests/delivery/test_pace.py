from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.clock import ManualClock
from pipeline.delivery.pace import Pace

START = datetime(2026, 12, 1, 1, tzinfo=UTC)
#: A clock counts microseconds, so a wait may be short by one for each batch.
ROUNDING = 1e-5

BATCHES = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5_000)), min_size=1, max_size=40)
RATES = st.sampled_from([0.5, 1.0, 14.0, 49.0, 50.0, 500.0])


@given(RATES, BATCHES)
def test_no_stretch_of_time_sees_more_than_the_rate_and_one_burst(
    rate: float, batches: list[tuple[int, int]]
) -> None:
    clock = ManualClock(START)
    pace = Pace(rate, clock)
    left: list[tuple[datetime, int]] = []
    for size, idle in batches:
        clock.sleep(timedelta(milliseconds=idle))
        pace.take(size)
        left.append((clock.now(), size))
    burst = max(rate, *(size for size, _ in batches)) if len(batches) > 1 else max(rate, batches[0][0])
    for first, (begun, _) in enumerate(left):
        sent = 0
        for moment, size in left[first:]:
            sent += size
            seconds = (moment - begun).total_seconds()
            assert sent <= rate * seconds + burst + rate * ROUNDING * len(batches)


@given(RATES, st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_the_whole_takes_as_long_as_the_rate_says(rate: float, sizes: list[int]) -> None:
    clock = ManualClock(START)
    pace = Pace(rate, clock)
    for size in sizes:
        pace.take(size)
    took = (clock.now() - START).total_seconds()
    total, largest = sum(sizes), max(sizes)
    assert (total - max(rate, largest) - rate) / rate - ROUNDING * len(sizes) <= took
    assert took <= total / rate + ROUNDING * len(sizes)


def test_after_a_pause_no_more_than_a_second_s_worth_leaves_at_once() -> None:
    clock = ManualClock(START)
    pace = Pace(10, clock)
    clock.sleep(timedelta(hours=5))
    begun = clock.now()
    pace.take(10)
    assert clock.now() == begun
    pace.take(10)
    assert clock.now() == begun + timedelta(seconds=1)


def test_a_clock_that_goes_backwards_lets_nothing_through_early() -> None:
    clock = ManualClock(START)
    pace = Pace(10, clock)
    pace.take(10)
    clock.set(START - timedelta(hours=1))
    pace.take(10)
    assert clock.now() == START - timedelta(hours=1) + timedelta(seconds=1)


def test_a_rate_of_nothing_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Pace(0, ManualClock(START))
