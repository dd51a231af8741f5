"""The calls of one batch, one after the other, until all are made or something stops them.

Pure but for the calls, which it is given.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, assert_never

from pipeline.delivery.ses_calls import Bulk, Call, Single
from pipeline.delivery.ses_outcomes import Answer, Fate, Verdict
from pipeline.delivery.ses_words import trouble_for
from pipeline.delivery.transport import TransportTrouble
from pipeline.ledger.entry import Outcome, State

#: So many are enough to find a single entry because of which SES refuses a whole call of 50.
_MOST_CALLS: Final = 24
_HELD: Final = Outcome(State.HELD)


@dataclass(slots=True)
class Told:
    """What became of everybody, by place; and whether the sender should stop, or only slow down."""

    outcomes: dict[int, Outcome] = field(default_factory=dict)
    trouble: TransportTrouble | None = None
    slow_down: bool = False


def tell(calls: Sequence[Call], make: Callable[[Call], Answer]) -> Told:
    """Make the calls with `make`, each once, and say what became of everybody.

    A call that is refused because of its content is cut in two until the entry is found that spoils it.
    That repeats nothing: such an answer is clear, and says that nobody of the call was sent anything.
    """
    told = Told({place: _HELD for call in calls for place in call.places})
    made = 0
    for number, call in enumerate(calls):
        made = _Searching(told, calls, number).through(call, make, made)
        if told.trouble is not None or told.slow_down:
            break
    return told


class _Searching:
    """One planned call and, where its content is refused, its parts."""

    def __init__(self, told: Told, calls: Sequence[Call], number: int) -> None:
        self._told = told
        self._blamed: dict[int, Verdict] = {}
        self._refused: Verdict | None = None
        self._others = [place for call in calls[:number] for place in call.places]

    def through(self, call: Call, make: Callable[[Call], Answer], made: int) -> int:
        """Make the call, or its parts; returns the number of calls so far."""
        told = self._told
        waiting = deque([call])
        while waiting and told.trouble is None and not told.slow_down:
            part = waiting.popleft()
            answer = make(part)
            made += 1
            if isinstance(answer, tuple):
                _take(told, part, answer)
            elif answer.fate is not Fate.REFUSED:
                _take_whole(told, part, answer)
            elif isinstance(part, Bulk) and len(part.places) > 1:
                self._refused = answer
                if made >= _MOST_CALLS:
                    told.trouble = trouble_for(answer.code, unknown=False)
                waiting.extendleft(reversed(part.halves))
            else:
                self._blamed[part.places[0]] = answer
        self._judge(call)
        return made

    def _judge(self, call: Call) -> None:
        """Refuse for good those because of whom a call was refused, if it was them and not the template.

        It was them when the same template, or for a mail of its own any mail, went through beside them.
        """
        beside = self._others if isinstance(call, Single) else call.places
        sent = any(self._told.outcomes[place].state is State.ACCEPTED for place in beside)
        for place, verdict in self._blamed.items():
            if sent:
                self._told.outcomes[place] = verdict.outcome
            elif self._told.trouble is None:
                self._told.trouble = trouble_for(verdict.code, unknown=False)


def _take_whole(told: Told, call: Call, verdict: Verdict) -> None:
    """One verdict for everybody of a call."""
    for place in call.places:
        told.outcomes[place] = verdict.outcome
    match verdict.fate:
        case Fate.SENT | Fate.REFUSED:
            pass
        case Fate.LATER:
            told.slow_down = True
        case Fate.STOP:
            told.trouble = trouble_for(verdict.code, unknown=False)
        case Fate.UNKNOWN:
            told.trouble = trouble_for(verdict.code, unknown=True)
        case _:
            assert_never(verdict.fate)


def _take(told: Told, call: Call, verdicts: Sequence[Verdict]) -> None:
    """A verdict for each entry of a call."""
    fates = [verdict.fate for verdict in verdicts]
    if len(fates) > 1 and all(fate is Fate.REFUSED for fate in fates):
        # Everybody? Then it is the mail, and nobody must lose it for good.
        told.trouble = trouble_for(verdicts[0].code, unknown=False)
        return
    for place, verdict in zip(call.places, verdicts, strict=True):
        told.outcomes[place] = verdict.outcome
    stop = next((verdict for verdict in verdicts if verdict.fate is Fate.STOP), None)
    lost = next((verdict for verdict in verdicts if verdict.fate is Fate.UNKNOWN), None)
    if lost is not None and lost.code == "FAILED" and Fate.SENT in fates:
        lost = None  # a misfortune of one entry, and the call as such works
    if stop is not None or lost is not None:
        worst = stop or lost
        assert worst is not None
        told.trouble = trouble_for(worst.code, unknown=stop is None)
    told.slow_down = Fate.LATER in fates
