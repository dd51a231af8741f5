"""Why one person's mail could not be made."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """One mail that could not be made: a value, never raised, and never a reason to send something else.

    `sentence` and `remedy` are for people who write mail; neither ever holds a merge value, so both may
    be shown in a pull request. `template` is the name of a file of the campaign, or `subject` or
    `preheader`; `line` counts from 1 and is None when nobody knows.
    """

    sentence: str
    remedy: str = ""
    template: str | None = None
    line: int | None = None
    #: The row that was rendered; None when the fault lies in the files alone.
    recipient_id: str | None = None
    #: Whether a template names what is not there.
    undefined: bool = False

    def of(self, recipient_id: str) -> "RenderFailure":
        """The same failure, filed under a row."""
        return replace(self, recipient_id=recipient_id)

    @property
    def place(self) -> str:
        """Where, in words: `body.mjml, line 12`."""
        if self.template is None:
            return "the mail"
        return self.template if self.line is None else f"{self.template}, line {self.line}"

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


class Mistake(Exception):
    """Raised inside a template by our own filters and bounds; its text names no merge value."""


class Unrenderable(Exception):
    """Carries a `RenderFailure` up to the place where it becomes the result; it never leaves `compose`."""

    def __init__(self, failure: RenderFailure) -> None:
        super().__init__(str(failure))
        self.failure = failure
