"""Does this campaign render at all? Asked with invented people, before anybody real is involved."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from pipeline.models.recipient import Recipient
from pipeline.render.branch import unreached
from pipeline.render.branch_people import people_for
from pipeline.render.candidates import candidates
from pipeline.render.child_process import Spare
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.probe import Probe
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import EXAMPLE_KEY
from pipeline.render.wire import Errand
from pipeline.sentence import Sentence


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Whose mails were made, and what became of each: people that were given, then further ones.

    After the same fault twice there are fewer results than people.
    """

    people: tuple[Recipient, ...]
    results: tuple[Message | RenderFailure, ...]


Rehearsal = Callable[[MailSource, Sequence[Recipient]], Rehearsed]


@contextmanager
def rehearsals(spare: Spare | None = None) -> Iterator[Rehearsal]:
    """Rehearsals of several campaigns, one after the other, in one child process.

    It is that of `spare`, which stays as it is, or else one that lives for as long.
    """
    with Spare() if spare is None else nullcontext(spare) as kept:
        yield lambda source, recipients: rehearsed(source, recipients, kept)


def rehearsed(source: MailSource, recipients: Sequence[Recipient], spare: Spare | None = None) -> Rehearsed:
    """The mails of `recipients`, or why there is none; and of more people where a branch is left over.

    What stands in a branch that only some take is read by whoever takes it, so it has to be looked at.
    """
    with Renderer(source, EXAMPLE_KEY, errand=Errand.REHEARSE, spare=spare) as renderer:
        results = _made(renderer, recipients)
        if _failed(results):
            return Rehearsed(tuple(recipients), results)
        further = _further(renderer, source, recipients, results)
        return Rehearsed((*recipients, *further), results + _made(renderer, further))


def _further(
    renderer: Renderer,
    source: MailSource,
    recipients: Sequence[Recipient],
    results: Sequence[Message | RenderFailure],
) -> tuple[Recipient, ...]:
    """The fewest people for branches that are left over; all mails so far are sound."""
    probe = Probe(renderer, source)
    ways = probe.rendered(recipients, results)
    if len(ways) < len(recipients):  # the child that said the rest has died, and its numbers with it
        ways = probe.ask(recipients)
    if not unreached(probe.branches, frozenset().union(*(way.taken for way in ways))):
        return ()
    values = candidates(source, tuple(recipients[0].fields))
    return tuple(way.row for way in people_for(probe, ways, values))


def _made(renderer: Renderer, recipients: Sequence[Recipient]) -> tuple[Message | RenderFailure, ...]:
    """Their mails; when the next one fails in the very same way, the rest is not tried.

    A template that never ends would cost every one of them its time limit.
    """
    results: list[Message | RenderFailure] = []
    seen: set[tuple[Sentence, str | None, int | None]] = set()
    for result in _one_by_one(renderer, recipients):
        if isinstance(result, RenderFailure):
            fault = (result.sentence, result.template, result.line)
            if fault in seen:
                break
            seen.add(fault)
        results.append(result)
    return tuple(results)


def _failed(results: Iterable[Message | RenderFailure]) -> bool:
    return any(isinstance(result, RenderFailure) for result in results)


def _one_by_one(renderer: Renderer, recipients: Sequence[Recipient]) -> Iterator[Message | RenderFailure]:
    """A sound mail promises more of them, and those are asked for together; after a failure each alone."""
    waiting = list(recipients)
    step = 1
    while waiting:
        results = renderer.render(waiting[:step])
        waiting = waiting[step:]
        yield from results
        step = 1 if _failed(results) else len(waiting)
