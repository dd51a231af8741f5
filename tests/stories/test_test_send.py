"""A test send of exactly this content comes first (law 3)."""

import email
import email.policy

import pytest

from pipeline.delivery.test_send import allowed_address
from pipeline.errors import Refused
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.stories.story import AT_ONCE, BODY, CAMPAIGN, POLICY, Story, read_headers


def test_without_a_test_send_nothing_leaves(story: Story) -> None:
    story.change(story.campaign())
    story.merge()
    assert "test-send" in story.holds()
    assert story.deliver_all().statuses[0].progress == "held"
    assert not story.mailbox()


def test_a_test_send_of_other_content_does_not_count(story: Story) -> None:
    story.change(story.campaign())
    story.test_send()
    story.commit({"campaigns/sale/body.txt": BODY + "One more thought.\n"})
    story.merge()
    story.deliver()
    story.wait(minutes=10)
    story.deliver()
    assert story.holds() == {"test-send"}
    assert not story.mailbox()


def test_a_test_send_after_the_merge_is_not_too_late(story: Story) -> None:
    story.change(story.campaign(yaml=AT_ONCE))
    story.merge()
    story.deliver_all()
    story.test_send()
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_a_policy_may_do_without(story: Story) -> None:
    story.commit({"policy.yaml": POLICY + "approvals: {test_send: optional}\n"})
    story.change(story.campaign(yaml=AT_ONCE))
    story.merge()
    story.deliver_all()
    assert len(story.mailbox()) == 25


@pytest.mark.parametrize(
    ("language", "mark"), [pytest.param("en", "[TEST] ", id="en"), pytest.param("ja", "【テスト】", id="ja")]
)
def test_a_test_message_is_marked_and_goes_to_the_tester_alone(
    story: Story, language: str, mark: str
) -> None:
    story.write(
        {
            k: v
            for k, v in story.campaign(yaml=CAMPAIGN.replace("language: en", f"language: {language}")).items()
            if v
        }
    )
    story.test_send()
    mails = [read_headers(path) for path in (story.root / ".postmerge/outbox/sale").glob("*.eml")]
    assert mails
    assert all(str(mail["Subject"]).startswith(mark) for mail in mails)
    assert {str(mail["To"]) for mail in mails} == {"tester@staff.hanamori.example"}


def test_a_test_message_shows_nobody_who_is_on_the_list(story: Story) -> None:
    story.write({k: v for k, v in story.campaign().items() if v})
    story.test_send()
    for path in (story.root / ".postmerge/outbox/sale").glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert "Person" not in str(mail.get_body(("plain",)))


@pytest.mark.parametrize(
    "address",
    [
        "m1@people.example",
        "x@staff.hanamori.example.attacker.example",
        "x@notstaff.hanamori.example",
        "staff.hanamori.example",
        "a@staff.hanamori.example, m1@people.example",
        "a@staff.hanamori.example\nBcc: m1@people.example",
    ],
)
def test_an_address_that_the_policy_does_not_name_is_refused(story: Story, address: str) -> None:
    with Repository.open(story.root) as repository:
        policy = loading.load(repository.working_tree()).policy
    assert policy is not None
    with pytest.raises(Refused):
        allowed_address(policy, address)


def test_a_test_send_is_no_delivery_and_is_counted_nowhere(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.wait(minutes=1)
    story.test_send()
    story.deliver_all()
    assert story.account() == (25, 25, 0, 0, 0, 0)


def test_two_test_sends_in_one_second_both_arrive(story: Story) -> None:
    story.write({k: v for k, v in story.campaign().items() if v})
    story.test_send()
    before = len(list((story.root / ".postmerge/outbox/sale").glob("*.eml")))
    story.wait(milliseconds=300)
    story.test_send()
    assert len(list((story.root / ".postmerge/outbox/sale").glob("*.eml"))) == 2 * before
