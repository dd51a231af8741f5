"""What a rule says about a place in a file."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.sentence import SILENCE, Language, Sentence


class Severity(StrEnum):
    """How much a finding weighs."""

    #: Blocks: nothing is delivered while it stands.
    ERROR = "error"
    #: Shown to author and reviewer; blocks nothing.
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a file, counted from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """An author's mistake: a value that is collected and shown, never raised.

    `path` is relative to the repository; `remedy` says what to do. `campaign` names the campaign it
    belongs to, None for a shared file.
    """

    rule: str
    path: str
    message: Sentence
    remedy: Sentence = SILENCE
    position: Position = Position()
    severity: Severity = Severity.ERROR
    campaign: str | None = None

    def in_full(self, language: Language) -> str:
        """What is wrong, and what to do about it."""
        said = (self.message.in_language(language), self.remedy.in_language(language))
        return " ".join(filter(None, said))

    def of(self, campaign: str) -> "Finding":
        """The same finding, filed under a campaign."""
        return replace(self, campaign=campaign)


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that stop a delivery."""
    return tuple(finding for finding in findings if finding.severity is Severity.ERROR)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file and line, the way a person works through them; the same finding only once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: (f.path, f.position, f.rule, f.message)))
