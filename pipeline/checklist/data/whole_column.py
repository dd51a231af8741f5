"""Columns as a whole: values that belong into another one, and the same value for everybody."""

from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.audience.predicate import Predicate
from pipeline.audience.rule import read
from pipeline.checklist.data import columns
from pipeline.checklist.data.columns import SHAPES_JA, Shape, shape_by_name
from pipeline.checklist.data.names import NO_COLUMNS, shown_at_all
from pipeline.checklist.data.survey import Survey, surveyed
from pipeline.checklist.draft import Draft
from pipeline.checklist.masking import Tally
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

#: So much of a column is alike before a value is one of another kind.
_MOST: Final = 0.8
_HALF: Final = 0.5
#: Of fewer rows nothing can be said about a column.
_ROWS_MIN: Final = 20
#: What is never mistaken for anything else.
_TELLING: Final = frozenset({Shape.EMAIL, Shape.URL, Shape.DATE, Shape.POSTAL, Shape.PHONE, Shape.PREFECTURE})
#: What rules about names say already.
_NOT_IN_NAMES: Final = frozenset({Shape.EMAIL, Shape.URL, Shape.POSTAL, Shape.PHONE, Shape.PREFECTURE})


@rule("data/column-shift", "Values stand in their own columns", "値が別の項目にずれていない", Need.CONTACTS)
def column_shift(draft: Draft) -> Iterator[Verdict]:
    """A comma too many moves everything behind it by one column, for one row or for the whole file.

    What a column must hold is told by its name (`phone`, `zip`, `prefecture`, `birthday`, `…_on`) or else by
    most of its values; what stands in it and looks like another column is named. A phone number or an
    address in a name is another rule's.

    Remedy: correct the rows, or export the file anew with quoted values.

    Misses: shifts between columns whose values look alike, such as two numbers.
    """
    survey = draft.audience.once(surveyed)
    if not survey:
        yield NO_COLUMNS
    people = {*columns.names(draft), *columns.kana(draft)}
    for column, seen in survey.items():
        expected = Shape.TEXT if column in people else shape_by_name(column) or _usual(seen)
        if expected is not None:
            for shape, tally in _elsewhere(column, expected, survey, in_name=column in people):
                yield _shifted(draft, column, shape, tally, expected)


def _usual(seen: Survey) -> Shape | None:
    return seen.mostly(_MOST) if seen.filled >= _ROWS_MIN else None


def _elsewhere(
    column: str, expected: Shape, survey: Mapping[str, Survey], *, in_name: bool
) -> Iterator[tuple[Shape, Tally]]:
    """What stands in a column and belongs into another one."""
    others = {other.mostly(_HALF) for name, other in survey.items() if name != column}
    for shape, tally in survey[column].shapes.items():
        if in_name:
            if shape in {Shape.DATE, Shape.NUMBER}:
                yield shape, tally
        elif shape is Shape.TEXT and expected in _TELLING - {Shape.PREFECTURE}:
            if 2 * tally.rows >= survey[column].filled:
                yield shape, tally
        elif shape in _TELLING and shape is not expected and (expected is not Shape.TEXT or shape in others):
            yield shape, tally


def _shifted(draft: Draft, column: str, shape: Shape, tally: Tally, expected: Shape) -> Objection:
    return Objection(
        draft.column_at(column),
        f"{column} holds {shape} in {tally.said}, where {expected} are expected.",
        f"{column}に{SHAPES_JA[shape]}が入っています: {tally.said_ja}。{SHAPES_JA[expected]}の項目です。",
        "Look whether values moved by a column in these rows, and export the contacts anew.",
        "該当行で項目がずれていないか確認し、名簿を書き出し直してください。",
    )


@rule(
    "data/constant-column",
    "Not everybody has the same value",
    "全員が同じ値になっていない",
    Need.CONTACTS,
    severity=Severity.WARNING,
)
def constant_column(draft: Draft) -> Iterator[Verdict]:
    """The same name for everybody is an export of one row many times; the same points for all, a lost join.

    A column that the condition of the segment is about may well be the same for all, and one that no
    template shows harms nobody. For a name it is an error.

    Remedy: look at the column in the contacts; write the value into the template if it is meant.

    Misses: audiences of fewer than twenty people.
    """
    survey = draft.audience.once(surveyed)
    if not survey or all(seen.rows < _ROWS_MIN for seen in survey.values()):
        yield NotApplicable("fewer than twenty people get it", "配信先が20件未満です")
        return
    chosen, people = _chosen_by(draft), {*columns.names(draft), *columns.kana(draft)}
    for column, seen in survey.items():
        if seen.different > 1 or column in chosen or (column in people and not seen.filled):
            continue
        if column in people or shown_at_all(draft, column):
            yield _constant(draft, column, seen, None if column not in people else Severity.ERROR)


def _chosen_by(draft: Draft) -> frozenset[str]:
    """The columns that the segment's condition is about."""
    where = draft.segment.where if draft.segment else None
    parsed = read(where) if where else None
    return frozenset(parsed.names) if isinstance(parsed, Predicate) else frozenset()


def _constant(draft: Draft, column: str, seen: Survey, severity: Severity | None) -> Objection:
    return Objection(
        draft.column_at(column),
        f"{column} is the same for all {seen.rows:,} people."
        if seen.filled
        else f"{column} is empty for all {seen.rows:,} people.",
        f"{column}が{seen.rows:,}件すべて同じ値です。"
        if seen.filled
        else f"{column}が{seen.rows:,}件すべて空欄です。",
        "Look at the column in the contacts.",
        "名簿の項目を確認してください。",
        severity,
    )
