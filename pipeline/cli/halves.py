"""Many campaigns are checked by two processes: this one, and one that is forked for the other half."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Final

from pipeline.checklist.report import Report
from pipeline.errors import PipelineError

#: Fewer are checked before another process has got going.
_MANY: Final = 16
_Check = Callable[[Sequence[str]], Report]


def enough_for_two(count: int) -> bool:
    """Whether so many campaigns are checked by two processes, here."""
    return count >= _MANY and len(os.sched_getaffinity(0)) >= 2  # noqa: PLR2004 a half for each


def in_halves(names: Sequence[str], check: _Check) -> Report:
    """`check(names)`, on two processors where there are many names.

    `check` opens what it needs itself, the ledger and the contacts: nothing open may be shared. Raises what
    it raises.
    """
    if not enough_for_two(len(names)):
        return check(names)
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(check, names[1::2], theirs), daemon=True)
    process.start()
    theirs.close()
    half = check(names[::2])
    other = _heard(ours) or check(names[1::2])
    process.join()
    if isinstance(other, PipelineError):
        raise other
    return _together(names, half, other)


def _answer(check: _Check, names: Sequence[str], to: Connection) -> None:
    """In the other process: the report, or why there is none."""
    try:
        answer: Report | PipelineError = check(names)
    except PipelineError as error:
        answer = error
    to.send(answer)


def _heard(ours: Connection) -> Report | PipelineError | None:
    """What the other process says; None when it ended without a word."""
    try:
        answer: Report | PipelineError = ours.recv()
    except EOFError:
        return None
    return answer


def _together(names: Sequence[str], half: Report, other: Report) -> Report:
    by_name = {each.id: each for each in (*half.campaigns, *other.campaigns)}
    return replace(half, campaigns=tuple(by_name[name] for name in names))
