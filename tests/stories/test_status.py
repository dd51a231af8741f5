"""`status --format json`: a documented, stable interface."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from tests.stories.meddling import Meddle
from tests.stories.story import AT_ONCE, CAMPAIGN, TWO_BATCHES, Story

NUMBERS = ("accepted", "refused", "excluded", "held", "unknown")
KEYS = {"id", "state", "holds", "planned", *NUMBERS, "delivered", "bounced", "complained"}
HOLD_KEYS = {"scope", "reason", "by", "since"}


@pytest.fixture
def story(story: Story) -> Story:
    """Told before the time of the machine, by which the command goes."""
    story.clock.set(datetime(2026, 1, 5, 1, 0, tzinfo=UTC))
    return story


def status(story: Story, *words: str) -> list[dict[str, Any]]:
    """What the command prints, checked for what every answer must be."""
    result = CliRunner().invoke(cli, ["-C", str(story.root), "status", "--format", "json", *words])
    assert result.exit_code == 0, result.output
    campaigns: list[dict[str, Any]] = json.loads(result.output)["campaigns"]
    for campaign in campaigns:
        assert set(campaign) >= KEYS
        assert campaign["planned"] == sum(campaign[name] for name in NUMBERS)
        assert campaign["state"] in {"waiting", "held", "sending", "soaking", "complete", "stopped"}
        for hold in campaign["holds"]:
            assert set(hold) >= HOLD_KEYS
            assert datetime.fromisoformat(hold["since"]).tzinfo is not None
    return campaigns


def state(story: Story) -> str:
    """The state of the only campaign."""
    (campaign,) = status(story)
    return str(campaign["state"])


def test_the_words_follow_the_life_of_a_campaign(story: Story) -> None:
    assert status(story) == []
    story.order(yaml=TWO_BATCHES)
    assert state(story) == "waiting"
    story.deliver()
    # By the story's clock: the command's own would be past the undo window, or in quiet hours, as it happens.
    assert story.state() == "waiting"
    story.wait(minutes=10)
    seen: list[str] = []
    story.deliver(Meddle("settled", lambda: seen.append(story.state())))
    assert seen == ["sending"]
    assert story.state() == "soaking"
    story.deliver_all()
    assert state(story) == "complete"


def test_a_campaign_without_an_approval_is_held_and_says_why(story: Story) -> None:
    story.change(story.campaign())
    story.merge(approved_by=None)
    (campaign,) = status(story, "sale")
    assert campaign["state"] == "held"
    assert {hold["scope"] for hold in campaign["holds"]} == {"sale"}
    assert any("approval" in hold["reason"] for hold in campaign["holds"])


def test_a_stopped_campaign_is_listed_after_it_has_left_main(story: Story) -> None:
    story.begin()
    story.deliver()
    story.revert()
    (campaign,) = status(story)
    assert (campaign["state"], campaign["accepted"], campaign["held"]) == ("stopped", 3, 22)


def test_a_draft_waits(story: Story) -> None:
    story.commit(story.campaign(yaml=CAMPAIGN.replace("state: ready", "state: draft")))
    assert state(story) == "waiting"


def test_looking_changes_nothing(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.deliver()
    ledger = (story.root / ".postmerge/ledger.db").read_bytes()
    status(story)
    assert (story.root / ".postmerge/ledger.db").read_bytes() == ledger


def test_looking_makes_nothing_where_nothing_is(story: Story) -> None:
    story.commit(story.campaign())
    status(story)
    assert not (story.root / ".postmerge").exists()


def test_a_name_that_nobody_knows_is_a_wrong_usage(story: Story) -> None:
    result = CliRunner().invoke(cli, ["-C", str(story.root), "status", "sael"])
    assert result.exit_code == 2
