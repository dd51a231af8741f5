"""Sums of money and percentages as people write them in copy (pure)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import Final

from pipeline.checklist.wording.dates import MENTIONS_MAX, fold

PERCENT: Final = "%"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,4})?"
_MYRIADS: Final = {"千": 10**3, "万": 10**4, "億": 10**8}
_UNITS: Final = {
    "円": "円", "¥": "円", "yen": "円", "jpy": "円",
    "ドル": "$", "$": "$", "us$": "$", "usd": "$", "dollar": "$", "dollars": "$",
    "ユーロ": "€", "€": "€", "eur": "€", "euro": "€", "euros": "€",
    "£": "£", "gbp": "£", "pounds": "£",
    "%": PERCENT, "パーセント": PERCENT, "percent": PERCENT, "per cent": PERCENT,
}  # fmt: skip
_BEHIND = (
    r"円|yen\b|JPY\b|ドル|USD\b|dollars?\b|ユーロ|euros?\b|EUR\b|GBP\b|pounds\b|%|パーセント|per ?cent\b"
)
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<![\d,.])(?P<n>{_NUMBER})\s?(?:(?P<m>[千万億])(?:(?P<n2>\d{{1,4}})(?P<m2>千)?)?)?\s?(?P<u>{_BEHIND})",
        # 30〜50%: the first of the two has its unit behind the second
        rf"(?<![\d,.])(?P<n>{_NUMBER})(?=\s?[〜~–-]\s?{_NUMBER}\s?(?P<u>{_BEHIND}))",
        rf"(?P<u>US\$|[¥$€£]|JPY\s|USD\s|EUR\s)\s?(?P<n>{_NUMBER})(?!\d|,\d)",
        # 3割引, 2割5分
        r"(?<![\d,.])(?P<tenths>\d)割(?:(?P<hundredths>\d)分)?(?!\d)",
        r"(?P<half>半額)",
    )
)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a text, from `start` to `end`: so many of a unit, `円`, `$`, `%`."""

    start: int
    end: int
    value: Decimal
    unit: str

    @property
    def key(self) -> tuple[str, Decimal]:
        """What two ways of writing one amount have in common."""
        return self.unit, self.value


@lru_cache(maxsize=256)
def amounts(text: str) -> tuple[Amount, ...]:
    """Every sum of money and percentage in a text, in order; of each form at most MENTIONS_MAX."""
    folded = fold(text)
    matches = (match for form in _FORMS for match in islice(form.finditer(folded), MENTIONS_MAX))
    found = (_amount(match) for match in matches)
    return tuple(_apart(sorted(found, key=lambda each: (each.start, -each.end))))


def sole(text: str) -> Amount | None:
    """The amount that a fact says, when it says one that has a unit: 5,000円, 30%."""
    found = amounts(text)
    return found[0] if len(found) == 1 else None


def says(text: str, words: str) -> bool:
    """Whether a text says what a fact says in `words`, however it is written: 5000円 is 5,000円.

    What is no amount is looked for in its own words: 4日 is not in 14日.
    """
    meant = sole(words)
    if meant is not None:
        return any(each.key == meant.key for each in amounts(text))
    text, bare = _bare(text), _bare(words).strip()
    guard = r"(?<![\d.])" if bare[:1].isdigit() else ""
    tail = r"(?![\d])" if bare[-1:].isdigit() else ""
    return re.search(f"{guard}{re.escape(bare)}{tail}", text) is not None


def _bare(text: str) -> str:
    return re.sub(r"(?<=\d),(?=\d{3})", "", fold(text))


def _apart(ordered: list[Amount]) -> Iterator[Amount]:
    behind = 0
    for each in ordered:
        if each.start >= behind:
            yield each
            behind = each.end


def _amount(match: re.Match[str]) -> Amount:
    said = match.groupdict()
    if said.get("half"):
        return Amount(*match.span(), Decimal(50), PERCENT)
    if said.get("tenths"):
        tenths, hundredths = int(said["tenths"]), int(said.get("hundredths") or 0)
        return Amount(*match.span(), Decimal(tenths * 10 + hundredths), PERCENT)
    value = Decimal(said["n"].replace(",", "")) * _MYRIADS.get(said.get("m") or "", 1)
    if said.get("n2"):
        value += Decimal(said["n2"]) * _MYRIADS.get(said.get("m2") or "", 1)
    return Amount(*match.span(), value.normalize(), _UNITS[said["u"].strip().lower()])
