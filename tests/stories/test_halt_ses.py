"""After a halt SES gets no more than what was under way: measured as `python -m benchmarks.halt` does."""

from pathlib import Path

import pytest

from benchmarks.halt import MOST, measure
from tests.ses_double import running


@pytest.mark.slow
def test_after_a_hold_ses_accepts_at_most_the_calls_in_flight(tmp_path: Path) -> None:
    with running() as double:
        halted = measure(tmp_path, double, people=2_000, noticed=200)
        reached = sum(double.accepted().values())
        assert double.twice() == {}
    print(f"{halted.after} accepted after the hold, {halted.seconds:.2f} s; at most {MOST}")
    assert halted.before >= 200
    assert halted.after <= MOST
    assert reached == halted.before + halted.after < 2_000, "the brake came too late to show anything"
