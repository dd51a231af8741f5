"""Who has forgotten what was sent sends nothing; neither does who does not know the time."""

import shutil
from datetime import timedelta

import pytest

from pipeline.delivery.dispatch import deliver
from pipeline.errors import PipelineError
from tests.stories.meddling import Meddle, meddled
from tests.stories.story import AT_ONCE, CAMPAIGN, TWO_BATCHES, Story


def ledger_files(story: Story) -> None:
    """Delete the ledger."""
    for path in (story.root / ".postmerge").glob("ledger.db*"):
        path.unlink()


def test_a_ledger_that_is_gone_although_the_archive_knows_the_campaign_stops_everything(story: Story) -> None:
    story.begin()
    story.deliver()
    ledger_files(story)
    story.order("another", AT_ONCE)
    for _ in range(3):
        with pytest.raises(PipelineError, match="lost"):
            story.deliver()
        story.wait(minutes=40)
    assert len(story.mailbox()) == 3
    assert not story.mailbox("another")


def test_a_ledger_that_is_gone_is_noticed_although_main_has_forgotten_the_campaign_too(story: Story) -> None:
    story.begin()
    story.deliver()
    story.commit({"campaigns/sale": None})
    ledger_files(story)
    story.order("another", AT_ONCE)
    for _ in range(2):
        with pytest.raises(PipelineError, match="lost"):
            story.deliver()
        story.wait(minutes=40)
    assert not story.mailbox("another")


def test_an_older_copy_of_the_ledger_is_noticed(story: Story) -> None:
    story.begin()
    shutil.copytree(story.root / ".postmerge", story.root / "copy", ignore=shutil.ignore_patterns("outbox"))
    story.deliver()
    ledger_files(story)
    shutil.copy(story.root / "copy/ledger.db", story.root / ".postmerge/ledger.db")
    with pytest.raises(PipelineError, match="old copy"):
        story.deliver()
    assert len(story.mailbox()) == 3


@pytest.mark.parametrize("yaml", [CAMPAIGN, TWO_BATCHES], ids=["of the wave before", "of the same wave"])
def test_a_copy_from_the_middle_of_the_delivery_is_noticed_and_nobody_is_called_twice(
    story: Story, yaml: str
) -> None:
    story.begin(yaml=yaml)
    copy = story.root / "copy"

    def keep() -> None:
        shutil.copytree(story.root / ".postmerge", copy, ignore=shutil.ignore_patterns("outbox"))

    story.deliver(Meddle("settled", keep))
    story.wait(minutes=30)
    story.deliver()
    left = story.mailbox()
    assert left.total() == 25
    ledger_files(story)
    for path in copy.glob("ledger.db*"):
        shutil.copy(path, story.root / ".postmerge")
    meddle = Meddle("called", lambda: None)
    with story.world() as world:
        done = deliver(meddled(world, meddle))
    assert ["it is an old copy" in trouble.sentence for trouble in done.troubles] == [True]
    assert meddle.calls == []
    assert story.mailbox() == left


def test_a_clock_that_goes_backwards_sends_nothing(story: Story) -> None:
    story.begin()
    story.deliver()
    story.clock.set(story.clock.now() - timedelta(hours=1))
    with pytest.raises(PipelineError, match="clock"):
        story.deliver()
    assert len(story.mailbox()) == 3


def test_a_clock_that_jitters_a_little_is_no_matter(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.clock.set(story.clock.now() + timedelta(seconds=30))
    story.deliver()
    story.clock.set(story.clock.now() - timedelta(seconds=20))
    story.deliver()
    assert story.state() == "complete"


def test_a_branch_that_cannot_be_read_sends_nothing(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.git("branch", "-m", "main", "trunk")
    with pytest.raises(PipelineError):
        story.deliver()
    assert not story.mailbox()
