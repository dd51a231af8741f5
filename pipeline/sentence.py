"""A sentence in both languages: worded where it is known what to say, chosen where it is shown (pure)."""

from dataclasses import dataclass
from typing import Final, Literal

#: What a policy may ask reports to be written in.
Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True, order=True)
class Sentence:
    """What people read, whole in each language. Whoever makes one cannot leave a language out.

    `str` gives the English one: for logs, the ledger and whatever only operators see.
    """

    en: str
    ja: str

    def in_language(self, language: Language) -> str:
        """The one that a reader of `language` is shown."""
        return self.ja if language == "ja" else self.en

    def within(self) -> "Sentence":
        """Without its full stop, to stand within another one."""
        return Sentence(self.en.rstrip("."), self.ja.rstrip("。"))

    def replacing(self, words: str, other: "Sentence") -> "Sentence":
        """With the `other` words in the place of `words`, wherever they stand."""
        return Sentence(self.en.replace(words, other.en), self.ja.replace(words, other.ja))

    def __str__(self) -> str:
        return self.en

    def __bool__(self) -> bool:
        return bool(self.en)


#: Where there is nothing to say.
SILENCE: Final = Sentence("", "")


class Unfit(ValueError):
    """A value of a file that cannot be meant so; the reader of the file says where it stands."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(en, ja)
