"""The gate: what has left, the limits, and the verdict. Not enough data is no pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.delivery.gate import HoldBack, Proceed, Tally, Verdict, Wait, decide
from pipeline.feedback.heard import Heard
from pipeline.models.policy import Gates

NOW = datetime(2026, 12, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
SILENCE = timedelta(minutes=15)
GATES = Gates()


def tally(accepted: int = 0, **more: object) -> Tally:
    made = Tally(NOW - timedelta(hours=1), NOW, accepted=accepted)
    return replace(made, **more)  # type: ignore[arg-type]


def heard(known: int, **more: int) -> Heard:
    delivered = known - more.get("bounced", 0) - more.get("lost", 0)
    return Heard(known, delivered, newest_at=NOW, **more)


def verdict(
    of: Tally,
    gates: Gates = GATES,
    now: datetime = NOW,
    soaked_at: datetime | None = None,
    judged: frozenset[str] = frozenset(),
) -> Verdict:
    return decide(of, gates, now=now, soaked_at=soaked_at, judged=judged)


HELD = [
    (
        tally(0, rendering_failures=1),
        "1 of 1 messages could not be rendered (100.00%); the limit is 0.00%",
    ),
    (tally(9_999, rendering_failures=1), "1 of 10,000 messages could not be rendered (0.01%)"),
    (tally(980, refused=21), "21 of 1,001 messages were refused (2.10%); the limit is 2.00%"),
    (tally(989, unknown=11), "11 of 1,000 messages had no clear answer (1.10%); the limit is 1.00%"),
    (tally(300, heard=heard(200, bounced=11)), "11 of 200 messages bounced (5.50%); the limit is 5.00%"),
    (tally(1000, heard=heard(1000, complained=2)), "2 of 1,000 messages were reported as spam (0.20%)"),
    (tally(1000, heard=heard(1000, lost=1)), "1 of 1,000 messages could not be rendered (0.10%)"),
    # Few people, and yet no chance: nobody would look at this and go on.
    (tally(0, unknown=10), "10 of 10 messages had no clear answer (100.00%)"),
    (tally(7, refused=1), "1 of 8 messages were refused (12.50%)"),
    (tally(8, heard=heard(8, bounced=3)), "3 of 8 messages bounced (37.50%)"),
    (tally(42, heard=heard(42, complained=1)), "1 of 42 messages were reported as spam (2.38%)"),
]
GOES_ON = [
    tally(0),
    tally(5000),
    tally(990, unknown=10),
    tally(980, refused=20),
    tally(59, refused=1),
    tally(200, heard=heard(200, bounced=10)),
    tally(1000, heard=heard(1000, bounced=50, complained=1)),
    tally(42, heard=heard(42, bounced=1)),
]


@pytest.mark.parametrize(("of", "reason"), HELD)
@pytest.mark.parametrize("soaked_at", [None, NOW, LATER])
def test_over_a_limit_it_holds_at_once_and_says_the_arithmetic(
    of: Tally, reason: str, soaked_at: datetime | None
) -> None:
    said = verdict(of, soaked_at=soaked_at)
    assert isinstance(said, HoldBack)
    assert said.reason.startswith(reason)


@pytest.mark.parametrize("of", GOES_ON)
def test_within_the_limits_it_waits_for_the_soak_and_goes_on(of: Tally) -> None:
    waits = verdict(of, soaked_at=LATER)
    assert isinstance(waits, Wait)
    assert waits.until == LATER
    assert verdict(of, now=LATER, soaked_at=LATER) == Proceed()
    assert verdict(of) == Proceed()


@given(st.integers(1, 100), st.integers(1, 1000))
def test_exactly_the_limit_is_not_over_it_and_one_more_is(percent: int, hundreds: int) -> None:
    gates = Gates.model_validate({"bounce": f"{percent}%", "sample_min": 1})
    known, allowed = hundreds * 100, hundreds * percent
    at_the_limit = verdict(tally(known, heard=heard(known, bounced=allowed)), gates)
    beyond = verdict(tally(known, heard=Heard(known, 0, allowed + 1, newest_at=NOW)), gates)
    assert (type(at_the_limit), type(beyond)) == (Proceed, HoldBack)


@given(st.integers(1, 300), st.data())
def test_more_trouble_is_never_better(known: int, data: st.DataObject) -> None:
    bounced = data.draw(st.integers(0, known))
    worse = data.draw(st.integers(bounced, known))
    first = verdict(tally(known, heard=heard(known, bounced=bounced)))
    second = verdict(tally(known, heard=heard(known, bounced=worse)))
    if isinstance(first, HoldBack):
        assert isinstance(second, HoldBack)


def test_what_a_person_has_let_go_is_asked_again_only_when_it_has_doubled() -> None:
    said = verdict(tally(1000, heard=heard(1000, bounced=60)))
    assert isinstance(said, HoldBack)
    assert said.reason.endswith("A release lets it go on up to 10.00%")
    judged = frozenset({said.about})
    assert verdict(tally(1000, heard=heard(1000, bounced=99)), judged=judged) == Proceed()
    again = verdict(tally(1000, heard=heard(1000, bounced=101)), judged=judged)
    assert isinstance(again, HoldBack)
    assert "20.00%" in again.reason


def test_where_none_was_allowed_each_further_one_is_asked_about() -> None:
    one = verdict(tally(100, rendering_failures=1))
    assert isinstance(one, HoldBack)
    judged = frozenset({one.about})
    assert verdict(tally(200, rendering_failures=1), judged=judged) == Proceed()
    assert isinstance(verdict(tally(200, rendering_failures=2), judged=judged), HoldBack)


def test_one_question_that_was_answered_does_not_hide_another() -> None:
    one = verdict(tally(100, rendering_failures=1))
    assert isinstance(one, HoldBack)
    both = verdict(tally(10, rendering_failures=1, unknown=10), judged=frozenset({one.about}))
    assert isinstance(both, HoldBack)
    assert "no clear answer" in both.reason


@pytest.mark.parametrize(("accepted", "needed"), [(1, 1), (8, 4), (42, 21), (399, 200), (50_000, 200)])
def test_after_the_soak_it_waits_for_events_and_then_holds(accepted: int, needed: int) -> None:
    enough = tally(accepted, heard=heard(needed))
    assert verdict(enough, now=LATER, soaked_at=LATER) == Proceed()
    few = tally(accepted, heard=heard(needed - 1))
    waits = verdict(few, now=LATER, soaked_at=LATER)
    assert isinstance(waits, Wait)
    assert waits.until == LATER + SILENCE
    assert f"only {needed - 1:,} of {accepted:,} messages have an event, and {needed:,} must" in waits.reason
    still = verdict(few, now=LATER + SILENCE - timedelta(seconds=1), soaked_at=LATER)
    assert isinstance(still, Wait)
    holds = verdict(few, now=LATER + SILENCE, soaked_at=LATER)
    assert isinstance(holds, HoldBack)
    assert "not enough to judge" in holds.reason
    judged = frozenset({holds.about})
    assert verdict(few, now=LATER + SILENCE, soaked_at=LATER, judged=judged) == Proceed()
    next_wave = verdict(few, now=LATER + 5 * SILENCE, soaked_at=LATER + 2 * SILENCE, judged=judged)
    assert isinstance(next_wave, HoldBack), "the next wave is another question"


def test_where_no_events_are_read_what_is_known_must_do() -> None:
    assert verdict(tally(5000), now=LATER, soaked_at=LATER) == Proceed()


def test_in_a_long_wave_it_holds_when_no_event_comes_back_any_more() -> None:
    def of(newest_at: datetime | None, known: int = 10) -> Tally:
        return tally(10_000, last_at=LATER, heard=Heard(known, known, newest_at=newest_at))

    assert verdict(of(LATER - SILENCE)) == Proceed()
    silent = verdict(of(LATER - timedelta(minutes=16)))
    assert isinstance(silent, HoldBack)
    assert "mail has left for 16 minutes and no event has come back" in silent.reason
    assert isinstance(verdict(of(None, 0)), HoldBack), "from the beginning, which was an hour before"
    assert verdict(of(NOW - timedelta(hours=1), 10_000)) == Proceed(), "of everybody something is known"
    judged = frozenset({silent.about})
    assert verdict(of(LATER - timedelta(minutes=16)), judged=judged) == Proceed()
