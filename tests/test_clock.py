import threading
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.clock import ManualClock, SystemClock, shown

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_a_manual_clock_moves_only_when_it_sleeps_or_is_set() -> None:
    clock = ManualClock(NOON)
    clock.sleep(timedelta(hours=1))
    clock.sleep(timedelta(hours=-5))
    clock.wake()
    assert clock.now() == NOON + timedelta(hours=1)
    clock.set(NOON - timedelta(days=1))
    assert clock.now() == NOON - timedelta(days=1)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(AssertionError):
        ManualClock(NOON.replace(tzinfo=None))


def test_the_system_clock_is_in_utc_and_goes_forward() -> None:
    clock = SystemClock()
    first = clock.now()
    clock.sleep(timedelta(milliseconds=1))
    assert first.tzinfo is UTC
    assert clock.now() > first


def test_waking_ends_a_sleep_of_a_year_and_every_later_one() -> None:
    clock = SystemClock()
    sleeper = threading.Thread(target=clock.sleep, args=(timedelta(days=365),), daemon=True)
    sleeper.start()
    clock.wake()
    sleeper.join(timeout=30)
    assert not sleeper.is_alive()
    clock.sleep(timedelta(days=365))


@pytest.mark.parametrize(
    ("moment", "zone", "text"),
    [
        (NOON, "Asia/Tokyo", "2026-12-01 21:00 JST (12:00 UTC)"),
        (datetime(2026, 12, 1, 20, tzinfo=UTC), "Asia/Tokyo", "2026-12-02 05:00 JST (2026-12-01 20:00 UTC)"),
        (NOON, "UTC", "2026-12-01 12:00 UTC"),
        (NOON, "Europe/London", "2026-12-01 12:00 UTC"),
        (NOON, "America/New_York", "2026-12-01 07:00 EST (12:00 UTC)"),
    ],
)
def test_times_are_shown_in_the_campaigns_zone_and_in_utc(moment: datetime, zone: str, text: str) -> None:
    assert shown(moment, zone) == text
