from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.gate import HoldBack, Proceed, Tally, Wait, decide
from pipeline.models.policy import Gates

NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
GATES = Gates()

HELD = [
    (Tally(1, 1), "1 of 1 messages could not be rendered (100.00%); the limit is 0.00%"),
    (Tally(10_000, 1), "1 of 10,000 messages could not be rendered (0.01%); the limit is 0.00%"),
    (Tally(200, 0, bounced=11, complained=0), "11 of 200 messages bounced (5.50%); the limit is 5.00%"),
    (
        Tally(1000, 0, bounced=0, complained=2),
        "2 of 1,000 messages were reported as spam (0.20%); the limit is 0.10%",
    ),
]
GOES_ON = [
    Tally(0, 0),
    Tally(5000, 0),
    Tally(200, 0, bounced=10, complained=0),
    Tally(1000, 0, bounced=50, complained=1),
    Tally(199, 0, bounced=199, complained=199),
]


@pytest.mark.parametrize(("tally", "reason"), HELD)
@pytest.mark.parametrize("soaked_at", [None, NOW, LATER])
def test_over_the_limit_it_holds_at_once_and_says_the_arithmetic(
    tally: Tally, reason: str, soaked_at: datetime | None
) -> None:
    assert decide(tally, GATES, now=NOW, soaked_at=soaked_at) == HoldBack(reason)


@pytest.mark.parametrize("tally", GOES_ON)
def test_within_the_limits_it_waits_for_the_soak_and_goes_on(tally: Tally) -> None:
    assert decide(tally, GATES, now=NOW, soaked_at=LATER) == Wait(LATER)
    assert decide(tally, GATES, now=LATER, soaked_at=LATER) == Proceed()
    assert decide(tally, GATES, now=NOW, soaked_at=None) == Proceed()


@given(st.integers(1, 100), st.integers(1, 1000))
def test_exactly_the_limit_is_not_over_it_and_one_more_is(percent: int, hundreds: int) -> None:
    gates = Gates.model_validate({"bounce": f"{percent}%", "sample_min": 1})
    attempted, allowed = hundreds * 100, hundreds * percent
    at_the_limit = decide(Tally(attempted, 0, bounced=allowed), gates, now=NOW, soaked_at=None)
    beyond = decide(Tally(attempted, 0, bounced=allowed + 1), gates, now=NOW, soaked_at=None)
    assert (type(at_the_limit), type(beyond)) == (Proceed, HoldBack)
