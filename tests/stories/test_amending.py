"""An edit in the middle of a delivery: the rest gets the new text, nobody gets two (law 1)."""

from email import message_from_bytes, policy
from pathlib import Path

from tests.stories.meddling import Meddle
from tests.stories.story import AT_ONCE, BODY, CAMPAIGN, SEGMENT, TWO_BATCHES, Story, make_story


def amend(story: Story, text: str = "Now with the right price.\n", branch: str = "amend") -> None:
    """A second, approved merge with another text."""
    story.change({"campaigns/sale/body.txt": BODY + text}, branch=branch)
    story.wait(seconds=1)
    story.test_send()
    story.merge(branch=branch)


def _words(path: Path) -> str:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    return str(mail.get_content())


def texts(story: Story) -> int:
    """How many got the new text."""
    folder = story.root / ".postmerge/outbox/sale"
    files = (path for path in folder.glob("*.eml") if not path.name.startswith("0-"))
    return sum("right price" in _words(path) for path in files)


def test_only_those_who_have_not_got_it_get_the_new_text(story: Story) -> None:
    story.begin()
    story.deliver()
    amend(story)
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)
    assert texts(story) == 22
    assert story.state() == "complete"


def test_the_amendment_has_an_undo_window_of_its_own(story: Story) -> None:
    story.begin()
    story.deliver()
    amend(story)
    story.wait(minutes=40)
    story.deliver()
    assert story.holds() == {"undo-window"}
    assert len(story.mailbox()) == 3


def test_an_amendment_between_two_batches_splits_exactly_there(story: Story) -> None:
    story.begin(yaml=TWO_BATCHES)
    story.deliver(Meddle("settled", lambda: amend(story)))
    assert story.account() == (25, 10, 0, 0, 15, 0)
    story.deliver_all()
    assert texts(story) == 15
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_three_texts_one_after_the_other_reach_everybody_once(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 60)
    story.begin(yaml=CAMPAIGN.replace("[10%, 100%]", "[30%, 100%]"))
    story.deliver()
    for number in range(2):
        amend(story, f"Now with the right price {number}.\n", f"amend-{number}")
        story.deliver()
        story.wait(minutes=10)
        story.deliver()
    story.deliver_all()
    assert story.account() == (60, 60, 0, 0, 0, 0)


def test_new_people_on_the_list_are_in_the_amended_revision(story: Story) -> None:
    story.begin()
    story.deliver()
    story.members(30)
    amend(story)
    story.deliver_all()
    assert story.account() == (30, 30, 0, 0, 0, 0)


def test_somebody_with_the_mail_who_has_a_new_id_does_not_get_it_again(story: Story) -> None:
    story.begin()
    story.deliver()
    text = (story.root / "members.csv").read_text(encoding="utf-8")
    story.write({"members.csv": text.replace("\nm", "\nn").replace("n,email", "m,email")})
    amend(story)
    story.deliver_all()
    story.assert_nobody_has_two()
    assert len(story.mailbox()) == 25


def test_somebody_with_the_mail_who_has_a_new_address_does_not_get_it_again(story: Story) -> None:
    story.begin()
    story.deliver()
    text = (story.root / "members.csv").read_text(encoding="utf-8")
    story.write({"members.csv": text.replace("@people.example", "@elsewhere.example")})
    amend(story)
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_an_amended_segment_does_not_count_those_twice_who_are_in_both(story: Story) -> None:
    story.begin()
    story.deliver()
    story.change({"segments/everybody.yaml": SEGMENT + "where: id <> 'm9' and id <> 'm8'\n"}, branch="fewer")
    story.wait(seconds=1)
    story.test_send()
    story.merge(branch="fewer")
    story.deliver_all()
    planned, accepted, *_rest = story.account()
    assert planned == accepted == len(story.mailbox())
    assert 23 <= planned <= 25


def test_an_unapproved_amendment_holds_the_rest(story: Story) -> None:
    story.begin()
    story.deliver()
    story.change({"campaigns/sale/body.txt": BODY + "Cheaper!\n"}, branch="amend")
    story.merge(branch="amend", approved_by=None)
    story.wait(hours=1)
    story.deliver_all()
    assert story.state() == "held"
    assert story.account() == (25, 3, 0, 0, 22, 0)


def test_an_amendment_taken_back_within_its_window_goes_on_with_the_first_text(story: Story) -> None:
    story.begin()
    story.deliver()
    amend(story)
    story.deliver()
    story.git("switch", "-q", "-c", "back")
    story.git("revert", "--no-edit", "-m", "1", "HEAD", by="suzuki")
    story.merge(branch="back")
    story.deliver_all()
    assert texts(story) == 0
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_a_merge_again_of_what_is_complete_sends_nothing(story: Story) -> None:
    story.begin(yaml=AT_ONCE)
    story.deliver()
    story.revert()
    story.deliver()
    story.git("switch", "-q", "-c", "again")
    story.git("revert", "--no-edit", "HEAD", by="suzuki")
    story.merge(branch="again", approved_by="tanaka")
    story.deliver_all()
    story.wait(hours=1)
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)
