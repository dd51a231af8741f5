"""The environment is broken: one sentence, one remedy, one exit status."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the shell is told. Documented in the README; scripts rely on it."""

    FINE = 0
    #: Findings, holds or refusals that the user can mend.
    REFUSED = 1
    #: The command was used wrongly (click's own status).
    USAGE = 2
    #: Credentials, ledger, network, disk: the environment is broken.
    BROKEN = 3


class PipelineError(Exception):
    """Something outside the author's files stops the work.

    `sentence` says what is wrong, `remedy` what to do about it; both are for people.
    """

    exit_status = ExitStatus.BROKEN

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy


class Refused(PipelineError):
    """The user asked for something that Postmerge will not do; the user can mend it."""

    exit_status = ExitStatus.REFUSED


class UsageError(PipelineError):
    """The command was given words that mean nothing here."""

    exit_status = ExitStatus.USAGE
