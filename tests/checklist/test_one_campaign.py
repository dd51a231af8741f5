from pathlib import Path

import pytest

from pipeline.checklist.one_campaign import several_at_once
from pipeline.models.finding import Finding, Severity
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.stories.story import BODY, CAMPAIGN, POLICY, Story, make_story

DRAFT = CAMPAIGN.replace("state: ready", "state: draft")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Two campaigns on main: one ready, one a draft."""
    story = make_story(tmp_path / "repository", members=1)
    story.write({"campaigns/_shared/foot.txt": "Bye\n"})
    story.commit({**story.campaign("old"), **story.campaign("idea", DRAFT)})
    return story


def _found(story: Story, files: dict[str, str | None]) -> tuple[Finding, ...]:
    story.change(files)
    with Repository.open(story.root) as repository:
        return several_at_once(loading.load(repository.tree("main")), loading.load(repository.working_tree()))


def test_two_campaigns_in_one_change_are_a_finding_on_each(story: Story) -> None:
    found = _found(story, {**story.campaign("spring"), **story.campaign("summer")})
    assert [f.path for f in found] == ["campaigns/spring/campaign.yaml", "campaigns/summer/campaign.yaml"]
    assert {f.rule for f in found} == {"settings/one-campaign"}
    assert "spring, summer" in found[0].message.en
    assert found[0].severity is Severity.ERROR
    assert found[0].position.line == 1


@pytest.mark.parametrize("text", ["state: stopped", "state: draft"])
def test_stopping_one_and_starting_another_is_two_as_well(story: Story, text: str) -> None:
    stopped = CAMPAIGN.replace("state: ready", text)
    assert _found(story, {"campaigns/old/campaign.yaml": stopped, **story.campaign("spring")})


@pytest.mark.parametrize("more", ["removed", "draft", "shared", "policy"])
def test_what_changes_nothing_else_does_not_count(story: Story, more: str) -> None:
    files: dict[str, dict[str, str | None]] = {
        "removed": {"campaigns/old": None},
        "draft": {"campaigns/idea/body.txt": BODY + "PS\n"},
        "shared": {"campaigns/_shared/foot.txt": "Good bye\n"},
        "policy": {"policy.yaml": POLICY.replace("undo_window: 10m", "undo_window: 20m")},
    }
    assert _found(story, {**story.campaign("spring"), **files[more]}) == ()


@pytest.mark.parametrize(("level", "severities"), [("off", set()), ("warning", {Severity.WARNING})])
def test_the_policy_weighs_it(story: Story, level: str, severities: set[Severity]) -> None:
    policy = f"{POLICY}checklist: {{severity: {{settings/one-campaign: {level}}}}}\n"
    two = {**story.campaign("spring"), **story.campaign("summer")}
    assert {f.severity for f in _found(story, {**two, "policy.yaml": policy})} == severities


def test_it_speaks_japanese_where_the_policy_does(story: Story) -> None:
    two = {**story.campaign("spring"), **story.campaign("summer")}
    found = _found(story, {**two, "policy.yaml": POLICY.replace("language: en", "language: ja", 1)})
    assert "複数のキャンペーン" in found[0].message.ja
