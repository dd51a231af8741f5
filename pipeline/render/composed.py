"""The words of one mail."""

from dataclasses import dataclass, field

from pipeline.render.stencil import Filling


@dataclass(frozen=True, slots=True)
class Composed:
    """The words of one mail, and the row that they were made from.

    `filling` says the same words as a stencil that others share; `unshared` says why there is none.
    """

    recipient_id: str
    address: str
    seal: str
    subject: str
    html: str | None
    text: str
    filling: Filling | None = field(default=None, repr=False)
    unshared: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """The same from child to parent: the number of a stencil that was said before, and the values."""

    recipient_id: str
    address: str
    seal: str
    stencil: int
    values: tuple[str, ...]
