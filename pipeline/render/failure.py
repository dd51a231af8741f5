"""Why one person's mail could not be made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pipeline.sentence import SILENCE, Sentence


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """One mail that could not be made: a value, never raised, and never a reason to send something else.

    `sentence` and `remedy` are for people who write mail; neither ever holds a merge value, so both may
    be shown in a pull request. `template` is the name of a file of the campaign, or `subject` or
    `preheader`; `line` counts from 1 and is None when nobody knows.
    """

    sentence: Sentence
    remedy: Sentence = SILENCE
    template: str | None = None
    line: int | None = None
    #: The row that was rendered; None when the fault lies in the files alone.
    recipient_id: str | None = None
    #: Whether a template names what is not there.
    undefined: bool = False
    #: Whether it took all the time that a mail may take: another one may take as long.
    costly: bool = False

    def of(self, recipient_id: str) -> "RenderFailure":
        """The same failure, filed under a row."""
        return replace(self, recipient_id=recipient_id)

    @classmethod
    def from_plain(cls, said: Mapping[str, Any]) -> Self:
        """What `dataclasses.asdict` made of one. Raises TypeError or KeyError for anything else."""
        sentence, remedy = Sentence(**said["sentence"]), Sentence(**said["remedy"])
        return cls(**{**said, "sentence": sentence, "remedy": remedy})

    @property
    def place(self) -> Sentence:
        """Where, in words: `body.mjml, line 12`."""
        if self.template is None:
            return Sentence("the mail", "メール")
        if self.line is None:
            return Sentence(self.template, self.template)
        return Sentence(f"{self.template}, line {self.line}", f"{self.template}の{self.line}行目")

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class Mistake(Exception):
    """Raised inside a template by our own filters and bounds; its text names no merge value."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(en, ja)


class Unrenderable(Exception):
    """Carries a `RenderFailure` up to the place where it becomes the result; it never leaves `compose`."""

    def __init__(self, failure: RenderFailure) -> None:
        super().__init__(str(failure))
        self.failure = failure
