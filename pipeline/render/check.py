"""Does this campaign render at all? Asked with invented people, before anybody real is involved."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pipeline.models.recipient import Recipient
from pipeline.render.child_process import Spare
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import UnsubscribeKey
from pipeline.sentence import Sentence

#: Known to everybody, so its links unsubscribe nobody: a real key never equals it.
EXAMPLE_KEY = UnsubscribeKey(b"an example that signs nothing real")


Rehearsal = Callable[[MailSource, Sequence[Recipient]], Sequence[Message | RenderFailure]]


@contextmanager
def rehearsals() -> Iterator[Rehearsal]:
    """Rehearsals of several campaigns, one after the other, in one child process."""
    with Spare() as spare:
        yield lambda source, recipients: rehearsed(source, recipients, spare)


def rehearsed(
    source: MailSource, recipients: Sequence[Recipient], spare: Spare | None = None
) -> tuple[Message | RenderFailure, ...]:
    """The mails of `recipients`, or why there is none.

    When the next one fails in the very same way, the rest is not tried: a template that never ends would
    cost every one of them its time limit.
    """
    results: list[Message | RenderFailure] = []
    seen: set[tuple[Sentence, str | None, int | None]] = set()
    # not shared: to find out what several mails have in common takes longer than to make these few
    with Renderer(source, EXAMPLE_KEY, shared=False, spare=spare) as renderer:
        for result in _one_by_one(renderer, recipients):
            if isinstance(result, RenderFailure):
                fault = (result.sentence, result.template, result.line)
                if fault in seen:
                    break
                seen.add(fault)
            results.append(result)
    return tuple(results)


def _one_by_one(renderer: Renderer, recipients: Sequence[Recipient]) -> Iterator[Message | RenderFailure]:
    """A sound mail promises more of them, and those are asked for together; after a failure each alone."""
    waiting = list(recipients)
    step = 1
    while waiting:
        results = renderer.render(waiting[:step])
        waiting = waiting[step:]
        yield from results
        step = 1 if any(isinstance(result, RenderFailure) for result in results) else len(waiting)
