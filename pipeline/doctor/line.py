"""What the doctor says: parts, each with lines of what, state and remedy."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from pipeline.errors import ExitStatus, PipelineError

_Fact = TypeVar("_Fact")


class State(StrEnum):
    """How something stands."""

    FINE = "fine"
    #: It works, and somebody should know.
    NOTE = "note"
    #: It has to be mended before mail leaves.
    WRONG = "wrong"
    #: It could not be looked at, which is not the same as fine.
    COULD_NOT_RUN = "could-not-run"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: what it is, how it stands, what was found, and what to do where it is not fine."""

    what: str
    state: State
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Things that belong together. `look` may raise PipelineError: then the rest could not be looked at."""

    heading: str
    look: Callable[[], Iterable[Line]]


@dataclass(frozen=True, slots=True)
class Examined:
    """A part that was looked at."""

    heading: str
    lines: tuple[Line, ...]


def examine(parts: Sequence[Part]) -> tuple[Examined, ...]:
    """Look at every part; one that is broken does not hide the others."""
    return tuple(Examined(part.heading, tuple(_lines(part))) for part in parts)


def exit_status(examined: Iterable[Examined]) -> ExitStatus:
    """What the shell is told: 3 where something could not be looked at, 1 where something is wrong."""
    states = {line.state for part in examined for line in part.lines}
    if State.COULD_NOT_RUN in states:
        return ExitStatus.BROKEN
    return ExitStatus.REFUSED if State.WRONG in states else ExitStatus.FINE


def asked(what: str, ask: Callable[[], _Fact], say: Callable[[_Fact], Iterable[Line]]) -> Iterator[Line]:
    """What `say` makes of the fact, or one line that it could not be asked, and why."""
    try:
        fact = ask()
    except PipelineError as error:
        yield Line(what, State.COULD_NOT_RUN, error.sentence, error.remedy)
        return
    yield from say(fact)


def judged(what: str, found: str, *, fine: bool, otherwise: str, remedy: str) -> Line:
    """Fine with what was found, or wrong with what is so otherwise."""
    return Line(what, State.FINE, found) if fine else Line(what, State.WRONG, otherwise, remedy)


def _lines(part: Part) -> Iterator[Line]:
    try:
        yield from part.look()
    except PipelineError as error:
        yield Line("the rest", State.COULD_NOT_RUN, error.sentence, error.remedy)
