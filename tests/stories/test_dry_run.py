"""`deliver --dry-run`: the whole delivery by a manual clock, without a trace."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli
from tests.stories.story import AT_ONCE, CAMPAIGN, POLICY, Story


def rehearse(story: Story) -> Result:
    """The command, as a person types it."""
    return CliRunner().invoke(cli, ["-C", str(story.root), "deliver", "--dry-run"])


def everything(root: Path) -> dict[str, bytes]:
    """Every file of the repository outside of git's own."""
    files = (path for path in root.rglob("*") if path.is_file() and ".git/" not in str(path))
    return {str(path.relative_to(root)): path.read_bytes() for path in files}


def test_it_leaves_no_trace_and_tells_what_would_leave(story: Story) -> None:
    story.order()
    before = everything(story.root)
    result = rehearse(story)
    assert result.exit_code == 0, result.output
    assert everything(story.root) == before
    assert "wave 1 of 2" in result.output
    assert "wave 2 of 2" in result.output
    assert "25 planned = 25 accepted" in result.output
    assert "nothing has left" in result.output


def test_it_leaves_no_trace_in_a_repository_that_never_sent(story: Story) -> None:
    story.commit(story.campaign())
    before = everything(story.root)
    result = rehearse(story)
    assert result.exit_code == 1, result.output
    assert everything(story.root) == before
    assert not (story.root / ".postmerge").exists()


def test_it_says_when_the_waves_would_leave(story: Story) -> None:
    story.order(yaml=CAMPAIGN.replace("on_merge", "2099-12-01 10:00"))
    result = rehearse(story)
    assert "2099-12-01 10:00 JST (01:00 UTC)" in result.output or result.exit_code == 1


@pytest.mark.parametrize("trouble", ["approval", "test-send", "bounds"])
def test_it_says_what_would_hold(story: Story, trouble: str) -> None:
    yaml = AT_ONCE.replace("min: 1,", "min: 99,") if trouble == "bounds" else AT_ONCE
    story.change(story.campaign(yaml=yaml))
    if trouble != "test-send":
        story.test_send()
    story.merge(approved_by=None if trouble == "approval" else "sato")
    result = rehearse(story)
    assert result.exit_code == 1
    assert f"{trouble}:" in result.output


def test_in_the_middle_of_a_delivery_it_plays_only_the_rest(story: Story) -> None:
    story.begin()
    story.deliver()
    before = everything(story.root)
    rehearsed = story.deliver(rehearsal=True)
    assert rehearsed.statuses[0].progress == "soaking"
    assert everything(story.root) == before


def test_a_rehearsal_is_no_first_sight(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    rehearse(story)
    story.wait(hours=1)
    story.deliver()
    assert story.holds() == {"undo-window"}


def test_it_needs_a_policy_that_can_be_read(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.commit({"policy.yaml": POLICY + "what: is this\n"})
    assert rehearse(story).exit_code == 3
