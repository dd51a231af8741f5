"""One second too late is early enough: the wait after a merge (law 3)."""

from datetime import timedelta

from tests.stories.story import AT_ONCE, START, Story


def test_the_window_counts_from_the_first_sight_not_from_the_merge(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.wait(hours=2)
    done = story.deliver()
    assert done.next_due == START + timedelta(hours=2, minutes=10)
    story.wait(minutes=9, seconds=59)
    story.deliver()
    assert not story.mailbox()
    story.wait(seconds=1)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_looking_at_the_status_is_no_first_sight(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.status()
    story.wait(hours=2)
    story.deliver()
    assert story.holds() == {"undo-window"}


def test_a_revert_inside_the_window_and_nobody_gets_anything(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.deliver()
    story.wait(minutes=5)
    story.revert()
    story.deliver_all()
    story.wait(days=1)
    story.deliver_all()
    assert not story.mailbox()
    assert story.state() == "stopped"


def test_a_revert_before_anybody_looked_and_nobody_gets_anything(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.revert()
    story.deliver_all()
    assert not story.mailbox()


def test_the_revert_of_a_revert_needs_an_approval_and_a_window_of_its_own(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.deliver()
    story.revert(by="sato")
    story.deliver()
    story.wait(minutes=30)
    story.git("switch", "-q", "-c", "again")
    story.git("revert", "--no-edit", "HEAD", by="suzuki")
    story.merge(branch="again", approved_by="tanaka")
    story.deliver()
    assert story.holds() == {"undo-window"}
    assert not story.mailbox()
    story.wait(minutes=10)
    story.deliver()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_the_revert_of_a_revert_in_mid_delivery_reaches_only_those_who_have_not_got_it(story: Story) -> None:
    story.begin()
    story.deliver()
    first = set(story.mailbox())
    story.revert(by="sato")
    story.deliver()
    story.git("switch", "-q", "-c", "again")
    story.git("revert", "--no-edit", "HEAD", by="suzuki")
    story.merge(branch="again", approved_by="tanaka")
    story.deliver_all()
    assert first < set(story.mailbox())
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_a_revert_of_a_revert_without_an_approval_is_held(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.revert()
    story.git("revert", "--no-edit", "HEAD")
    story.deliver_all()
    assert "approval" in story.holds()
    assert not story.mailbox()
