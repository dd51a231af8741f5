"""What nobody can approve, and answers of GitHub that nothing follows from."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.errors import PipelineError
from pipeline.workspace.git import Repository
from tests.approvals.at_github import BODY_FILE, SALE, Place, change_of
from tests.github_double import Fault
from tests.stories.story import CAMPAIGN

OTHER = {BODY_FILE: "Another copy\n{{ unsubscribe_url }}\n"}


def test_a_direct_push_is_refused(place: Place) -> None:
    place.hub.push("main", SALE, by="suzuki")
    assert place.why() == "it came to main without a pull request, so nobody could review it"


def test_a_direct_push_on_top_of_an_approved_merge_is_refused(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.hub.push("main", OTHER, by="suzuki")
    assert "without a pull request" in place.why()


def test_pushing_an_approved_content_back_after_a_revert_is_refused(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.hub.push("main", dict.fromkeys(SALE), by="sato", message='Revert "Winter sale"')
    place.hub.push("main", SALE, by="suzuki", message='Revert "Revert "Winter sale""')
    assert "without a pull request" in place.why()


def test_a_revert_of_a_revert_by_pull_request_asks_for_its_own_approval(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.hub.push("main", dict.fromkeys(SALE), by="mori", message='Revert "Winter sale"')
    place.hub.push("again", SALE, by="suzuki")
    place.hub.merge(place.hub.open("again", by="suzuki"), by="suzuki", method="squash")
    assert place.why() == "nobody has reviewed pull request #2"


def test_a_commit_that_only_this_copy_has_is_refused(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    clone = place.fetched()
    run = place.hub.forge.run
    (clone / BODY_FILE).write_text("Another\n{{ unsubscribe_url }}\n", encoding="utf-8")
    who = ("-c", "user.name=suzuki", "-c", "user.email=suzuki@hanamori.example")
    run("-C", str(clone), *who, "commit", "-qam", "Mine")
    assert place.consent(fetch=False).objections == ("the merge is not a part of main at GitHub (any more)",)


def test_an_old_copy_of_main_sends_nothing_that_was_reverted(place: Place) -> None:
    """As the checkout of an old workflow that is run again."""
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)
    place.hub.push("main", dict.fromkeys(SALE), by="sato", message='Revert "Winter sale [skip ci]"')
    assert place.consent(fetch=False).objections == ("main at GitHub says something else by now",)


def test_an_old_copy_of_main_sends_nothing_that_was_changed(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.fetched()
    place.hub.push("main", OTHER, by="sato")
    assert place.consent(fetch=False).objections == ("main at GitHub says something else by now",)


def test_an_old_copy_of_main_may_go_on_when_only_other_things_changed(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.fetched()
    place.hub.push("main", {"docs/a.txt": "x"}, by="sato")
    assert place.consent(fetch=False).approvers == ("sato",)


def test_a_main_that_was_forced_back_has_no_merge_any_more(place: Place) -> None:
    base = place.hub.head()
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.fetched()
    place.hub.forge.run("update-ref", "refs/heads/main", base)
    place.hub.push("main", SALE, by="mori")
    assert place.consent(fetch=False).objections == ("the merge is not a part of main at GitHub (any more)",)


def test_a_rewritten_history_with_the_same_content_is_refused(place: Place) -> None:
    base = place.hub.head()
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.hub.forge.run("update-ref", "refs/heads/main", base)
    place.hub.push("main", SALE, by="mori")
    assert "without a pull request" in place.why()


@pytest.mark.parametrize("repo", ["stranger/campaigns", "hanamori/campaigns-2"])
def test_a_fork_is_refused(place: Place, repo: str) -> None:
    pull = place.approved()
    pull.repo = repo
    place.hub.merge(pull, by="suzuki")
    assert "(a fork)" in place.why()


def test_a_fork_that_is_gone_is_refused(place: Place) -> None:
    """GitHub's description promises a repository here, and GitHub sends null."""
    place.hub.merge(place.approved(), by="suzuki")
    gone = Fault("/pulls/{pull_number}", change=lambda body: body | {"head": body["head"] | {"repo": None}})
    place.double.faults.append(gone)
    assert "(a fork)" in place.why()


def test_a_pull_request_to_another_branch_does_not_bring_anything_to_main(place: Place) -> None:
    place.hub.push("release", {"docs/a.txt": "x"}, by="mori")
    place.hub.push("change", SALE, by="suzuki")
    pull = place.hub.open("change", by="suzuki", base="release")
    place.hub.review(pull, by="sato")
    merge = place.hub.merge(pull, by="suzuki")
    place.hub.forge.run("update-ref", "refs/heads/main", merge)
    assert "without a pull request" in place.why()


def test_an_open_pull_request_with_the_commit_is_no_merged_one(place: Place) -> None:
    pull = place.approved()
    place.hub.forge.run("update-ref", "refs/heads/main", pull.head)
    assert "without a pull request" in place.why()


def test_a_commit_of_two_merged_pull_requests_is_refused(place: Place) -> None:
    pull = place.approved()
    merge = place.hub.merge(pull, by="suzuki")
    other = place.hub.open("change", by="suzuki")
    other.brought, other.merged_at, other.merge_commit = [merge], place.hub.now(), merge
    assert "more than one pull request" in place.why()


@pytest.mark.parametrize("who", ["Sato <sato@private.example>", "web <noreply@elsewhere.example>"])
@pytest.mark.parametrize("role", ["author", "committer"])
def test_a_commit_that_belongs_to_no_account_is_refused(place: Place, who: str, role: str) -> None:
    written = {"author": "suzuki", "committer": "suzuki", role: who}
    place.hub.push("change", SALE, by="suzuki", author=written["author"], committer=written["committer"])
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki")
    assert "belongs to no GitHub account" in place.why()


def test_an_author_whose_account_was_deleted_could_be_anybody(place: Place) -> None:
    """GitHub's description promises an account here, and GitHub may send null."""
    place.hub.merge(place.approved(), by="suzuki")
    place.double.faults.append(Fault("/pulls/{pull_number}", change=lambda body: body | {"user": None}))
    assert place.why() == "the account that opened pull request #1 has been deleted"


def test_the_ghost_is_nobody(place: Place) -> None:
    pull = place.approved()
    place.hub.merge(pull, by="suzuki")
    place.hub.join("ghost")
    place.hub.accounts["ghost"].id = 10137
    pull.by = "ghost"
    assert "has been deleted" in place.why()


def test_a_pusher_whose_account_was_deleted_could_be_the_approver(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    place.hub.pushes[1].by = None
    assert place.why() == "an account that pushed to pull request #1 has been deleted"


@pytest.mark.parametrize(
    ("state", "why"), [("APPROVED", "a review is by an account"), ("CHANGES_REQUESTED", "a review is by")]
)
def test_the_review_of_a_deleted_account_approves_nothing(place: Place, state: str, why: str) -> None:
    pull = place.written()
    place.hub.review(pull, by=None, state=state)
    place.hub.merge(pull, by="suzuki")
    assert why in place.why()


def test_changes_that_a_deleted_account_asked_for_are_not_forgotten(place: Place) -> None:
    pull = place.approved()
    place.hub.review(pull, by=None, state="CHANGES_REQUESTED")
    place.hub.merge(pull, by="suzuki")
    assert "deleted" in place.why()


def test_pushes_that_github_does_not_remember_leave_the_author_open(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    place.hub.pushes = [push for push in place.hub.pushes if not push.ref.endswith("/change")]
    assert "does not say who pushed pull request #1" in place.why()


def test_a_push_on_a_later_page_is_found(place: Place) -> None:
    pull = place.approved()
    hub = place.hub
    hub.record("push", "sato", "change", pull.head, pull.head)
    for _ in range(130):
        hub.record("push", "suzuki", "change", pull.head, pull.head)
    hub.merge(pull, by="suzuki")
    assert place.why() == "sato pushed a part of it, and cannot approve it"


def test_a_list_of_pushes_that_ends_in_the_middle_is_refused(place: Place) -> None:
    pull = place.approved()
    for _ in range(130):
        place.hub.record("push", "suzuki", "change", pull.head, pull.head)
    place.hub.merge(pull, by="suzuki")
    place.double.faults.append(Fault("/activity", headers={"Link": ""}))
    assert place.why() == "GitHub's list about activity cannot be read to its end"


@pytest.mark.parametrize("count", [251, 5000])
def test_of_more_than_250_commits_nobody_knows_the_authors(place: Place, count: int) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    many = Fault("/pulls/{pull_number}", change=lambda body: body | {"commits": count})
    place.double.faults.append(many)
    assert f"has {count} commits" in place.why()
    assert not [asked for asked in place.double.asked if asked.below.endswith("/commits")], "nothing is read"


def test_up_to_250_commits_are_read_page_by_page(place: Place) -> None:
    pull = place.written()
    pull.commits *= 250
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


def test_fewer_commits_than_there_are_is_a_list_that_was_cut(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    place.double.faults.append(Fault("/pulls/{pull_number}", change=lambda body: body | {"commits": 2}))
    assert place.why() == "GitHub lists 1 of the 2 commits of pull request #1"


def test_a_list_of_files_that_was_cut_proves_nothing(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    cut = Fault("/git/trees/{tree_sha}", change=lambda body: body | {"truncated": True})
    place.double.faults.append(cut)
    assert place.why() == "GitHub does not list all files of what was reviewed"


def test_a_file_whose_content_is_another_than_its_name_says_is_refused(place: Place) -> None:
    """Only GitHub has the reviewed policy: one that differs in what no mail reads."""
    policy = place.hub.forge.run("show", "main:policy.yaml") + "\n"
    place.hub.push("change", {**SALE, "policy.yaml": policy.replace("1000/s", "7/s")}, by="suzuki")
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.push("change", {"policy.yaml": policy.replace("1000/s", "14/s")}, by="suzuki")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)
    place.double.faults.append(Fault("/git/blobs/{file_sha}", change=lambda body: body | {"content": "eHg="}))
    assert place.why() == "GitHub does not give the content of a file that was reviewed"


def _without(key: str) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        bodies = body if isinstance(body, list) else [body]
        for each in bodies:
            each.pop(key)
        return body

    return change


@pytest.mark.parametrize(
    ("below", "key"),
    [
        ("/commits/{commit_sha}/pulls", "merged_at"),
        ("/pulls/{pull_number}", "merged"),
        ("/pulls/{pull_number}", "head"),
        ("/pulls/{pull_number}", "body"),
        ("/pulls/{pull_number}/commits", "author"),
        ("/pulls/{pull_number}/reviews", "state"),
        ("/pulls/{pull_number}/reviews", "commit_id"),
        ("/pulls/{pull_number}/reviews", "user"),
        ("/activity", "actor"),
        ("/activity", "timestamp"),
        ("/collaborators/{username}/permission", "permission"),
        ("/git/trees/{tree_sha}", "truncated"),
    ],
)
def test_an_answer_that_lacks_something_is_refused_in_words(place: Place, below: str, key: str) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.double.faults.append(Fault(below, change=_without(key)))
    why = place.why()
    assert why.startswith("GitHub's answer about ")
    assert key in why


def test_a_review_in_a_state_that_nobody_knows_is_refused(place: Place) -> None:
    pull = place.approved()
    place.hub.review(pull, by="mori", state="REJECTED")
    place.hub.merge(pull, by="suzuki")
    assert "state" in place.why()


def test_a_review_without_a_time_is_refused(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    place.double.faults.append(Fault("/pulls/{pull_number}/reviews", change=_without("submitted_at")))
    assert place.why() == "GitHub does not say when pull request #1 was reviewed"


@pytest.mark.parametrize("below", ["/pulls/{pull_number}", "/pulls/{pull_number}/reviews", "/activity"])
def test_what_is_suddenly_not_there_is_refused(place: Place, below: str) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    place.double.faults.append(Fault(below, status=404))
    assert "pull request" in place.why()


@pytest.mark.parametrize("below", ["/git/ref/{ref}", "/pulls/{pull_number}/reviews"])
def test_a_github_that_stays_broken_stops_everything(place: Place, below: str) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    place.double.faults.append(Fault(below, times=99, status=502))
    with pytest.raises(PipelineError, match="GitHub cannot be asked: it answers with status 502"):
        place.consent()


def test_a_repository_that_the_token_does_not_see_stops_everything(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    place.double.faults.append(Fault("/git/ref/{ref}", status=404))
    with pytest.raises(PipelineError, match="GitHub knows no branch main of hanamori/campaigns"):
        place.consent()


# Asked anew, and not more often than needed.


def test_the_second_question_costs_little_and_sees_what_has_changed(place: Place) -> None:
    pull = place.approved()
    place.hub.merge(pull, by="suzuki", method="squash")
    with Repository.open(place.fetched()) as repository:
        reviews, change = place.reviews(repository), change_of(repository)
        assert reviews.consent(change).approvers == ("sato",)
        first = len(place.double.asked)
        assert reviews.consent(change).approvers == ("sato",)
        assert len(place.double.asked) == first, "within a moment it is one question"
        place.clock.set(place.clock.now().replace(minute=59))
        assert reviews.consent(change).approvers == ("sato",)
        again = place.double.asked[first:]
        assert {asked.status for asked in again} == {304}
        assert len(again) == 4, "main, pull request, reviews, rights"
        pull.reviews[0].state = "DISMISSED"
        place.clock.set(place.clock.now().replace(hour=23))
        assert reviews.consent(change).objections == ("the review of sato was dismissed",)


def test_a_campaign_of_many_is_judged_by_its_own_content(place: Place) -> None:
    two = {"campaigns/two/campaign.yaml": CAMPAIGN, "campaigns/two/body.txt": "x"}
    place.hub.push("change", {**SALE, **two}, by="suzuki")
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.push("change", {"campaigns/two/body.txt": "y"}, by="suzuki")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent("sale").approvers == ("sato",)
    assert place.consent("two").objections == ("sato approved another content than main has now",)


def test_an_administrator_who_merges_past_the_rules_needs_an_approval_too(place: Place) -> None:
    place.hub.join("chief", right="admin")
    place.hub.merge(place.written(), by="chief", method="squash")
    assert place.why() == "nobody has reviewed pull request #1"
    place.hub.push("main", OTHER, by="chief")
    assert "without a pull request" in place.why()


def test_an_administrator_approves_nothing_that_is_their_own(place: Place) -> None:
    place.hub.join("chief", right="admin")
    pull = place.written(by="chief")
    place.hub.review(pull, by="chief")
    place.hub.merge(pull, by="chief", method="squash")
    assert "cannot approve it" in place.why()


def test_workflows_that_change_along_with_a_campaign_change_nothing_about_its_approval(place: Place) -> None:
    place.hub.push("change", {**SALE, ".github/workflows/deliver.yml": "on: push\n"}, by="suzuki")
    pull = place.hub.open("change", by="suzuki")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "nobody has reviewed pull request #1"


def test_a_description_and_a_review_of_200_kilobytes_are_read(place: Place) -> None:
    long = "<!-- x --> `" * 8000 + "- [ ] " * 20_000 + "\n- [x] content-is-true\n"
    assert len(long) > 200_000
    pull = place.written(body=long)
    place.hub.review(pull, by="sato", body=long)
    place.hub.merge(pull, by="suzuki", method="squash")
    consent = place.consent()
    assert (consent.approvers, set(consent.confirmed)) == (("sato",), {"content-is-true"})
