"""An audience that is not the one that was approved is held, and cured by itself (law 3)."""

import pytest

from tests.stories.story import AT_ONCE, Story


def bounded(low: int, high: int) -> str:
    """The campaign with other bounds."""
    return AT_ONCE.replace("{min: 1, max: 100000}", f"{{min: {low}, max: {high}}}")


@pytest.mark.parametrize(("low", "high"), [(26, 100), (1, 24)])
def test_an_audience_outside_its_bounds_is_held(story: Story, low: int, high: int) -> None:
    story.begin(yaml=bounded(low, high))
    story.deliver_all()
    assert story.holds() == {"bounds"}
    assert story.state() == "held"
    assert not story.mailbox()


def test_it_leaves_by_itself_when_the_audience_is_right_again(story: Story) -> None:
    story.begin(yaml=bounded(1, 24))
    story.deliver()
    assert not story.mailbox()
    story.members(24)
    story.deliver_all()
    assert story.account() == (24, 24, 0, 0, 0, 0)
    assert not story.holds()


def test_an_audience_of_nobody_is_held(story: Story) -> None:
    story.members(25, unsubscribed=25)
    story.begin(yaml=bounded(0, 100))
    story.deliver_all()
    assert story.holds() == {"bounds"}
    assert story.state() == "held"


def test_an_audience_far_from_the_last_one_of_its_segment_is_held_before_a_message_leaves(
    story: Story,
) -> None:
    story.begin(name="first", yaml=AT_ONCE)
    story.deliver_all()
    assert len(story.mailbox("first")) == 25
    story.members(50)
    story.begin(name="second", yaml=AT_ONCE)
    story.deliver()
    assert {str(hold.kind) for hold in story.status("second").holds} == {"bounds"}
    assert any("first went to 25 of the same segment" in told for told in story.told)
    assert not story.mailbox("second")
    story.members(35)
    story.deliver_all()
    assert len(story.mailbox("second")) == 35


@pytest.mark.parametrize("count", [10, 60])
def test_an_audience_that_has_changed_much_since_the_merge_is_held(story: Story, count: int) -> None:
    story.begin(yaml=AT_ONCE)
    story.members(count)
    story.deliver_all()
    assert story.holds() == {"bounds"}
    assert not story.mailbox()
    story.members(26)
    story.deliver_all()
    assert len(story.mailbox()) == 26


def test_a_held_audience_that_nobody_cured_becomes_late_and_asks(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.members(60)
    story.deliver()
    story.wait(hours=7)
    story.members(25)
    story.deliver_all()
    assert "late" in story.holds()
    assert not story.mailbox()


def test_contacts_that_vanish_between_window_and_start_stop_it(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    (story.root / "members.csv").unlink()
    done = story.deliver()
    (hold,) = done.statuses[0].holds
    assert hold.kind == "checklist"
    assert "members.csv" in hold.reason
    assert not story.mailbox()
    story.members(25)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_a_file_with_only_its_first_line_is_no_audience(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.write({"members.csv": "id,email,name,consent\n"})
    story.deliver_all()
    assert story.holds() == {"bounds"}
