from pathlib import Path

from pipeline.approvals.merge import merge_of
from pipeline.workspace.git import Repository
from tests.approvals.people import FOLDER, PATHS, Team


def found(place: Team | Path, head: str = "main") -> str | None:
    """The merge that explains what the campaign's folder holds at `head`; its tree is the digest here."""
    with Repository.open(place if isinstance(place, Path) else place.root) as repository:

        def digest_at(commit: str) -> str | None:
            entries = repository.tree(commit).entries
            mine = sorted(f"{path} {e}" for path, e in entries.items() if path.startswith(f"{FOLDER}/"))
            return "\n".join(mine) or None

        commit = repository.resolve(head)
        digest = digest_at(commit)
        assert digest is not None, "the campaign is there"
        return merge_of(repository, commit, PATHS, digest, digest_at)


def test_the_merge_that_brought_it_is_found(team: Team) -> None:
    team.branch("suzuki")
    merge = team.merge()
    assert found(team) == merge


def test_commits_about_other_things_do_not_hide_it(team: Team) -> None:
    team.branch("suzuki")
    merge = team.merge()
    team.commit("Policy", {"policy.yaml": "y"}, author="sato")
    team.commit("Another", {"campaigns/other/body.txt": "y"}, author="sato")
    team.commit("Shared", {"campaigns/_shared/foot.txt": "y"}, author="sato")
    assert found(team) == merge


def test_an_amendment_is_explained_by_its_own_merge(team: Team) -> None:
    team.branch("suzuki")
    team.merge()
    team.branch("suzuki", text="another copy")
    second = team.merge()
    assert found(team) == second


def test_a_squash_is_found(team: Team) -> None:
    squashed = team.commit("Sale", {f"{FOLDER}/body.txt": "x"}, author="suzuki")
    assert found(team) == squashed


def test_of_a_rebased_branch_the_last_commit_that_made_it_so_is_found(team: Team) -> None:
    team.commit("One", {f"{FOLDER}/body.txt": "x"}, author="suzuki")
    last = team.commit("Two", {f"{FOLDER}/body.txt": "y"}, author="suzuki")
    assert found(team) == last


def test_after_a_revert_of_a_revert_only_the_new_commit_counts(team: Team) -> None:
    team.branch("suzuki")
    first = team.merge()
    team.git("revert", "-m", "1", "--no-edit", "HEAD", author="tanaka")
    team.git("revert", "--no-edit", "HEAD", author="tanaka")
    again = team.git("rev-parse", "HEAD")
    assert found(team) == again != first


def test_going_back_to_an_earlier_content_is_a_new_order(team: Team) -> None:
    team.commit("One", {f"{FOLDER}/body.txt": "x"}, author="suzuki")
    team.commit("Two", {f"{FOLDER}/body.txt": "y"}, author="suzuki")
    back = team.commit("One again", {f"{FOLDER}/body.txt": "x"}, author="suzuki")
    assert found(team) == back


def test_commits_of_the_merged_branch_are_not_taken_for_the_merge(team: Team) -> None:
    team.branch("suzuki", "tanaka")
    tip = team.git("rev-parse", "change")
    assert found(team, team.merge()) != tip


def test_a_history_that_was_cut_off_explains_nothing(team: Team, tmp_path: Path) -> None:
    team.branch("suzuki", "sato")
    team.merge("Approved-by: sato")
    team.commit("Policy\n\nApproved-by: tanaka", {"policy.yaml": "y"}, author="sato")
    for depth in ("1", "2"):
        shallow = tmp_path / f"shallow-{depth}"
        team.git("clone", "-q", "--depth", depth, f"file://{team.root}", str(shallow))
        assert found(shallow) is None
