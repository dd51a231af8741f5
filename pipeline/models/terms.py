"""A team's own word list: what it prefers to write, and what it never writes."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from pipeline.models.frozen import Frozen
from pipeline.models.quantity import Line
from pipeline.sentence import Unfit

#: A word as it stands in copy, with its width and its capitals.
Word = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\r\n]*$")]
_Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=50)]


class Preferred(Frozen):
    """One word for one thing."""

    #: The word to write.
    write: Word
    #: Other words and spellings for the same.
    instead_of: _Words
    #: Why, for whoever wrote another.
    why: Line | None = None

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if self.write in self.instead_of:
            raise Unfit(
                f"{self.write!r} cannot be written instead of itself",
                f"{self.write!r}を{self.write!r}自身に言い換えることはできません",
            )
        return self


class Banned(Frozen):
    """Words that no mail has."""

    #: They block.
    words: _Words
    #: Why, for whoever wrote one.
    why: Line
    #: What may be written.
    write: Word | None = None


class Terms(Frozen):
    """What the file that `checklist.terms` of the policy names says."""

    preferred: Annotated[tuple[Preferred, ...], Field(max_length=300)] = ()
    banned: Annotated[tuple[Banned, ...], Field(max_length=300)] = ()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        banned = {word for each in self.banned for word in each.words}
        wanted = {each.write for each in self.preferred} | {each.write for each in self.banned if each.write}
        if both := sorted(banned & wanted):
            raise Unfit(
                f"{both[0]!r} is both banned and to be written",
                f"{both[0]!r}は、使わない言葉と使う言葉の両方に書かれています",
            )
        return self
