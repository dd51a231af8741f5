import pytest

from tests.approvals.people import FOLDER, Team

WROTE = "wrote a part of it, and cannot approve it"


@pytest.mark.parametrize(
    "written",
    [
        "sato",
        "Sato",
        "SATO",
        "sato@hanamori.example",
        "Sato Jiro <sato@hanamori.example>",
        "sato <>",
        "  sato  ",
    ],
)
def test_a_colleague_approves_under_any_way_to_write_the_name(team: Team, written: str) -> None:
    team.branch("suzuki")
    consent = team.consent(team.merge(f"Approved-by: {written}"))
    assert (consent.approvers, consent.objections) == (("sato",), ())


@pytest.mark.parametrize(
    ("author", "written"),
    [
        ("suzuki", "suzuki"),
        ("suzuki", "Suzuki"),
        ("suzuki", "suzuki@elsewhere.example"),
        ("Suzuki Hanako <suzuki@hanamori.example>", "suzuki"),
        ("suzuki <hanako@private.example>", "suzuki@hanamori.example"),
        ("Suzuki Hanako <suzuki@hanamori.example>", "Hanako S. <suzuki@hanamori.example>"),
    ],
)
def test_an_author_cannot_approve_under_any_name(team: Team, author: str, written: str) -> None:
    team.branch(author)
    consent = team.consent(team.merge(f"Approved-by: {written}"))
    assert consent.approvers == ()
    assert consent.objections == (f"suzuki {WROTE}",)


def test_nobody_who_wrote_any_commit_of_the_branch_can_approve(team: Team) -> None:
    team.branch("suzuki", "tanaka", "suzuki")
    consent = team.consent(team.merge("Approved-by: tanaka", "Approved-by: sato"))
    assert consent.approvers == ("sato",)
    assert consent.objections == (f"tanaka {WROTE}",)


def test_who_committed_another_s_change_cannot_approve_it(team: Team) -> None:
    team.git("switch", "-q", "-c", "change")
    team.commit("Write", {f"{FOLDER}/body.txt": "x"}, author="suzuki", committer="sato")
    assert team.consent(team.merge("Approved-by: sato", by="tanaka")).approvers == ()


def test_a_co_author_cannot_approve(team: Team) -> None:
    team.git("switch", "-q", "-c", "change")
    message = "Write\n\nCo-authored-by: Tanaka <tanaka@hanamori.example>"
    team.commit(message, {f"{FOLDER}/body.txt": "x"}, author="suzuki")
    assert team.consent(team.merge("Approved-by: tanaka")).approvers == ()


def test_who_merges_may_approve_when_the_merge_adds_nothing(team: Team) -> None:
    team.branch("suzuki")
    assert team.consent(team.merge("Approved-by: sato", by="sato")).approvers == ("sato",)


def test_who_changes_the_campaign_in_the_merge_itself_is_an_author(team: Team) -> None:
    team.branch("suzuki")
    team.git("switch", "-q", "main")
    team.git("merge", "-q", "--no-ff", "--no-commit", "change")
    evil = team.commit("Merge\n\nApproved-by: sato", {f"{FOLDER}/body-0.txt": "another"}, author="sato")
    assert team.consent(evil).approvers == ()


def test_an_approval_counts_once_however_often_it_is_written(team: Team) -> None:
    team.branch("suzuki")
    merge = team.merge("Approved-by: sato", "Approved-by: Sato <sato@hanamori.example>", "approved-BY: sato")
    assert team.consent(merge).approvers == ("sato",)


@pytest.mark.parametrize("written", ["mallory", "sato, tanaka"])
def test_a_stranger_cannot_approve(team: Team, written: str) -> None:
    team.branch("suzuki")
    consent = team.consent(team.merge(f"Approved-by: {written}"))
    assert consent.approvers == ()
    assert consent.objections == (f"{written} is in no team of the policy",)


def test_a_change_that_a_stranger_wrote_cannot_be_approved(team: Team) -> None:
    team.branch("suzuki", "Mallory <mallory@elsewhere.example>")
    consent = team.consent(team.merge("Approved-by: sato"))
    assert consent.approvers == ()
    assert consent.objections == ("Mallory wrote a part of it, but is in no team of the policy",)


def test_approvals_in_the_commits_of_the_branch_do_not_count(team: Team) -> None:
    team.git("switch", "-q", "-c", "change")
    team.commit("Write\n\nApproved-by: sato", {f"{FOLDER}/body.txt": "x"}, author="suzuki")
    assert team.consent(team.merge()).approvers == ()


def test_items_are_confirmed_by_trailers(team: Team) -> None:
    team.branch("suzuki")
    consent = team.consent(team.merge("Confirmed: content-is-true", "Confirmed: audience-is-right"))
    assert consent.confirmed == {"content-is-true", "audience-is-right"}


def test_a_squashed_change_is_approved_by_who_neither_wrote_nor_committed_it(team: Team) -> None:
    squashed = team.commit(
        "Sale\n\nApproved-by: sato\nApproved-by: suzuki\nApproved-by: tanaka",
        {f"{FOLDER}/body.txt": "x"},
        author="suzuki",
        committer="tanaka",
    )
    assert team.consent(squashed).approvers == ("sato",)
