"""What a workflow asks of a delivery: to stay while something is soon due, or to write stops only."""

from datetime import timedelta

from pipeline import wiring
from pipeline.cli import deliver, opening
from pipeline.delivery.dispatch import deliver as deliver_once
from pipeline.delivery.stopping import stop_only
from tests.stories.meddling import Meddle, meddled
from tests.stories.story import CAMPAIGN, TWO_BATCHES, Story


def test_a_run_stays_through_undo_window_and_soak_and_leaves_when_the_next_step_is_far(story: Story) -> None:
    story.order("sale")
    story.order("later", CAMPAIGN.replace("on_merge", "2026-12-05 10:00"))
    with story.world() as world:
        done = deliver._stay(world, deliver.Stop(), ("sale",), timedelta(minutes=45))
    assert [status.campaign for status in done.statuses] == ["sale"]
    assert story.state("sale") == "complete"
    with story.world() as world:
        done = deliver._stay(world, deliver.Stop(), ("later",), timedelta(minutes=45))
    assert done.next_due is not None
    assert story.mailbox("later").total() == 0


def _stop_only(story: Story) -> None:
    with opening.open_for_stops(story.root, wiring.Calling(clock=story.clock)) as (main, ledger, _):
        stop_only(main, ledger, story.clock, lambda c, s: story.told.append(f"{c}: {s}"))


def test_a_stop_in_the_ledger_reaches_a_sender_that_cannot_see_that_main_has_moved(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    with story.world() as stale:
        stale.main.branch = stale.main.commit()
        story.commit({"campaigns/sale": None})

        def stop() -> None:
            for _ in range(2):
                _stop_only(story)

        deliver_once(meddled(stale, Meddle("settled", stop)))
        assert len(story.mailbox()) == 10
        deliver_once(stale)
    assert len(story.mailbox()) == 10
    assert story.told.count("sale: stopped: 10 have left, 15 have not and stay") == 1

    # Ordered anew, by another merge: nobody has to let go of anything.
    story.change(story.campaign(yaml=TWO_BATCHES), branch="again")
    story.merge(branch="again")
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_a_stop_by_one_sender_holds_another_that_still_sees_the_old_main(story: Story) -> None:
    """The revision has ended; the hold keeps it from beginning the next one with the old content."""
    story.begin(yaml=TWO_BATCHES)
    with story.world() as stale:
        stale.main.branch = stale.main.commit()
        story.commit({"campaigns/sale": None})

        def stop() -> None:
            story.deliver()

        deliver_once(meddled(stale, Meddle("settled", stop)))
        deliver_once(stale)
        assert len(story.mailbox()) == 10
        assert len(stale.ledger.revisions("sale")) == 1
    assert (story.state(), story.holds()) == ("stopped", {"stopped"})


def test_an_older_merge_is_no_new_order(story: Story) -> None:
    """A sender sees the first merge; what was stopped is the second one."""
    story.begin(yaml=TWO_BATCHES)
    first = story.git("rev-parse", "HEAD")
    story.change(
        story.campaign(yaml=TWO_BATCHES.replace("title: Sale", "title: Winter sale")), branch="again"
    )
    story.test_send()
    story.merge(branch="again")
    story.deliver()
    story.commit({"campaigns/sale": None})
    story.deliver()
    with story.world() as stale:
        stale.main.branch = first
        deliver_once(stale)
        assert "stopped" in {hold.kind for hold in stale.ledger.holds("sale")}
    assert story.mailbox().total() == 0


def test_what_main_still_wants_or_cannot_say_is_not_stopped(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.deliver()
    story.commit({"campaigns/sale/campaign.yaml": "state: [\n"})
    _stop_only(story)
    assert "stopped" not in story.holds()
