"""The brake (law 4): after a halt nothing more is reserved, and a release goes on."""

import pytest

from pipeline.errors import Refused
from tests.stories.meddling import Meddle, Moment
from tests.stories.story import AT_ONCE, TWO_BATCHES, Story


@pytest.mark.parametrize("scope", ["sale", "*"])
def test_a_halt_before_the_start_lets_nothing_leave(story: Story, scope: str) -> None:
    story.begin(yaml=AT_ONCE)
    story.halt(scope)
    story.deliver_all()
    assert story.state() == "held"
    assert "halt" in story.holds()
    assert not story.mailbox()
    story.release(scope)
    story.deliver_all()
    assert len(story.mailbox()) == 25


@pytest.mark.parametrize("scope", ["sale", "*"])
@pytest.mark.parametrize("moment", ["reserved", "called", "settled"])
def test_a_halt_in_the_middle_of_a_wave_lets_only_the_call_in_flight_finish(
    story: Story, scope: str, moment: Moment
) -> None:
    story.begin(yaml=TWO_BATCHES)
    meddle = Meddle(moment, lambda: story.halt(scope))
    story.deliver(meddle)
    assert len(meddle.calls) <= 1
    left = len(story.mailbox())
    assert left <= 10
    assert story.account() == (25, left, 0, 0, 25 - left, 0)
    story.wait(hours=1)
    story.deliver_all()
    assert len(story.mailbox()) == left
    story.release(scope)
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_a_halt_on_one_campaign_lets_the_other_go(story: Story) -> None:
    story.order("sale", AT_ONCE)
    story.order("news", AT_ONCE)
    story.deliver()
    story.halt("sale")
    story.deliver_all()
    assert len(story.mailbox("news")) == 25
    assert not story.mailbox("sale")


def test_a_release_of_one_campaign_does_not_lift_the_hold_on_everything(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.halt("*")
    story.halt("sale")
    story.release("sale")
    story.deliver_all()
    assert not story.mailbox()


def test_a_halt_on_everything_also_stops_what_is_ordered_later(story: Story) -> None:
    story.halt("*")
    story.order(yaml=AT_ONCE)
    story.deliver_all()
    story.wait(minutes=10)
    story.deliver_all()
    assert not story.mailbox()


def test_two_halts_are_both_lifted_by_one_release(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.halt()
    story.wait(seconds=1)
    story.halt()
    story.release()
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_a_release_lifts_no_missing_approval(story: Story) -> None:
    story.change(story.campaign())
    story.test_send()
    story.merge(approved_by=None)
    story.deliver()
    with pytest.raises(Refused):
        story.release()


def test_the_hold_says_who_pulled_the_brake_and_why(story: Story) -> None:
    story.begin()
    story.halt()
    (hold,) = story.status().holds
    assert (hold.by, hold.reason, hold.since) == ("sato", "wrong price", story.clock.now())
