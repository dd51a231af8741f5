"""A delivery that takes longer than a run may: it stops at a batch border, and the next run goes on."""

from datetime import timedelta
from pathlib import Path

from pipeline.cli.deliver import _left_over
from tests.stories.story import AT_ONCE, CAMPAIGN, POLICY, Story, make_story


def _runs_for(story: Story, **limit: float) -> str:
    """One run with a limit, and what it says of the rest."""
    end = story.clock.now() + timedelta(**limit)
    done = story.deliver(stopping=lambda: story.clock.now() >= end)
    assert done.troubles == ()
    return _left_over(done)


def test_a_run_stops_at_a_batch_border_says_what_remains_and_the_next_one_goes_on(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 400)
    story.commit({"policy.yaml": POLICY.replace("1000/s", "1/s")}, message="Slowly")
    story.begin(yaml=AT_ONCE)
    told = _runs_for(story, minutes=3)
    sent = len(story.mailbox())
    assert sent % 50 == 0
    assert 100 <= sent <= 250, "about one a second, and a batch under way"
    assert f"{400 - sent} recipients are still to go; run it again" in told
    assert story.account() == (400, sent, 0, 0, 400 - sent, 0)
    assert story.state() == "sending"
    _runs_for(story, minutes=1)
    assert sent < len(story.mailbox()) < 400
    _runs_for(story, minutes=30)
    assert story.account() == (400, 400, 0, 0, 0, 0)
    assert story.state() == "complete"
    story.assert_nobody_has_two()


def test_a_run_with_a_limit_does_not_wait_out_a_soak_or_an_undo_window(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r")
    story.order(yaml=CAMPAIGN)
    begun = story.clock.now()
    _runs_for(story, hours=5)
    assert story.clock.now() == begun
    assert story.holds() == {"undo-window"}
    story.wait(minutes=10)
    begun = story.clock.now()
    told = _runs_for(story, hours=5)
    assert story.clock.now() - begun < timedelta(minutes=1)
    assert story.state() == "soaking"
    assert "22 recipients are still to go" in told
