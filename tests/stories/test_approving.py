"""Who may say yes, and what counts as a yes (laws 3 and 9)."""

import pytest

from tests.stories.story import AT_ONCE, CAMPAIGN, FOOTER, POLICY, Story


def reason(story: Story) -> str:
    """Why the approval is not enough."""
    return "; ".join(hold.reason for hold in story.status().holds if hold.kind == "approval")


def assert_held(story: Story, *, because: str) -> None:
    """It holds for an approval, says why, and time changes nothing about it."""
    assert because in reason(story)
    done = story.deliver_all()
    assert done.statuses[0].progress == "held"
    story.wait(hours=1)
    story.deliver_all()
    assert not story.mailbox()


def test_a_colleague_approves_and_it_leaves(story: Story) -> None:
    story.order(yaml=AT_ONCE)
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_a_merge_without_an_approval_is_held(story: Story) -> None:
    story.change(story.campaign())
    story.test_send()
    story.merge(approved_by=None)
    assert_held(story, because="0 of 1 approvals")


def test_the_author_cannot_approve(story: Story) -> None:
    story.change(story.campaign(), by="suzuki")
    story.test_send()
    story.merge(approved_by="suzuki")
    assert_held(story, because="suzuki wrote a part of it")


def test_the_author_cannot_approve_under_another_spelling(story: Story) -> None:
    story.change(story.campaign(), by="suzuki")
    story.test_send()
    story.merge(approved_by="Sato <SUZUKI@hanamori.example>")
    assert_held(story, because="wrote a part of it")


def test_the_committer_of_any_commit_of_the_branch_cannot_approve(story: Story) -> None:
    story.change(story.campaign(), by="suzuki")
    story.write({"campaigns/sale/body.txt": "Hello {{ recipient.name }},\n" + FOOTER})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Polish", "--author", "suzuki <suzuki@hanamori.example>", by="sato")
    story.test_send()
    story.merge(approved_by="sato")
    assert_held(story, because="sato wrote a part of it")


def test_a_co_author_cannot_approve(story: Story) -> None:
    story.change(story.campaign())
    message = "Polish\n\nCo-authored-by: Sato <sato@hanamori.example>"
    story.git("commit", "-q", "--amend", "-m", message)
    story.test_send()
    story.merge(approved_by="sato")
    assert_held(story, because="sato wrote a part of it")


def test_an_approval_from_outside_the_teams_does_not_count(story: Story) -> None:
    story.change(story.campaign())
    story.test_send()
    story.merge(approved_by="yamada")
    assert_held(story, because="yamada is in no team")


def test_an_author_whom_nobody_knows_holds_it(story: Story) -> None:
    story.change(story.campaign(), by="mallory")
    story.test_send()
    story.merge()
    assert_held(story, because="mallory wrote a part of it, but is in no team")


def test_an_approval_in_a_commit_of_the_branch_does_not_count(story: Story) -> None:
    story.change(story.campaign())
    story.git("commit", "-q", "--amend", "-m", "Add sale\n\nApproved-by: sato")
    story.test_send()
    story.merge(approved_by=None)
    assert_held(story, because="0 of 1 approvals")


def test_a_mention_of_an_approval_in_the_text_is_none(story: Story) -> None:
    story.change(story.campaign())
    story.test_send()
    story.merge(approved_by=None)
    story.git("commit", "-q", "--amend", "-m", "Merge\n\nApproved-by: sato\n\nThat was the plan.", by="sato")
    assert_held(story, because="0 of 1 approvals")


def test_a_fast_forward_without_a_trailer_is_held(story: Story) -> None:
    story.change(story.campaign())
    story.test_send()
    story.git("switch", "-q", "main")
    story.git("merge", "-q", "--ff-only", "change")
    assert_held(story, because="0 of 1 approvals")


def test_a_commit_straight_to_main_is_held(story: Story) -> None:
    story.commit(story.campaign())
    story.test_send()
    assert_held(story, because="0 of 1 approvals")


def test_whoever_wrote_the_draft_cannot_approve_the_switch_to_ready(story: Story) -> None:
    draft = CAMPAIGN.replace("state: ready", "state: draft")
    story.change(story.campaign(yaml=draft), by="sato")
    story.merge(approved_by=None)
    story.change(story.campaign(), branch="ready", by="suzuki")
    story.test_send()
    story.merge(branch="ready", approved_by="sato")
    assert_held(story, because="sato wrote a part of it")


def test_whoever_wrote_an_earlier_commit_of_a_fast_forward_cannot_approve(story: Story) -> None:
    draft = CAMPAIGN.replace("state: ready", "state: draft")
    story.commit(story.campaign(yaml=draft), by="sato")
    story.commit(story.campaign(), by="suzuki", message="Ready\n\nApproved-by: sato")
    story.test_send()
    assert_held(story, because="sato wrote a part of it")


def test_the_trailer_may_be_spelled_with_name_and_address(story: Story) -> None:
    story.change(story.campaign(yaml=AT_ONCE))
    story.test_send()
    story.merge(approved_by="Sato <sato@hanamori.example>")
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_whoever_changes_something_in_the_merge_itself_is_an_author(story: Story) -> None:
    story.change(story.campaign())
    story.git("switch", "-q", "main")
    story.git("merge", "-q", "--no-ff", "--no-commit", "change")
    story.write({"campaigns/sale/body.txt": "Slipped in.\n" + FOOTER})
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "Merge\n\nApproved-by: sato", by="sato")
    story.test_send()
    assert_held(story, because="sato wrote a part of it")


def test_above_a_size_two_people_must_approve(story: Story) -> None:
    twice = POLICY + "approvals: {required: 1, above: [{recipients: 20, required: 2}]}\n"
    story.commit({"policy.yaml": twice})
    story.change(story.campaign(yaml=AT_ONCE))
    story.test_send()
    story.merge(approved_by="sato")
    story.deliver()
    assert_held(story, because="1 of 2 approvals (by sato)")


def test_one_person_who_approves_twice_is_one(story: Story) -> None:
    twice = POLICY + "approvals: {required: 2}\n"
    story.commit({"policy.yaml": twice})
    story.change(story.campaign(yaml=AT_ONCE))
    story.test_send()
    story.merge(approved_by="sato", more="Approved-by: Sato <sato@hanamori.example>\n")
    assert_held(story, because="1 of 2 approvals")


def test_two_people_are_enough_where_two_are_asked_for(story: Story) -> None:
    twice = POLICY + "approvals: {required: 2}\n"
    story.commit({"policy.yaml": twice})
    story.change(story.campaign(yaml=AT_ONCE))
    story.test_send()
    story.merge(approved_by="sato", more="Approved-by: tanaka\n")
    story.deliver_all()
    assert len(story.mailbox()) == 25


@pytest.mark.parametrize("ticked", ["", "Confirmed: content-is-true\n", "Confirmed: everything\n"])
def test_what_only_a_person_can_judge_must_be_confirmed_by_name(story: Story, ticked: str) -> None:
    asked = POLICY + "checklist: {confirm: [content-is-true, audience-is-right]}\n"
    story.commit({"policy.yaml": asked})
    story.change(story.campaign())
    story.test_send()
    story.merge(more=ticked)
    assert_held(story, because="audience-is-right")


def test_with_every_item_confirmed_it_leaves(story: Story) -> None:
    asked = POLICY + "checklist: {confirm: [content-is-true, audience-is-right]}\n"
    story.commit({"policy.yaml": asked})
    story.change(story.campaign(yaml=AT_ONCE))
    story.test_send()
    story.merge(more="Confirmed: content-is-true\nConfirmed: audience-is-right\n")
    story.deliver_all()
    assert len(story.mailbox()) == 25


def test_a_merge_commit_that_loses_its_approval_holds_the_rest(story: Story) -> None:
    story.begin()
    story.deliver()
    assert len(story.mailbox()) == 3
    story.git("commit", "-q", "--amend", "-m", "Merge change", by="sato")
    assert_held_at(story, 3)


def assert_held_at(story: Story, left: int) -> None:
    """Nothing more leaves, however long one waits."""
    story.wait(minutes=30)
    assert story.deliver_all().statuses[0].progress == "held"
    assert len(story.mailbox()) == left


def test_an_approver_who_has_left_the_team_does_not_count_any_more(story: Story) -> None:
    story.begin()
    story.deliver()
    story.commit({"policy.yaml": POLICY.replace("[sato]", "[yamada]")})
    assert_held_at(story, 3)


def test_a_shallow_history_that_explains_nothing_is_no_approval(story: Story) -> None:
    story.order()
    story.commit({"README.md": "Something else\n"})
    (story.root / ".git/shallow").write_text(story.git("rev-parse", "HEAD") + "\n", encoding="utf-8")
    assert story.deliver_all().statuses[0].progress == "held"
    assert not story.mailbox()
