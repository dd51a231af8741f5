"""The environment is broken: one sentence, one remedy, one exit status."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Final

from pipeline.sentence import SILENCE, Language, Sentence


class ExitStatus(IntEnum):
    """What the shell is told. Documented in the README; scripts rely on it."""

    FINE = 0
    #: Findings, holds or refusals that the user can mend.
    REFUSED = 1
    #: The command was used wrongly (click's own status).
    USAGE = 2
    #: Credentials, ledger, network, disk: the environment is broken.
    BROKEN = 3


#: What a Japanese report says of trouble that only operators can mend, and that they read in English.
_FOR_OPERATORS: Final = "Postmergeの実行環境に問題があります。運用担当者に連絡してください。"

_THE_REPOSITORY: Final = Sentence("the repository", "リポジトリ")


class PipelineError(Exception):
    """Something outside the author's files stops the work.

    `sentence` says what is wrong, `remedy` what to do about it; both are for people, and operators read
    English. What may stand in a report or a comment is given in both languages: `said` and `to_do`.
    """

    exit_status = ExitStatus.BROKEN

    def __init__(self, sentence: str | Sentence, remedy: str | Sentence = SILENCE) -> None:
        self.said = sentence if isinstance(sentence, Sentence) else Sentence(sentence, _FOR_OPERATORS)
        self.to_do = remedy if isinstance(remedy, Sentence) else Sentence(remedy, "")
        self._in_both = isinstance(sentence, Sentence) and isinstance(remedy, Sentence)
        super().__init__(self.said.en)

    def told(self, language: Language) -> tuple[str, str]:
        """Sentence and remedy for a terminal: in English, unless both were given in both languages."""
        spoken: Language = language if self._in_both else "en"
        return self.said.in_language(spoken), self.to_do.in_language(spoken)

    @property
    def reason(self) -> Sentence:
        """Both at once, for where there is one place for them."""
        return Sentence(f"{self.sentence} {self.remedy}".rstrip(), self.said.ja + self.to_do.ja)

    @property
    def sentence(self) -> str:
        """What is wrong, in English."""
        return self.said.en

    @property
    def remedy(self) -> str:
        """What to do about it, in English."""
        return self.to_do.en

    def name_below(self, root: Path) -> None:
        """Name files as the repository at `root` does, and not by where this machine keeps it."""
        for words, other in ((f"{root}/", SILENCE), (str(root), _THE_REPOSITORY)):
            self.said = self.said.replacing(words, other)
            self.to_do = self.to_do.replacing(words, other)


class Refused(PipelineError):
    """The user asked for something that Postmerge will not do; the user can mend it."""

    exit_status = ExitStatus.REFUSED


class UsageError(PipelineError):
    """The command was given words that mean nothing here."""

    exit_status = ExitStatus.USAGE


@contextmanager
def named_below(root: Path) -> Iterator[None]:
    """What goes wrong in here may be read in a report or a comment, where no path of this machine belongs."""
    try:
        yield
    except PipelineError as error:
        error.name_below(root)
        raise
