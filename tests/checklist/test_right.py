"""Long copy that is right: what every rule says about it, because a false alarm is as bad as a miss."""

from pathlib import Path
from typing import Any, Final

import pytest

from pipeline.checklist.catalogue import RULES
from pipeline.checklist.report import CampaignReport, Status
from pipeline.models.finding import Severity
from tests.checklist.drafts import Case, loaded

RIGHT: Final = sorted((Path(__file__).parent / "right").glob("*.yaml"))
#: Warnings that right copy may get, by mail; anything else is a false alarm.
MAY_WARN: Final[dict[str, set[str]]] = {}
#: Names that trip up whoever thinks names are easy: one letter, rare letters, kana, foreign, alike as both.
PEOPLE: Final = [
    ("原", "真"), ("東", "進"), ("髙橋", "﨑子"), ("𠮷田", "健"), ("林", "誠"), ("森", "さくら"),
    ("角", "愛"),
    ("五十嵐", "一"), ("勅使河原", "寿限無太郎"), ("小鳥遊", "翔"), ("一", "二三"),
    ("辻󠄀", "渉"), ("西", "東"),
    ("スミス", "ジョン"), ("グエン", "ティ・ホア"), ("李", "明"), ("O'Brien", "Seán"),
    ("van der Berg", "Anna-Lena"),
    ("Nguyễn", "Thị Hoa"), ("佐々木", "のゞ子"), ("香川", "照之"), ("三浦", "知良"), ("大和", "武蔵"),
]  # fmt: skip


def report(given: dict[str, Any]) -> CampaignReport:
    """Every rule, with everything at hand but the network."""
    return Case({**given, "tested": True}).report(*RULES)


def said(found: CampaignReport, *severities: Severity) -> list[str]:
    return [
        f"{each.rule} {each.path}:{each.position.line}: {each.message}"
        for each in found.findings
        if each.severity in severities
    ]


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_nobody_objects_to_copy_that_is_right(path: Path) -> None:
    found = report(loaded(path))
    assert said(found, Severity.ERROR) == []
    allowed = MAY_WARN.get(path.name, set())
    warned = [line for line in said(found, Severity.WARNING) if line.partition(" ")[0] not in allowed]
    assert warned == []
    assert [item for item in found.items if item.status is Status.COULD_NOT_RUN] == []


def test_there_is_enough_copy_to_be_a_test() -> None:
    assert len(RIGHT) >= 6
    texts = [str(loaded(path).get("text", loaded(path).get("raw_text"))) for path in RIGHT]
    assert all(len(text) > 300 for text in texts)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nobody_objects_to_difficult_names(language: str) -> None:
    rows = [
        {"id": str(number), "email": f"m{number}@people.example", "family_name": family, "given_name": given}
        for number, (family, given) in enumerate(PEOPLE, 1)
    ]
    bounds = {"segment": "members", "expect": {"min": "1", "max": "100"}}
    found = report({"rows": rows, "language": language, "audience": bounds})
    data = [line for line in said(found, Severity.ERROR, Severity.WARNING) if line.startswith("data/")]
    assert data == []
