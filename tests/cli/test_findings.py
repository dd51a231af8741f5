"""How findings look: for people by heading, for code scanning with rules and fingerprints."""

import json
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.stories.story import CAMPAIGN, FOOTER, POLICY, Story

WRONG = "Dear {{ recipient.name }},\nsee you on Monday, December 1, 2026.\n" + FOOTER


@pytest.fixture
def wrong(story: Story) -> Story:
    story.write({"campaigns/sale/campaign.yaml": CAMPAIGN, "campaigns/sale/body.txt": WRONG})
    return story


def results(run: Run) -> list[dict[str, Any]]:
    """What is said of the wrong weekday; some rules look at the hour and the day on which the test runs."""
    (analysis,) = json.loads(run("check", "--format", "sarif", status=1).stdout)["runs"]
    return [result for result in analysis["results"] if result["ruleId"] == "wording/weekday"]


def test_items_stand_under_their_headings_in_the_order_of_the_paper(wrong: Story, run: Run) -> None:
    wrong.write({"policy.yaml": f"{POLICY}checklist: {{confirm: [content-is-true]}}\n"})
    lines = [
        line.split()
        for line in run("check", status=1).stdout.splitlines()
        if line.startswith("     ") and "^" not in line
    ]
    headings = [words[0] for words in lines if words[1] in {"配信先", "配信設定", "文言", "表示", "システム"}]
    assert headings == ["recipients", "settings", "wording", "display", "system"]
    assert ["fail", "wording/weekday:", "Dates", "and", "weekdays", "agree"] in lines
    assert any(words[:2] == ["later", "person/content-is-true:"] for words in lines)


def test_a_japanese_policy_is_answered_in_japanese(wrong: Story, run: Run) -> None:
    wrong.write({"policy.yaml": POLICY.replace("language: en", "language: ja")})
    said = run("check", status=1).stdout
    assert "2026年12月1日は火曜日です。 [wording/weekday]" in said
    assert "日付と曜日が合っている" in said
    assert "火曜日です" in run("check", "--format", "github", status=1).stdout


@pytest.mark.usefixtures("wrong")
def test_sarif_names_every_rule_with_help_in_its_place(run: Run) -> None:
    (analysis,) = json.loads(run("check", "--format", "sarif", status=1).stdout)["runs"]
    rules = analysis["tool"]["driver"]["rules"]
    for result in analysis["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert "wording/weekday" in {result["ruleId"] for result in analysis["results"]}
    for rule in rules:
        assert rule["help"]["text"]
        assert rule["fullDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}


def test_a_fingerprint_survives_lines_above_and_not_another_mistake(wrong: Story, run: Run) -> None:
    (before,) = results(run)
    wrong.write({"campaigns/sale/body.txt": f"A line more.\n{WRONG}"})
    (moved,) = results(run)
    assert moved["partialFingerprints"] == before["partialFingerprints"]
    assert moved["locations"] != before["locations"]
    wrong.write({"campaigns/sale/body.txt": WRONG.replace("December 1,", "December 3,")})
    (other,) = results(run)
    assert other["partialFingerprints"] != before["partialFingerprints"]


def test_with_a_base_a_change_of_the_policy_touches_every_campaign(wrong: Story, run: Run) -> None:
    wrong.git("add", "-A")
    wrong.git("commit", "-q", "-m", "A campaign")
    wrong.git("switch", "-q", "-c", "change")
    run("check", "--base", "main", status=0)
    wrong.write({"policy.yaml": f"{POLICY}checklist: {{severity: {{settings/owner-exists: warning}}}}\n"})
    assert "wording/weekday" in run("check", "--base", "main", status=1).stdout
