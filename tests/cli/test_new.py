import pytest

from tests.cli.conftest import Run
from tests.stories.story import POLICY, Story


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_new_segment_and_a_new_campaign_pass_check_at_once(story: Story, run: Run, language: str) -> None:
    story.write({"policy.yaml": POLICY.replace("language: en", f"language: {language}")})
    made = run("new", "segment", "readers", "--title", "読者: 全員", status=0)
    assert "made segments/readers.yaml" in made.stdout
    made = run("new", "campaign", "2026-12-winter-sale", "--segment", "readers", status=0)
    assert "made campaigns/2026-12-winter-sale/campaign.yaml" in made.stdout
    assert "postmerge check 2026-12-winter-sale" in made.stdout
    checked = run("check", status=0)
    green = "OK" if language == "ja" else "ok"
    assert f"{green}   2026-12-winter-sale" in checked.stdout
    text = (story.root / "campaigns/2026-12-winter-sale/body.txt").read_text(encoding="utf-8")
    assert ("配信停止はこちら" in text) == (language == "ja")


def test_a_new_campaign_is_a_draft_until_its_author_says_otherwise(story: Story, run: Run) -> None:
    run("new", "campaign", "sale", status=0)
    assert "\nstate: draft" in (story.root / "campaigns/sale/campaign.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_new_campaign_that_nobody_has_written_cannot_be_ordered(
    story: Story, run: Run, language: str
) -> None:
    story.write({"policy.yaml": POLICY.replace("language: en", f"language: {language}")})
    run("new", "campaign", "sale", status=0)
    file = story.root / "campaigns/sale/campaign.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("state: draft", "state: ready"), encoding="utf-8"
    )
    checked = run("check", status=1)
    assert "campaigns/sale/body.txt:3:1" in checked.stdout
    assert "[wording/placeholder]" in checked.stdout


@pytest.mark.parametrize("kind", ["campaign", "segment"])
def test_what_is_there_is_never_overwritten(story: Story, run: Run, kind: str) -> None:
    run("new", kind, "sale", "--title", "First", status=0)
    file = story.root / ("campaigns/sale/campaign.yaml" if kind == "campaign" else "segments/sale.yaml")
    result = run("new", kind, "sale", "--title", "Second", status=1)
    assert "is there already." in result.stderr
    assert "First" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Winter", "冬", "a_b", "../outside", "-x/y", "a" * 65, ""])
@pytest.mark.parametrize("kind", ["campaign", "segment"])
def test_a_name_that_cannot_be_one_makes_nothing(story: Story, run: Run, kind: str, name: str) -> None:
    before = sorted(story.root.rglob("*.yaml"))
    result = run("new", kind, "--", name, status=2)
    assert "small letters, digits and hyphens" in result.stderr
    assert sorted(story.root.rglob("*.yaml")) == before


def test_an_unknown_segment_or_source_is_named_with_a_way_on(run: Run) -> None:
    assert "postmerge new segment" in run("new", "campaign", "sale", "--segment", "x", status=1).stderr
    assert "It names: members." in run("new", "segment", "sale", "--source", "x", status=1).stderr
