"""Does this campaign render at all? Asked with invented people, before anybody real is involved."""

from collections.abc import Sequence

from pipeline.models.recipient import Recipient
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import UnsubscribeKey

#: Known to everybody, so its links unsubscribe nobody: a real key never equals it.
EXAMPLE_KEY = UnsubscribeKey(b"an example that signs nothing real")


def sample(source: MailSource, recipients: Sequence[Recipient]) -> tuple[Message | RenderFailure, ...]:
    """The mails of `recipients`, with unsubscribe links that work for nobody."""
    with Renderer(source, EXAMPLE_KEY) as renderer:
        return renderer.render(recipients)


def problems(source: MailSource, recipients: Sequence[Recipient]) -> tuple[RenderFailure, ...]:
    """Why some of `recipients` would get no mail; the same fault only once. Empty when all is well."""
    seen: dict[tuple[str, str | None, int | None], RenderFailure] = {}
    for result in sample(source, recipients):
        if isinstance(result, RenderFailure):
            seen.setdefault((result.sentence, result.template, result.line), result)
    return tuple(seen.values())
