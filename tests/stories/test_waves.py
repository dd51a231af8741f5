"""Waves, soak, gate (law 7)."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.stories.story import CAMPAIGN, FOOTER, POLICY, TWO_BATCHES, Story, make_story

#: Does not render for m7, or for whoever is called so; for every invented person it does. A branch would not
#: do: the checklist finds somebody for it.
FRAGILE = "Dear {{ recipient.name }},\nyour share: {{ 1 / (recipient.name.find(' 7') - 6) }}\n" + FOOTER


def test_three_waves_leave_one_after_the_other(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 40)
    story.begin(yaml=CAMPAIGN.replace("[10%, 100%]", "[10%, 50%, 100%]"))
    sizes = []
    for _ in range(3):
        story.deliver()
        sizes.append(len(story.mailbox()))
        story.wait(minutes=30)
    assert sizes == [4, 20, 40]
    assert story.state() == "complete"


def test_the_soak_counts_from_the_end_of_the_wave(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.wait(minutes=3)
    done = story.deliver()
    assert done.next_due == story.clock.now() + timedelta(minutes=30)


def test_no_wave_is_sent_twice_however_often_one_delivers(story: Story) -> None:
    story.begin()
    for _ in range(3):
        story.deliver()
    assert len(story.mailbox()) == 3


@pytest.fixture
def fragile(story: Story) -> Story:
    """m7 is in the first wave, and cannot be rendered for."""
    story.begin(yaml=TWO_BATCHES.replace("80%", "96%"), body=FRAGILE)
    return story


def test_one_mail_that_cannot_be_rendered_stops_the_send_behind_its_batch(fragile: Story) -> None:
    fragile.deliver()
    planned, accepted, refused, excluded, held, unknown = fragile.account()
    assert (planned, refused, excluded, unknown) == (25, 1, 0, 0)
    assert accepted in {3, 9, 9 + 10}
    assert held == 25 - 1 - accepted
    assert fragile.holds() == {"gate"}
    assert fragile.state() == "held"
    assert "m7@people.example" not in fragile.mailbox()
    assert any("could not be rendered" in hold.reason for hold in fragile.status().holds)


def test_it_stays_so_until_a_person_releases_it(fragile: Story) -> None:
    fragile.deliver()
    left = len(fragile.mailbox())
    fragile.wait(hours=1)
    fragile.deliver_all()
    assert len(fragile.mailbox()) == left
    fragile.release()
    fragile.deliver_all()
    assert fragile.account() == (25, 24, 1, 0, 0, 0)
    assert fragile.state() == "complete"


def test_within_the_limit_of_the_policy_it_goes_on(story: Story) -> None:
    story.commit({"policy.yaml": POLICY + "gates: {rendering_failure: 50%}\n"})
    story.begin(body=FRAGILE)
    story.deliver_all()
    assert story.account() == (25, 24, 1, 0, 0, 0)


def test_one_release_is_enough_for_one_failure(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 40)
    waves = "[50%, 60%, 70%, 80%, 90%, 100%]"
    story.begin(yaml=CAMPAIGN.replace("[10%, 100%]", waves), body=FRAGILE)
    story.deliver_all()
    assert story.holds() == {"gate"}
    story.release()
    story.deliver_all()
    assert story.account() == (40, 39, 1, 0, 0, 0)


def test_nobody_s_name_is_in_what_is_told_of_a_failure(fragile: Story) -> None:
    fragile.deliver()
    told = "\n".join(fragile.told) + repr(fragile.status())
    assert "Person 7" not in told
    assert "m7@" not in told
