"""What was approved and tested is what leaves: the content digest (law 3)."""

import pytest

from tests.stories.meddling import Meddle
from tests.stories.story import AT_ONCE, BODY, CAMPAIGN, POLICY, SEGMENT, TWO_BATCHES, Story

INCLUDING = BODY + "{% include 'footer.txt' %}\n"


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"campaigns/sale/body.txt": BODY + "One word more.\n"}, id="body"),
        pytest.param({"campaigns/sale/campaign.yaml": CAMPAIGN.replace("begins", "ends")}, id="subject"),
        pytest.param({"campaigns/sale/note.md": "A file that nobody includes.\n"}, id="file-added"),
        pytest.param({"campaigns/_shared/footer.txt": "Another footer.\n"}, id="shared-piece"),
        pytest.param({"segments/everybody.yaml": SEGMENT + "where: id <> 'm3'\n"}, id="segment"),
        pytest.param({"policy.yaml": POLICY.replace("news@mail", "other@mail")}, id="sender"),
        pytest.param({"policy.yaml": POLICY.replace("東京都", "大阪府")}, id="postal-address"),
        pytest.param({"policy.yaml": POLICY.replace("members.csv", "people.csv")}, id="source"),
    ],
)
def test_a_change_after_the_merge_asks_for_approval_and_test_send_again(
    story: Story, edit: dict[str, str | None]
) -> None:
    story.commit({"campaigns/_shared/footer.txt": "The footer.\n"})
    story.begin(body=INCLUDING)
    (story.root / "people.csv").write_bytes((story.root / "members.csv").read_bytes())
    assert not story.holds()
    story.commit(edit)
    assert {"approval", "test-send"} <= story.holds()
    story.deliver_all()
    assert not story.mailbox()


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param({"README.md": "Hello\n"}, id="readme"),
        pytest.param({"campaigns/_shared/other.txt": "Nobody reads it.\n"}, id="unread-shared-piece"),
        pytest.param({"policy.yaml": POLICY + "# A remark\n"}, id="remark-in-the-policy"),
        pytest.param({"segments/nobody.yaml": SEGMENT.replace("Everybody", "Nobody")}, id="other-segment"),
        pytest.param(
            {"campaigns/sale-2/campaign.yaml": CAMPAIGN, "campaigns/sale-2/body.txt": BODY}, id="other"
        ),
    ],
)
def test_an_unrelated_commit_changes_nothing_not_even_between_batches(
    story: Story, edit: dict[str, str | None]
) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.deliver(Meddle("called", lambda: story.commit(edit)))
    assert len(story.mailbox()) == 20
    story.wait(minutes=30)
    story.deliver()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_an_edit_between_two_batches_holds_the_second(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    edit = {"campaigns/sale/body.txt": BODY + "A last word, unseen by anybody.\n"}
    story.deliver(Meddle("settled", lambda: story.commit(dict(edit))))
    assert len(story.mailbox()) == 10
    assert {"approval", "test-send"} <= story.holds()
    assert story.account() == (25, 10, 0, 0, 15, 0)


def test_an_edit_between_reservation_and_call_finds_everybody_still_here(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    edit = {"campaigns/sale/body.txt": BODY + "A last word.\n"}
    story.deliver(Meddle("reserved", lambda: story.commit(dict(edit)), nth=2))
    assert story.account() == (25, 10, 0, 0, 15, 0)


def test_taking_the_edit_back_by_an_approved_merge_lets_the_rest_leave(story: Story) -> None:
    story.begin()
    story.deliver()
    story.commit({"campaigns/sale/body.txt": BODY + "Oops\n"})
    story.deliver()
    assert story.state() == "held"
    story.change({"campaigns/sale/body.txt": BODY}, branch="back")
    story.merge(branch="back")
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_the_schedule_of_the_policy_must_not_move_behind_the_approver(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.commit({"policy.yaml": POLICY.replace("latest_start: 6h", "latest_start: 90h")})
    story.deliver_all()
    assert story.holds() == {"moved"}
    assert not story.mailbox()
    story.commit({"policy.yaml": POLICY})
    story.deliver_all()
    assert len(story.mailbox()) == 25
