"""Who has agreed: everything that people do to get round it, and what is allowed."""

from typing import Any

import pytest

from tests.approvals.at_github import BODY_FILE, CAMPAIGN_FILE, SALE, Place
from tests.github_double import Fault
from tests.github_double.hub import NOREPLY
from tests.stories.story import CAMPAIGN

OTHER = {BODY_FILE: "Another copy\n{{ unsubscribe_url }}\n"}


# What is allowed.


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_a_colleague_with_write_access_approves_however_it_is_merged(place: Place, method: str) -> None:
    place.hub.merge(place.approved(), by="suzuki", method=method)
    consent = place.consent()
    assert (consent.approvers, consent.objections) == (("sato",), ())


def test_a_rebase_of_several_commits_is_one_change(place: Place) -> None:
    place.hub.push("change", {CAMPAIGN_FILE: CAMPAIGN}, by="suzuki")
    place.hub.push("change", SALE, by="suzuki")
    place.hub.push("change", {"campaigns/other.txt": "x"}, by="suzuki")
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="rebase")
    assert place.consent().approvers == ("sato",)


def test_who_merges_may_be_who_approved(place: Place) -> None:
    place.hub.merge(place.approved(), by="sato")
    assert place.consent().approvers == ("sato",)


def test_several_approve_each_once_in_the_order_in_which_they_did(place: Place) -> None:
    pull = place.approved(by="tanaka")
    for who in ("sato", "tanaka", "mori"):
        place.hub.review(pull, by=who)
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato", "tanaka", "mori")


@pytest.mark.parametrize("method", ["merge", "squash"])
def test_other_work_on_main_between_review_and_merge_and_after_changes_nothing(
    place: Place, method: str
) -> None:
    pull = place.approved()
    place.hub.push("main", {"docs/a.txt": "x", "campaigns/other/body.txt": "x"}, by="mori")
    place.hub.merge(pull, by="suzuki", method=method)
    place.hub.push("main", {"docs/a.txt": "y"}, by="mori")
    assert place.consent().approvers == ("sato",)


def test_a_part_of_the_policy_that_no_mail_reads_may_change_after_the_review(place: Place) -> None:
    pull = place.approved()
    policy = place.hub.forge.run("show", "main:policy.yaml") + "\n"
    place.hub.push("main", {"policy.yaml": policy.replace("rate: 1000/s", "rate: 14/s")}, by="mori")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


def test_a_comment_after_an_approval_takes_nothing_back(place: Place) -> None:
    pull = place.approved()
    place.hub.review(pull, by="sato", state="COMMENTED", body="see you tomorrow")
    place.hub.review(pull, by="mori", state="COMMENTED")
    place.hub.merge(pull, by="suzuki")
    assert place.consent().approvers == ("sato",)


def test_who_asked_for_changes_and_approves_in_the_end_approves(place: Place) -> None:
    pull = place.written()
    place.hub.review(pull, by="sato", state="CHANGES_REQUESTED")
    place.hub.push("change", OTHER, by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


def test_an_approval_of_a_commit_before_the_last_counts_when_the_content_is_the_same(place: Place) -> None:
    pull = place.approved()
    place.hub.push("change", {"docs/a.txt": "x"}, by="suzuki")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


def test_main_merged_into_the_branch_after_the_review_changes_nothing(place: Place) -> None:
    pull = place.approved()
    place.hub.push("main", {"docs/a.txt": "x"}, by="mori")
    place.hub.update(pull, by="suzuki")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


def test_a_force_push_of_the_same_content_keeps_the_approval(place: Place) -> None:
    pull = place.approved()
    place.hub.push("change", SALE, by="suzuki", force=True, message="Tidy")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


def test_a_program_may_write_when_a_person_pushed_and_another_approved(place: Place) -> None:
    place.hub.join("mailbot[bot]", kind="Bot")
    place.hub.push("change", SALE, by="suzuki")
    pull = place.hub.open("change", by="mailbot[bot]")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki")
    assert place.consent().approvers == ("sato",)


def test_a_branch_that_is_deleted_after_the_merge_changes_nothing(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.hub.delete_branch("change", by="sato")
    assert place.consent().approvers == ("sato",)


def test_who_uses_the_name_of_the_branch_again_later_is_no_author_of_the_past(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", method="squash")
    place.hub.delete_branch("change", by="suzuki")
    place.hub.push("change", {"docs/b.txt": "x"}, by="sato")
    assert place.consent().approvers == ("sato",)


def test_names_with_a_shell_and_markdown_in_them_are_only_names(place: Place) -> None:
    branch = "x;$(touch${IFS}y)`id`#(b)&ref=main"
    place.hub.push(branch, SALE, by="suzuki", message="`$(id)` ![x](y)\n\n--format=%H")
    pull = place.hub.open(branch, by="suzuki", title="$(id) `x` <!-- - [x] content-is-true -->")
    place.hub.review(pull, by="sato", body="<script>alert(1)</script>")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


# Who cannot approve.


def test_nobody_approves_their_own(place: Place) -> None:
    pull = place.written()
    place.hub.review(pull, by="suzuki")
    place.hub.merge(pull, by="suzuki")
    assert place.why() == "suzuki pushed a part of it, and cannot approve it"


def test_who_pushed_to_the_branch_cannot_approve_even_under_another_s_name(place: Place) -> None:
    pull = place.written()
    place.hub.push("change", OTHER, by="sato", author="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato pushed a part of it, and cannot approve it"


def test_who_pushed_and_pushed_it_away_again_cannot_approve(place: Place) -> None:
    place.hub.push("change", OTHER, by="sato", author="suzuki")
    place.hub.push("change", SALE, by="suzuki", force=True)
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki")
    assert place.why() == "sato pushed a part of it, and cannot approve it"


@pytest.mark.parametrize("hand", ["author", "committer"])
def test_who_wrote_or_committed_a_commit_that_another_pushed_cannot_approve(place: Place, hand: str) -> None:
    pull = place.written()
    written = {"author": "suzuki", "committer": "suzuki", hand: "sato"}
    place.hub.push("change", OTHER, by="suzuki", author=written["author"], committer=written["committer"])
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato wrote a part of it, and cannot approve it"


@pytest.mark.parametrize(
    "trailer",
    [
        f"Co-authored-by: Sato <123+sato@{NOREPLY}>",
        f"co-authored-by: S <sato@{NOREPLY}>",
        "Co-Authored-By: Sato Jiro <sato@elsewhere.example>",
        "Co-authored-by: sato <s@elsewhere.example>",
    ],
)
def test_a_co_author_cannot_approve(place: Place, trailer: str) -> None:
    place.hub.push("change", SALE, by="suzuki", message=f"Write\n\n{trailer}\n")
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato wrote a part of it, and cannot approve it"


def test_who_updated_the_branch_cannot_approve(place: Place) -> None:
    pull = place.approved()
    place.hub.push("main", {"docs/a.txt": "x"}, by="mori")
    place.hub.update(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato pushed a part of it, and cannot approve it"


def test_who_wrote_the_draft_cannot_approve_that_another_makes_it_ready(place: Place) -> None:
    place.hub.push("draft", {**SALE, CAMPAIGN_FILE: CAMPAIGN.replace("ready", "draft")}, by="sato")
    place.hub.merge(place.hub.open("draft", by="sato"), by="sato", method="squash")
    place.hub.push("change", {CAMPAIGN_FILE: CAMPAIGN}, by="suzuki")
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato wrote a part of it, and cannot approve it"


def test_a_program_cannot_approve(place: Place) -> None:
    place.hub.join("github-actions[bot]", kind="Bot")
    place.hub.merge(place.approved(by="github-actions[bot]"), by="suzuki")
    assert place.why() == "github-actions[bot] is a program, and approves nothing"


def test_who_wrote_what_a_program_opened_cannot_approve_it(place: Place) -> None:
    place.hub.join("mailbot[bot]", kind="Bot")
    place.hub.push("change", SALE, by="mailbot[bot]", author="sato")
    pull = place.hub.open("change", by="mailbot[bot]")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="suzuki")
    assert place.why() == "sato wrote a part of it, and cannot approve it"


def test_what_only_programs_made_has_no_author_who_could_be_somebody_else(place: Place) -> None:
    place.hub.join("mailbot[bot]", kind="Bot")
    pull = place.written(by="mailbot[bot]")
    place.hub.review(pull, by="sato")
    place.hub.merge(pull, by="sato")
    assert "was made by programs only" in place.why()


@pytest.mark.parametrize("right", ["read", "none"])
def test_who_may_only_read_cannot_approve(place: Place, right: str) -> None:
    place.hub.join("guest", right=right)
    place.hub.merge(place.approved(by="guest"), by="suzuki")
    assert place.why() == "guest has no write access to the repository, so the approval does not count"


def test_who_has_lost_write_access_since_no_longer_counts(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki")
    assert place.consent().approvers == ("sato",)
    place.hub.rights["sato"] = "read"
    assert "no write access" in place.why()


def test_a_name_that_was_given_to_somebody_else_has_not_approved(place: Place) -> None:
    pull = place.approved()
    place.double.faults.append(Fault("/collaborators/{username}/permission", change=_another_account))
    place.hub.merge(pull, by="suzuki")
    assert "no write access" in place.why()


def _another_account(body: dict[str, Any]) -> dict[str, Any]:
    return body | {"user": body["user"] | {"id": 999_999}}


# Which approval counts.


def test_nobody_reviewed(place: Place) -> None:
    place.hub.merge(place.written(), by="suzuki")
    assert place.why() == "nobody has reviewed pull request #1"


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_an_approval_of_another_content_does_not_count(place: Place, method: str) -> None:
    pull = place.approved()
    place.hub.push("change", OTHER, by="suzuki")
    place.hub.merge(pull, by="suzuki", method=method)
    assert place.why() == "sato approved another content than main has now"


def test_an_approval_of_a_branch_that_was_forced_to_something_else_does_not_count(place: Place) -> None:
    pull = place.approved()
    place.hub.push("change", {**SALE, **OTHER}, by="suzuki", force=True)
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato approved another content than main has now"


def test_a_merge_that_smuggles_something_in_is_not_what_was_approved(place: Place) -> None:
    place.hub.merge(place.approved(), by="suzuki", evil=OTHER)
    assert place.why() == "sato approved another content than main has now"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("segments/everybody.yaml", "columns", "where: name = 'x'\ncolumns"),
        ("policy.yaml", "東京都千代田区1-1", "東京都千代田区2-2"),
    ],
)
def test_a_mail_that_changes_because_of_another_pull_request_asks_for_a_new_approval(
    place: Place, path: str, old: str, new: str
) -> None:
    pull = place.approved()
    text = place.hub.forge.run("show", f"main:{path}") + "\n"
    assert old in text
    place.hub.push("main", {path: text.replace(old, new)}, by="mori")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato approved another content than main has now"


def test_a_shared_piece_that_the_mail_does_not_include_may_change(place: Place) -> None:
    pull = place.approved()
    place.hub.push("main", {"campaigns/_shared/foot.txt": "New\n"}, by="mori")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.consent().approvers == ("sato",)


def test_a_shared_piece_that_the_mail_includes_asks_for_a_new_approval(place: Place) -> None:
    body = "{% include '_shared/foot.txt' %}\n{{ unsubscribe_url }}\n"
    place.hub.push("change", {**SALE, BODY_FILE: body}, by="suzuki")
    pull = place.hub.open("change", by="suzuki")
    place.hub.review(pull, by="sato")
    place.hub.push("main", {"campaigns/_shared/foot.txt": "New\n"}, by="mori")
    place.hub.merge(pull, by="suzuki", method="squash")
    assert place.why() == "sato approved another content than main has now"


def test_a_commit_that_is_gone_cannot_have_been_approved(place: Place) -> None:
    pull = place.written()
    place.hub.review(pull, by="sato", commit="1" * 40)
    place.hub.merge(pull, by="suzuki")
    assert place.why().startswith("this campaign is not in what sato approved")


def test_a_review_whose_commit_github_has_forgotten_does_not_count(place: Place) -> None:
    pull = place.approved()
    pull.reviews[0].commit = None
    place.hub.merge(pull, by="suzuki")
    assert place.why().startswith("GitHub does not say any more what sato approved")


def test_an_approval_after_the_merge_comes_too_late(place: Place) -> None:
    pull = place.written()
    place.hub.merge(pull, by="suzuki")
    place.hub.review(pull, by="sato")
    assert place.why() == "sato approved only after the merge"


def test_a_dismissed_approval_does_not_count(place: Place) -> None:
    pull = place.approved()
    pull.reviews[0].state = "DISMISSED"
    place.hub.merge(pull, by="suzuki")
    assert place.why() == "the review of sato was dismissed"


def test_an_older_approval_does_not_come_back_when_the_newer_one_is_dismissed(place: Place) -> None:
    pull = place.approved()
    place.hub.review(pull, by="sato").state = "DISMISSED"
    place.hub.merge(pull, by="suzuki")
    assert place.why() == "the review of sato was dismissed"


def test_an_approval_that_is_dismissed_after_the_merge_no_longer_counts(place: Place) -> None:
    pull = place.approved()
    place.hub.merge(pull, by="suzuki")
    assert place.consent().approvers == ("sato",)
    pull.reviews[0].state = "DISMISSED"
    assert place.consent().approvers == ()


def test_somebody_who_asks_for_changes_stops_it_whoever_else_approved(place: Place) -> None:
    pull = place.approved()
    place.hub.review(pull, by="mori", state="CHANGES_REQUESTED")
    place.hub.merge(pull, by="suzuki")
    assert place.why() == "mori asks for changes in pull request #1"


def test_somebody_who_asks_for_changes_after_the_merge_stops_it_too(place: Place) -> None:
    pull = place.approved()
    place.hub.merge(pull, by="suzuki")
    place.hub.review(pull, by="sato", state="CHANGES_REQUESTED")
    assert place.why() == "sato asks for changes in pull request #1"


def test_a_stranger_who_asks_for_changes_is_heard_but_stops_nothing(place: Place) -> None:
    place.hub.join("guest", right="read")
    pull = place.approved()
    place.hub.review(pull, by="guest", state="CHANGES_REQUESTED")
    place.hub.merge(pull, by="suzuki")
    consent = place.consent()
    assert consent.approvers == ("sato",)
    assert consent.objections == ("guest asks for changes in pull request #1",)


def test_reviews_beyond_the_first_hundred_count(place: Place) -> None:
    pull = place.approved()
    for _ in range(120):
        place.hub.review(pull, by="mori", state="COMMENTED")
    place.hub.review(pull, by="sato", state="CHANGES_REQUESTED")
    place.hub.merge(pull, by="suzuki")
    assert place.why() == "sato asks for changes in pull request #1"
