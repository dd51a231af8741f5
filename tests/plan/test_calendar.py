from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.plan.calendar import Quiet, after_quiet, finished_at, in_utc, quiet_until

TOKYO, NEW_YORK = "Asia/Tokyo", "America/New_York"
NIGHT = (time(21), time(8))

ZONES = st.sampled_from([TOKYO, NEW_YORK, "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "UTC"])
TIMES = st.times(time(0), time(23, 59)).map(lambda t: t.replace(second=0, microsecond=0))
QUIET = st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1])
#: Often around the nights in which clocks jump.
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 hypothesis wants it so
    st.datetimes(datetime(2026, 3, 8), datetime(2026, 3, 9)),  # noqa: DTZ001
    st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 2)),  # noqa: DTZ001
).map(lambda moment: moment.replace(tzinfo=UTC))


def utc(day: int, hour: int, minute: int = 0, *, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def wall(day: int, hour: int, minute: int, *, month: int) -> datetime:
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 a wall clock has no zone


def reads_quiet(moment: datetime, quiet: Quiet, zone: str) -> bool:
    """What somebody who looks at the clock on the wall would say."""
    clock = moment.astimezone(ZoneInfo(zone)).time().replace(tzinfo=None)
    start, end = quiet
    return start <= clock < end if start < end else clock >= start or clock < end


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        (utc(1, 11, 59), None),  # 20:59 in Tokyo
        (utc(1, 12, 0), utc(1, 23, 0)),  # 21:00 until 08:00 of the next day
        (utc(1, 15, 30), utc(1, 23, 0)),  # 00:30
        (utc(1, 22, 59), utc(1, 23, 0)),  # 07:59
        (utc(1, 23, 0), None),  # 08:00
    ],
)
def test_quiet_hours_go_over_midnight(moment: datetime, until: datetime | None) -> None:
    assert quiet_until(moment, NIGHT, TOKYO) == until


def test_quiet_hours_within_a_day_end_on_that_day() -> None:
    noon = (time(12), time(13))
    assert quiet_until(utc(1, 3, 30), noon, TOKYO) == utc(1, 4)
    assert quiet_until(utc(1, 4), noon, TOKYO) is None


def test_without_quiet_hours_nothing_is_quiet() -> None:
    assert quiet_until(utc(1, 15), None, TOKYO) is None
    assert after_quiet(utc(1, 15), None, TOKYO) == utc(1, 15)
    assert finished_at(utc(1, 15), timedelta(days=3), None, TOKYO) == utc(4, 15)


def test_a_time_that_the_clock_skips_is_the_moment_of_the_jump() -> None:
    assert in_utc(wall(8, 2, 30, month=3), NEW_YORK) == utc(8, 7, month=3)
    assert in_utc(wall(8, 3, 0, month=3), NEW_YORK) == utc(8, 7, month=3)
    assert in_utc(wall(8, 1, 59, month=3), NEW_YORK) == utc(8, 6, 59, month=3)


def test_a_time_that_the_clock_shows_twice_is_the_first_of_the_two() -> None:
    assert in_utc(wall(1, 1, 30, month=11), NEW_YORK) == utc(1, 5, 30, month=11)
    assert in_utc(wall(1, 1, 30, month=11).replace(fold=1), NEW_YORK) == utc(1, 6, 30, month=11)


def test_quiet_hours_that_end_in_the_repeated_hour_last_until_its_second_reading() -> None:
    until_half_past_one = (time(21), time(1, 30))
    for hour, minute in ((5, 10), (5, 40), (6, 10)):
        over = quiet_until(utc(1, hour, minute, month=11), until_half_past_one, NEW_YORK)
        assert over == utc(1, 6, 30, month=11)
    assert quiet_until(utc(1, 6, 30, month=11), until_half_past_one, NEW_YORK) is None


def test_quiet_hours_that_end_in_the_skipped_hour_end_with_the_jump() -> None:
    assert quiet_until(utc(8, 6, month=3), (time(21), time(2, 30)), NEW_YORK) == utc(8, 7, month=3)


@given(MOMENTS, QUIET, ZONES)
@example(utc(1, 6, 0, month=11), (time(21), time(1, 30)), NEW_YORK)
@example(utc(1, 6, 10, month=11), (time(1, 30), time(1, 10)), NEW_YORK)
def test_quiet_hours_end_later_than_now_and_outside_of_themselves(
    moment: datetime, quiet: Quiet, zone: str
) -> None:
    until = quiet_until(moment, quiet, zone)
    if until is None:
        assert not reads_quiet(moment, quiet, zone)
        return
    assert until > moment
    assert quiet_until(until, quiet, zone) is None
    assert after_quiet(moment, quiet, zone) == until


def working_minutes(start: datetime, end: datetime, quiet: Quiet, zone: str) -> int:
    minutes = int((end - start).total_seconds() // 60)
    moments = (start + timedelta(minutes=n) for n in range(minutes))
    return sum(quiet_until(moment, quiet, zone) is None for moment in moments)


SHORT_NIGHTS = st.sampled_from([NIGHT, (time(1, 30), time(4)), (time(21), time(1, 30)), (time(12), time(13))])


@pytest.mark.slow
@given(MOMENTS.map(lambda m: m.replace(second=0, microsecond=0)), st.integers(0, 1500), SHORT_NIGHTS, ZONES)
def test_work_is_done_in_full_and_never_in_quiet_hours(
    start: datetime, minutes: int, quiet: Quiet, zone: str
) -> None:
    end = finished_at(start, timedelta(minutes=minutes), quiet, zone)
    assert working_minutes(start, end, quiet, zone) == minutes
    if minutes:
        assert quiet_until(end - timedelta(seconds=1), quiet, zone) is None


def test_a_night_pauses_the_work() -> None:
    # 20:00 in Tokyo, two hours of work: one before the night, one after it.
    assert finished_at(utc(1, 11), timedelta(hours=2), NIGHT, TOKYO) == utc(2, 0)
    assert finished_at(utc(1, 11), timedelta(hours=1), NIGHT, TOKYO) == utc(1, 12)


def test_the_answer_is_in_utc_also_for_a_question_in_another_zone() -> None:
    start = datetime(2026, 11, 1, 0, 30, tzinfo=ZoneInfo(NEW_YORK))
    assert finished_at(start, timedelta(hours=3), NIGHT[::-1], NEW_YORK) == utc(1, 7, 30, month=11)
