from datetime import UTC, datetime, timedelta
from itertools import pairwise

from pipeline.delivery.conditions import tries_again_at
from pipeline.ledger.hold import MACHINE, Hold, HoldKind

_NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def _trouble(at: datetime, about: str = "0 accepted") -> Hold:
    return Hold("sale", HoldKind.TRANSPORT, "the sender is not verified", MACHINE, at, about)


def test_the_wait_doubles_with_every_try_in_a_row_up_to_half_an_hour() -> None:
    tries = [_trouble(_NOON)]
    for _ in range(2000):
        tries.append(_trouble(tries_again_at(tries[-1], tries[:-1])))
    waits = [(after.since - before.since) / timedelta(minutes=1) for before, after in pairwise(tries)]
    assert waits[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert set(waits[7:]) == {30}


def test_somebody_who_was_reached_in_between_makes_the_next_wait_a_short_one() -> None:
    before = [_trouble(_NOON + timedelta(hours=hours)) for hours in range(9)]
    anew = _trouble(_NOON + timedelta(hours=9), about="50 accepted")
    assert tries_again_at(anew, before) == anew.since + timedelta(minutes=1)
