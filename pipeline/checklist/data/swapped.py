"""Family and given name in each other's column: judged name by name, and then the column as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from pipeline.checklist.data.columns import family_and_given
from pipeline.checklist.data.known_names import standing
from pipeline.checklist.draft import Audience, Draft
from pipeline.checklist.masking import Tally
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

#: How far two scores must lie apart; measured on pairs of names that are right (`known_names`).
_APART: Final = 0.5
#: So many different names must be in the wrong column before the column is: a family shares one.
_DIFFERENT_MIN: Final = 3


@dataclass(slots=True)
class _Vote:
    """The rows that can be told: those that look swapped, and how many look right."""

    swapped: Tally = field(default_factory=Tally)
    right: int = 0
    different: set[str] = field(default_factory=set)

    def add(self, id_: str, family: str, given: str) -> None:
        verdict = _swapped(family, given)
        if verdict is False:
            self.right += 1
        elif verdict:
            self.swapped.add([id_])
            if len(self.different) < _DIFFERENT_MIN:
                self.different.add(given.strip())

    @property
    def whole_column(self) -> bool:
        return self.swapped.rows > self.right and len(self.different) >= _DIFFERENT_MIN


@lru_cache(maxsize=100_000)
def _swapped(family: str, given: str) -> bool | None:
    """Whether two names look swapped; None where that cannot be told."""
    one, other = standing(family.strip()), standing(given.strip())
    apart = other.score - one.score
    if apart < -_APART:
        return False
    return True if apart > _APART and other.family and one.given else None


@rule(
    "data/swapped-names",
    "Family and given names stand in their own columns",
    "姓と名が入れ替わっていない",
    Need.CONTACTS,
)
def swapped_names(draft: Draft) -> Iterator[Verdict]:
    """花子様 instead of 鈴木様 tells every reader that nobody looked, and it is the commonest merge accident.

    Each half of a name is looked up: how many bear it as a family name, and whether it is known as a given
    name. Where most rows that can be told look swapped, the columns are; where a few do, they are named.

    Remedy: correct the columns `family_name` and `given_name` of the source in the policy, or the rows.

    Misses: names in katakana or Latin letters, and names that are as common on either side (光 and 泉); a
    whole column is seen from three different names on, single rows only where both halves are known.
    """
    columns = family_and_given(draft)
    if columns is None:
        yield NotApplicable(
            "the segment does not have both family and given names", "姓と名の両方の項目がありません"
        )
        return
    vote = draft.audience.once(_voted, columns)
    if vote.swapped.rows:
        yield _whole(draft, columns, vote) if vote.whole_column else _single(draft, columns, vote)


def _voted(audience: Audience, columns: tuple[str, str]) -> _Vote:
    vote = _Vote()
    for rows in audience.rows(*columns):
        family, given = (rows.fields[column] for column in columns)
        for id_, one, other in zip(rows.ids, family, given, strict=True):
            vote.add(id_, one, other)
    return vote


def _whole(draft: Draft, columns: tuple[str, str], vote: _Vote) -> Objection:
    family, given = columns
    return Objection(
        draft.column_at(family),
        f"{family} holds given names, and {given} family names: in {vote.swapped.said} that can be told, "
        f"against {vote.right:,}.",
        f"{family}に名、{given}に姓が入っています。判定できた行のうち{vote.swapped.said_ja}です"
        f"(正しい行は{vote.right:,}行)。",
        "Correct the columns of the source in policy.yaml, or the contacts.",
        "policy.yamlの名簿の項目名か、名簿を直してください。",
    )


def _single(draft: Draft, columns: tuple[str, str], vote: _Vote) -> Objection:
    family, given = columns
    return Objection(
        draft.column_at(family),
        f"{family} and {given} look swapped in {vote.swapped.said}.",
        f"{family}と{given}が入れ替わっている可能性があります: {vote.swapped.said_ja}",
        "Look at these rows in the contacts, and correct them.",
        "名簿の該当行を確認し、直してください。",
        Severity.WARNING,
    )
