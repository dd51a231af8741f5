"""When it leaves: at its time, not in the quiet hours, and never late without a person (law 8)."""

from datetime import UTC, datetime, timedelta

from tests.stories.meddling import Meddle
from tests.stories.story import AT_ONCE, CAMPAIGN, POLICY, TWO_BATCHES, Story


def at(when: str, more: str = "") -> str:
    """The campaign at a time of Tokyo, all at once."""
    return AT_ONCE.replace("send_at: on_merge", f"send_at: {when}, time_zone: Asia/Tokyo{more}")


def go_to(story: Story, *moment: int) -> None:
    """Set the clock, in UTC."""
    story.clock.set(datetime(*moment, tzinfo=UTC))  # type: ignore[misc, arg-type]


def test_it_leaves_at_its_time_in_its_zone_not_before(story: Story) -> None:
    story.order(yaml=at("2026-12-01 10:00"))
    story.deliver()
    go_to(story, 2026, 12, 1, 0, 59)
    done = story.deliver()
    assert done.next_due == datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    assert story.state() == "waiting"
    assert not story.mailbox()
    go_to(story, 2026, 12, 1, 1, 0)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_nothing_leaves_in_the_quiet_hours(story: Story) -> None:
    story.order(yaml=at("2026-11-30 22:00"))
    story.deliver()
    go_to(story, 2026, 11, 30, 13, 0)
    story.deliver()
    assert story.holds() == {"quiet-hours"}
    assert not story.mailbox()
    done = story.deliver()
    assert done.next_due == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    go_to(story, 2026, 11, 30, 23, 0)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_a_wave_pauses_for_the_night_and_goes_on_in_the_morning(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    go_to(story, 2026, 11, 30, 6, 5)
    story.deliver(Meddle("settled", lambda: go_to(story, 2026, 11, 30, 12, 0)))
    assert len(story.mailbox()) == 10
    assert story.holds() == {"quiet-hours"}
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_past_its_latest_start_it_asks(story: Story) -> None:
    story.order(yaml=at("2026-11-30 11:00", ", latest_start: 2h"))
    story.deliver()
    go_to(story, 2026, 11, 30, 4, 1)
    done = story.deliver()
    assert done.statuses[0].progress == "held"
    assert story.holds() == {"late"}
    assert not story.mailbox()
    story.deliver_all()
    assert not story.mailbox()


def test_just_before_its_latest_start_it_goes(story: Story) -> None:
    story.order(yaml=at("2026-11-30 11:00", ", latest_start: 2h"))
    story.deliver()
    go_to(story, 2026, 11, 30, 4, 0)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_a_person_lets_a_late_one_go(story: Story) -> None:
    story.order(yaml=at("2026-11-30 11:00", ", latest_start: 2h"))
    story.deliver()
    go_to(story, 2026, 11, 30, 5, 0)
    story.deliver()
    story.release()
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_a_late_approval_does_not_fire(story: Story) -> None:
    story.change(story.campaign(yaml=at("2026-11-30 11:00", ", latest_start: 2h")))
    story.test_send()
    story.merge(approved_by=None)
    story.deliver()
    go_to(story, 2026, 11, 30, 5, 0)
    story.deliver()
    story.git("commit", "-q", "--amend", "-m", "Merge\n\nApproved-by: sato", by="sato")
    story.deliver()
    story.wait(minutes=10)
    story.deliver_all()
    assert "late" in story.holds()
    assert not story.mailbox()


def test_a_late_test_send_does_not_fire(story: Story) -> None:
    story.change(story.campaign(yaml=AT_ONCE))
    story.merge()
    story.deliver()
    story.wait(hours=7)
    story.test_send()
    story.deliver_all()
    assert story.holds() == {"late"}
    assert not story.mailbox()


def test_a_sender_that_was_off_between_two_waves_asks(story: Story) -> None:
    story.begin()
    story.deliver()
    story.wait(hours=8)
    story.deliver()
    assert "late" in story.holds()
    assert len(story.mailbox()) == 3


def test_a_night_between_two_waves_makes_nobody_late(story: Story) -> None:
    story.begin()
    go_to(story, 2026, 11, 30, 6, 5)
    story.deliver()
    go_to(story, 2026, 11, 30, 23, 0)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_releasing_a_halt_on_everything_does_not_fire_what_has_become_late(story: Story) -> None:
    story.order(yaml=at("2026-11-30 11:00", ", latest_start: 2h"))
    story.deliver()
    story.halt("*")
    go_to(story, 2026, 12, 2, 1, 0)
    story.release("*")
    story.deliver_all()
    assert story.holds() == {"late"}
    assert not story.mailbox()


def test_a_time_at_the_end_of_all_days_stops_nobody_else(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    for number, when in enumerate(("0001-01-01 00:00", "9999-12-31 23:59")):
        yaml = CAMPAIGN.replace("on_merge", when)
        story.commit(story.campaign(f"end-{number}", yaml))
    story.deliver()
    assert len(story.mailbox()) == 25


def test_a_longer_undo_window_counts_too_for_what_is_already_ordered(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.deliver()
    story.commit({"policy.yaml": POLICY.replace("undo_window: 10m", "undo_window: 1h")})
    story.wait(minutes=59)
    story.deliver()
    assert not story.mailbox()
    story.wait(minutes=1)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_the_rate_spreads_a_wave_over_time(story: Story) -> None:
    story.commit({"policy.yaml": POLICY.replace("rate: 1000/s", "rate: 1/s")})
    story.begin(yaml=TWO_BATCHES)
    before = story.clock.now()
    story.deliver()
    assert len(story.mailbox()) == 20
    assert story.clock.now() - before >= timedelta(seconds=10)
