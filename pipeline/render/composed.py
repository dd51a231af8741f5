"""The words of one mail."""

from dataclasses import dataclass, field

from pipeline.render.stencil import Filling, Words


@dataclass(frozen=True, slots=True)
class Composed:
    """The words of one mail, or a stencil that others share and its values; and the row they were made from.

    `unshared` says why there is no stencil.
    """

    recipient_id: str
    address: str
    seal: str
    said: Words | Filling = field(repr=False)
    unshared: str = ""

    @property
    def words(self) -> Words:
        """What the recipient reads, either way."""
        return self.said if isinstance(self.said, Words) else self.said.words

    @property
    def subject(self) -> str:
        """The line that stands in an inbox."""
        return self.said.subject

    @property
    def html(self) -> str | None:
        """The page; None where the mail is text alone."""
        return self.words.html

    @property
    def text(self) -> str:
        """The text part."""
        return self.words.text


@dataclass(frozen=True, slots=True)
class Filled:
    """The same from child to parent: the number of a stencil that was said before, and the values."""

    recipient_id: str
    address: str
    seal: str
    stencil: int
    values: tuple[str, ...]
