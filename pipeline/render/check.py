"""Does this campaign render at all? Asked with invented people, before anybody real is involved."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pipeline.models.recipient import Recipient
from pipeline.render.branch import Branch
from pipeline.render.branch_people import reaching
from pipeline.render.child_process import Spare
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import UnsubscribeKey
from pipeline.render.wire import Errand
from pipeline.sentence import Sentence

#: Known to everybody, so its links unsubscribe nobody: a real key never equals it.
EXAMPLE_KEY = UnsubscribeKey(b"an example that signs nothing real")


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Whose mails were made, and what became of each: people that were given, then further ones.

    After the same fault twice there are fewer results than people.
    """

    people: tuple[Recipient, ...]
    results: tuple[Message | RenderFailure, ...]


Rehearsal = Callable[[MailSource, Sequence[Recipient]], Rehearsed]


@contextmanager
def rehearsals() -> Iterator[Rehearsal]:
    """Rehearsals of several campaigns, one after the other, in one child process."""
    with Spare() as spare:
        yield lambda source, recipients: rehearsed(source, recipients, spare)


def rehearsed(source: MailSource, recipients: Sequence[Recipient], spare: Spare | None = None) -> Rehearsed:
    """The mails of `recipients`, or why there is none; and of more people where a branch is left over.

    What stands in a branch that only some take is read by whoever takes it, so it has to be looked at.
    """
    results, left = _made(source, recipients, spare)
    further = () if not left or _failed(results) else reaching(source, recipients, spare)
    if further:
        results += _made(source, further, spare)[0]
    return Rehearsed((*recipients, *further), results)


def _made(
    source: MailSource, recipients: Sequence[Recipient], spare: Spare | None
) -> tuple[tuple[Message | RenderFailure, ...], tuple[Branch, ...]]:
    """Results, and the branches that are left over.

    When the next one fails in the very same way, the rest is not tried: a template that never ends would
    cost every one of them its time limit.
    """
    results: list[Message | RenderFailure] = []
    seen: set[tuple[Sentence, str | None, int | None]] = set()
    # not shared: to find out what several mails have in common takes longer than to make these few
    with Renderer(source, EXAMPLE_KEY, errand=Errand.REHEARSE, spare=spare) as renderer:
        for result in _one_by_one(renderer, recipients):
            if isinstance(result, RenderFailure):
                fault = (result.sentence, result.template, result.line)
                if fault in seen:
                    break
                seen.add(fault)
            results.append(result)
        return tuple(results), renderer.unreached


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
