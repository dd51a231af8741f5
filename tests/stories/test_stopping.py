"""A stop is a stop (law 4): revert, removal, `state: stopped`, back to draft; before and in mid-wave."""

from collections.abc import Callable

import pytest

from tests.stories.meddling import Meddle, Moment
from tests.stories.story import BODY, TWO_BATCHES, Story

Stop = Callable[[Story], None]


def by_revert(story: Story) -> None:
    """What the documentation tells people to do."""
    story.revert()


def by_removing_the_folder(story: Story) -> None:
    """A commit straight to main: a stop needs nobody's approval."""
    story.commit({"campaigns/sale": None})


def by_state_stopped(story: Story) -> None:
    """The campaign stays on main and says so itself."""
    story.commit({"campaigns/sale/campaign.yaml": TWO_BATCHES.replace("state: ready", "state: stopped")})


def by_state_draft(story: Story) -> None:
    """Back to the desk."""
    story.commit({"campaigns/sale/campaign.yaml": TWO_BATCHES.replace("state: ready", "state: draft")})


EVERY_WAY = pytest.mark.parametrize(
    "stop", [by_revert, by_removing_the_folder, by_state_stopped, by_state_draft]
)


@EVERY_WAY
@pytest.mark.parametrize(("moment", "left"), [("reserved", 10), ("called", 20), ("settled", 20)])
def test_a_stop_in_the_middle_of_a_wave_keeps_everybody_who_has_not_left(
    story: Story, stop: Stop, moment: Moment, left: int
) -> None:
    story.begin(yaml=TWO_BATCHES)
    meddle = Meddle(moment, lambda: stop(story), nth=2)
    story.deliver(meddle)
    assert len(story.mailbox()) == left
    assert story.state() == "stopped"
    assert story.account() == (25, left, 0, 0, 25 - left, 0)
    story.wait(days=2)
    story.deliver_all()
    assert len(story.mailbox()) == left


@EVERY_WAY
def test_a_stop_while_it_soaks_keeps_the_next_wave(story: Story, stop: Stop) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.deliver()
    stop(story)
    story.wait(minutes=30)
    story.deliver_all()
    assert story.state() == "stopped"
    assert story.account() == (25, 20, 0, 0, 5, 0)
    assert any("20 have left, 5 have not" in told for told in story.told)


@EVERY_WAY
def test_a_stop_before_the_start_keeps_everybody(story: Story, stop: Stop) -> None:
    story.begin(yaml=TWO_BATCHES)
    stop(story)
    story.wait(hours=1)
    story.deliver_all()
    assert not story.mailbox()
    assert story.state() in {"stopped", "waiting"}


def test_a_stop_takes_effect_although_the_sender_does_not_look_at_the_working_tree(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.write({"campaigns/sale/campaign.yaml": "state: ready\nnonsense: yes\n"})
    story.git("switch", "-q", "-c", "somewhere-else")
    story.deliver()
    assert len(story.mailbox()) == 20


def test_what_was_stopped_and_comes_back_by_an_approved_merge_reaches_the_others_once(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.deliver(Meddle("settled", lambda: by_state_stopped(story)))
    story.change({"campaigns/sale/campaign.yaml": TWO_BATCHES}, branch="on")
    story.merge(branch="on")
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)
    assert story.state() == "complete"


def test_a_stop_of_one_campaign_stops_only_that_one(story: Story) -> None:
    story.order("sale", TWO_BATCHES)
    story.order("news", TWO_BATCHES)
    story.deliver()
    by_removing_the_folder(story)
    story.deliver_all()
    assert not story.mailbox("sale")
    assert len(story.mailbox("news")) == 25


def test_after_completion_an_edit_sends_nothing(story: Story) -> None:
    story.begin()
    story.deliver_all()
    story.change({"campaigns/sale/body.txt": BODY + "PS: sorry.\n"}, branch="edit")
    story.wait(hours=1)
    story.test_send()
    story.merge(branch="edit")
    story.deliver_all()
    story.wait(hours=1)
    story.deliver_all()
    assert story.state() == "complete"
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_after_completion_new_people_on_the_list_get_nothing(story: Story) -> None:
    story.begin()
    story.deliver_all()
    story.members(40)
    story.wait(hours=1)
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


@EVERY_WAY
def test_after_completion_a_stop_changes_nothing(story: Story, stop: Stop) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.deliver_all()
    stop(story)
    story.deliver_all()
    assert story.state() == "complete"
    assert story.account() == (25, 25, 0, 0, 0, 0)
