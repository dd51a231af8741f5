"""Rules about people: nobody's value leaves with a finding, and the work is bounded."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.checklist import data, recipients
from pipeline.checklist.data import known_names, survey
from pipeline.checklist.draft import Audience
from pipeline.checklist.rule import Need, Rule
from pipeline.sentence import Language
from tests.checklist.drafts import Case, loaded
from tests.checklist.test_cases import path_of

ABOUT_PEOPLE = tuple(
    rule
    for rule in (*recipients.RULES, *data.RULES)
    if rule.check is not None and Need.CONTACTS in rule.needs
)
#: What findings say on their own account: the names of columns, and examples in their remedies.
_OURS = re.compile(r"[A-Za-z0-9 .,-]{1,4}|test|テスト|お客|不明|NULL")


def bad_examples() -> Iterator[Any]:
    for rule in ABOUT_PEOPLE:
        for number, example in enumerate(loaded(path_of(rule))["fail"]):
            if example.get("rows"):
                yield pytest.param(rule, example, id=f"{rule.id} {number}")


@pytest.mark.parametrize(("rule", "example"), list(bad_examples()))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_finding_shows_a_value_of_anybody(rule: Rule, example: dict[str, Any], language: Language) -> None:
    report = Case(example).report(rule)
    values = {value for row in example["rows"] for key, value in row.items() if key != "id" or "@" in value}
    said = " ".join(finding.in_full(language) for finding in report.findings)
    assert report.findings
    assert [value for value in values if value and value in said and not _OURS.fullmatch(value)] == []


@pytest.mark.parametrize(
    "value",
    ["1" * 10_000, "0-" * 5_000, "<a" * 5_000, "@a.b" * 2_500, "&a;" * 3_000, "髙" * 10_000, "é" * 10_000],
)
def test_of_a_value_of_any_length_a_few_hundred_letters_are_looked_at(value: str) -> None:
    short = value[: survey.HEAD] + value[-survey.TAIL :]
    assert list(survey.flaws_of(value)) == list(survey.flaws_of(short))


def test_a_name_of_ten_thousand_letters_is_not_looked_up() -> None:
    known_names.standing.cache_clear()
    assert known_names.standing("花" * 10_000).score == 0
    assert known_names.standing("鈴木").family


def test_a_column_is_read_once_for_all_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    looked = survey.surveyed

    def surveyed(audience: Audience) -> Any:
        asked.append("survey")
        return looked(audience)

    for module in (data.names, data.whole_column):
        monkeypatch.setattr(module, "surveyed", surveyed)
    Case({"rows": [{"family_name": "鈴木", "given_name": "花子"}]}).report(*data.RULES)
    assert asked == ["survey"]
