"""Hundreds of runs in which everything happens at once, from seeds.

kill -9, faults of SES, two senders, reverts, halts, amendments, clocks that jump, accounts that are switched
off. In each run, and at its end: nobody has two messages, the accounts hold, whoever has mail is accepted or
unknown, nothing was reserved while a hold stood, nothing left that main did not want.

POSTMERGE_CHAOS_RUNS says how many runs (`make chaos` plays a thousand), POSTMERGE_CHAOS_SEED repeats them.
"""

import os
from collections import Counter
from collections.abc import Callable
from typing import Final

import pytest

from tests.chaos.crew import Crew
from tests.chaos.dynamodb_desk import DynamoDbDesk
from tests.chaos.play import Play, SqliteDesk
from tests.chaos.script import written
from tests.ses_double import Double

_RUNS: Final = int(os.environ.get("POSTMERGE_CHAOS_RUNS", "300"))
_RUNS_EACH: Final = 60
#: What has to have happened in so many runs, or they prove nothing.
_NOT_MERELY_QUIET: Final = (
    "kills",
    "unknown",
    "batches that a kill left unsettled",
    "ambiguous faults",
    "halts while sending",
    "stops while sending",
    "amended while sending",
    "clock jumps",
    "batches given back",
    "tries beyond the first",
    "revisions beyond the first",
    "excluded at the last moment",
)


def _played(play: Play) -> Counter[str]:
    """A run; with everything that is needed to understand it when it fails."""
    try:
        return play.run()
    except AssertionError as broken:
        script = play.script
        broken.add_note(f"in the run {script.seed}, lasting={script.lasting}:")
        broken.add_note("\n".join(f"  {event}" for event in script.events))
        broken.add_note("\n".join(f"  {name}: {member.told}" for name, member in play.crew.members.items()))
        play.crew.wait()
        play.crew.clear()
        raise


def _left_out(happened: Counter[str]) -> list[str]:
    return [what for what in _NOT_MERELY_QUIET if not happened[what]]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, _RUNS, _RUNS_EACH))
def test_whatever_happens_nobody_has_two_and_everybody_is_accounted_for(
    first: int, senders: Crew, double: Double, seed: str, record_property: Callable[[str, object], None]
) -> None:
    print(f"POSTMERGE_CHAOS_SEED={seed}, runs {first} to {first + _RUNS_EACH - 1}")
    happened: Counter[str] = Counter()
    numbers = list(range(first, min(first + _RUNS_EACH, _RUNS)))
    # What chance has left out so far gets as many runs again; fewer than all may miss it in any case.
    further = range(_RUNS + first, _RUNS + first + _RUNS_EACH) if len(numbers) == _RUNS_EACH else ()
    for number in (*numbers, *further):
        if number >= _RUNS and not _left_out(happened):
            break
        script = written(seed, number)
        happened += _played(Play(script, senders, double, SqliteDesk(senders.stage)))
    record_property("chaos", dict(happened) | {"seed": seed})
    print(dict(happened))
    if further:
        assert _left_out(happened) == []


@pytest.mark.slow
def test_the_same_over_dynamodb(
    cloud_senders: tuple[Crew, DynamoDbDesk],
    double: Double,
    seed: str,
    record_property: Callable[[str, object], None],
) -> None:
    crew, desk = cloud_senders
    runs = max(8, _RUNS // 30)
    print(f"POSTMERGE_CHAOS_SEED={seed}, runs 0 to {runs - 1} over DynamoDB")
    happened: Counter[str] = Counter()
    for number in range(runs):
        script = written(f"{seed}/dynamodb", number, dynamodb=True)
        happened += _played(Play(script, crew, double, desk))
    record_property("chaos", dict(happened) | {"seed": f"{seed} (DynamoDB)"})
    print(dict(happened))
    assert happened["kills"]
    assert happened["halts"]
    assert happened["unknown"]
