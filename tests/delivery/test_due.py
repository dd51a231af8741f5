import json
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import wiring
from pipeline.cli import opening
from pipeline.clock import SystemClock
from pipeline.delivery.due import Due, due
from tests.stories.commands import say
from tests.stories.story import CAMPAIGN, POLICY, Story, make_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Commits bear the machine's time, so the story begins now."""
    story = make_story(tmp_path / "repository", members=3)
    story.clock.set(SystemClock().now())
    return story


def _due(story: Story) -> dict[str, str | None]:
    with opening.open_wishes(story.root, wiring.Calling(clock=story.clock)) as wishes:
        return {one.campaign: one.lacking for one in due(wishes)}


def _merged(story: Story, name: str, *, approved_by: str | None = "sato", yaml: str = CAMPAIGN) -> None:
    story.change(story.campaign(name, yaml))
    story.merge(approved_by=approved_by)


def test_what_is_ready_and_approved_is_due_and_the_others_say_what_they_lack(story: Story) -> None:
    _merged(story, "sale")
    _merged(story, "alone", approved_by="suzuki")
    _merged(story, "idea", yaml=CAMPAIGN.replace("state: ready", "state: draft"))
    _merged(story, "broken", yaml="state: [\n")
    assert _due(story) == {
        "alone": "0 of 1 approvals; suzuki wrote a part of it, and cannot approve it",
        "broken": "its files on the main branch cannot be read; `postmerge check` says why",
        "sale": None,
    }


def test_what_was_meant_for_long_ago_is_left_to_a_person(story: Story) -> None:
    _merged(story, "sale")
    _merged(story, "later", yaml=CAMPAIGN.replace("on_merge", f"{_in_days(story, 9)} 10:00"))
    story.clock.sleep(timedelta(days=4))
    found = _due(story)
    assert found["later"] is None
    assert "start a delivery by its name" in (found["sale"] or "")
    said = say(story.root, "due", "--format", "json", "sale")
    assert [one["id"] for one in json.loads(said.text)["campaigns"]] == ["sale"]


def _in_days(story: Story, days: int) -> str:
    return f"{story.clock.now() + timedelta(days=days):%Y-%m-%d}"


def test_it_writes_what_a_workflow_reads_and_nothing_that_a_title_could_break(story: Story) -> None:
    title = 'title: "a | b <img> @x ] ::set-output name=x::y"'
    _merged(story, "sale", yaml=CAMPAIGN.replace("title: Sale", title))
    _merged(story, "news")
    output = story.root / "output"
    output.write_text("before=1\n", encoding="utf-8")
    said = say(story.root, "due", "--format", "markdown", "--output", str(output))
    assert output.read_text("utf-8") == 'before=1\ncampaigns=["news", "sale"]\n'
    assert said.status == 0
    assert "| news | Sale | due |" in said.text
    assert "<img>" not in said.text.replace("\\<", "")
    assert all(line.count("|") - line.count("\\|") == 4 for line in said.text.splitlines())


def test_nothing_of_the_cloud_is_touched(story: Story) -> None:
    cloud = "transport: {ses: {region: us-east-1}}\n    ledger: {dynamodb: none}\n    archive: {s3: none}"
    local = POLICY.partition("  local:\n")[2].partition("    reviews")[0].rstrip()
    story.commit({"policy.yaml": POLICY.replace(local.strip(), cloud)})
    _merged(story, "sale")
    assert _due(story) == {"sale": None}


def test_without_a_history_nothing_is_due(story: Story, tmp_path: Path) -> None:
    _merged(story, "sale")
    shallow = tmp_path / "shallow"
    story.git("clone", "-q", "--depth=1", f"file://{story.root}", str(shallow))
    with opening.open_wishes(shallow, wiring.Calling(clock=story.clock)) as wishes:
        (found,) = due(wishes)
    assert isinstance(found, Due)
    assert "git fetch --unshallow" in (found.lacking or "")
