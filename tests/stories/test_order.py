from tests.stories.story import CAMPAIGN, Story


def test_an_approved_campaign_reaches_everybody_once(story: Story) -> None:
    story.order()
    first = story.deliver()
    assert first.statuses[0].progress == "waiting"
    assert story.holds() == {"undo-window"}
    assert not story.mailbox()

    done = story.deliver_all()

    assert done.statuses[0].progress == "complete"
    assert story.mailbox() == {f"m{n}@people.example": 1 for n in range(1, 26)}
    account = story.status().account
    assert (account.planned, account.accepted, account.held, account.unknown) == (25, 25, 0, 0)


def test_the_first_wave_soaks_before_the_next(story: Story) -> None:
    story.order()
    story.deliver()
    story.wait(minutes=10)
    story.deliver()
    assert len(story.mailbox()) == 3
    assert story.state() == "soaking"
    story.wait(minutes=29)
    story.deliver()
    assert len(story.mailbox()) == 3
    story.wait(minutes=1)
    story.deliver()
    assert len(story.mailbox()) == 25


def test_a_draft_is_never_sent(story: Story) -> None:
    story.order(yaml=CAMPAIGN.replace("state: ready", "state: draft"))
    story.deliver_all()
    assert not story.mailbox()
