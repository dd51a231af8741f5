"""How the mails of a campaign will travel, and the proof that nobody reads anything else because of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.models.recipient import Recipient
from pipeline.render.composed import Composed
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.stencil import Filling
from pipeline.render.unsubscribe import EXAMPLE_KEY
from pipeline.render.wire import Errand


@dataclass(frozen=True, slots=True)
class Sharing:
    """Of some recipients: how many share how many templates, and why the others have a mail of their own.

    `different` are the rows whose mail came out otherwise than the ordinary rendering; it must be empty.
    """

    templates: int
    shared: int
    alone: tuple[tuple[str, int], ...] = ()
    different: tuple[str, ...] = ()


def sharing_of(source: MailSource, recipients: Sequence[Recipient]) -> Sharing:
    """Render everybody both ways, in two children, and compare; failures count nowhere."""
    with Renderer(source, EXAMPLE_KEY) as renderer:
        shared = renderer.composed(recipients)
    with Renderer(source, EXAMPLE_KEY, errand=Errand.EACH) as renderer:
        ordinary = renderer.composed(recipients)
    mails = [result for result in shared if isinstance(result, Composed)]
    fillings = [mail.said for mail in mails if isinstance(mail.said, Filling)]
    return Sharing(
        templates=len({filling.stencil for filling in fillings}),
        shared=len(fillings),
        alone=tuple(sorted(Counter(mail.unshared for mail in mails if mail.unshared).items())),
        different=tuple(
            recipient.id
            for recipient, one, other in zip(recipients, shared, ordinary, strict=True)
            if _bare(one) != _bare(other)
        ),
    )


def _bare(result: object) -> object:
    """What a person would read, whichever way it was made."""
    return replace(result, said=result.words, unshared="") if isinstance(result, Composed) else result
