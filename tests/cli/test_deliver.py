from tests.cli.conftest import Run
from tests.stories.story import Story


def test_a_campaign_that_is_held_leaves_status_1(story: Story, run: Run) -> None:
    story.change(story.campaign())
    story.test_send()
    story.merge(approved_by=None)
    result = run("deliver", status=1)
    assert "sale: held" in result.stdout
    assert "0 of 1 approvals" in result.stdout


def test_a_campaign_that_only_waits_leaves_status_0(story: Story, run: Run) -> None:
    story.order()
    result = run("deliver", status=0)
    assert "sale: waiting" in result.stdout
    assert "Next: " in result.stdout


def test_a_dry_run_plays_the_whole_and_leaves_nothing_behind(story: Story, run: Run) -> None:
    story.order()
    result = run("deliver", "--dry-run", status=0)
    assert "Rehearsed only: nothing has left, nothing was written." in result.stdout
    assert "sale: complete" in result.stdout
    assert "25 planned = 25 accepted" in result.stdout
    assert not story.mailbox()
    assert story.state() == "waiting"


def test_nothing_ready_is_said(run: Run) -> None:
    assert "No campaign is ready on main." in run("deliver", status=0).stdout


def test_a_duration_that_means_nothing_is_wrong_usage(run: Run) -> None:
    assert "--for 5 hours" in run("deliver", "--for", "5 hours", status=2).stderr


def test_a_target_that_the_policy_does_not_name_is_wrong_usage(run: Run) -> None:
    assert "It names: local." in run("deliver", "--target", "prod", status=2).stderr
