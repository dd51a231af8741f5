"""The words of one mail."""

from dataclasses import dataclass, field

from pipeline.render.stencil import Filling, Readable, Words


@dataclass(frozen=True, slots=True)
class Composed(Readable):
    """The words of one mail, or a stencil that others share and its values; and the row they were made from.

    `unshared` says why there is no stencil.
    """

    recipient_id: str
    address: str
    seal: str
    said: Words | Filling = field(repr=False)
    unshared: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The same from child to parent: the number of a stencil that was said before, and the values."""

    recipient_id: str
    address: str
    seal: str
    stencil: int
    values: tuple[str, ...]
