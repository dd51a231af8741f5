"""How much a word is a Japanese family name: the only module that knows the list of names.

Both are read in when a name in Japanese script is first asked about, half a second, and not before.
Sources: SudachiDict (small), the words tagged 人名-姓 and 人名-名; japanese-personal-name-dataset, 1,999
family names with the number of people who bear them, and 44,000 spellings of given names.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from pipeline.checklist.analyser import dictionary

#: Kanji and hiragana; a name of more characters is none.
_JAPANESE: Final = re.compile(r"(?![ァ-ヴー]+\Z)[々㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffffぁ-んァ-ヴー]{1,12}")
#: Spellings that people keep in their names and dictionaries do not have.
_USUAL: Final = str.maketrans(
    "髙﨑𠮷濵濱邊邉齋齊斎嶋嶌廣澤國櫻眞德惠會曾淸瀨", "高崎吉浜浜辺辺斉斉斉島島広沢国桜真徳恵会曽清瀬"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`score` is high for a family name and low for a given name; what a word is known as."""

    score: float
    family: bool
    given: bool


_UNKNOWN: Final = Standing(0.0, family=False, given=False)


@lru_cache(maxsize=100_000)
def standing(name: str) -> Standing:
    """What is known of a name as it is written; nothing of one in Latin letters or all in katakana."""
    if _JAPANESE.fullmatch(name) is None:
        return _UNKNOWN
    found = _looked_up(name)
    usual = name.translate(_USUAL)
    return found if usual == name or found.family or found.given else _looked_up(usual)


def _looked_up(name: str) -> Standing:
    tagged = {tuple(word.part_of_speech()[2:4]) for word in dictionary().lookup(name)}
    families, givens = _listed()
    bearers = families.get(name, 0)
    family, given = ("人名", "姓") in tagged, ("人名", "名") in tagged
    score = family - given + math.log10(bearers or 1) / 3 - (name in givens)
    return Standing(score, family=family or bearers > 0, given=given or name in givens)


@cache
def _listed() -> tuple[Mapping[str, int], frozenset[str]]:
    """Bearers by family name; given names in kanji and in kana."""
    from japanese_personal_name_dataset import load_dataset  # noqa: PLC0415

    men, women, families = load_dataset("org", include_last_names=True)
    spelt = (name for names in (men, women) for entry in names.values() for name in entry["kanji"])
    return {name: entry["count"] for name, entry in families.items()}, frozenset((*men, *women, *spelt))
