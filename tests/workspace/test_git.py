import os
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.errors import PipelineError
from pipeline.workspace.commit import Person
from pipeline.workspace.git import Repository
from tests.workspace.repo import Repo


def test_a_folder_without_a_repository_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="not in a git repository") as error:
        Repository.open(tmp_path)
    assert error.value.remedy


def test_a_folder_that_does_not_exist_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no folder"):
        Repository.open(tmp_path / "gone")


def test_a_bare_repository_is_refused(repo: Repo, tmp_path: Path) -> None:
    repo.git("init", "-q", "--bare", str(tmp_path / "bare.git"))
    with pytest.raises(PipelineError, match="without a working tree"):
        Repository.open(tmp_path / "bare.git")


def test_a_machine_without_git_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PipelineError, match="git cannot be started"):
        Repository.open(tmp_path)


def test_the_root_is_found_from_a_folder_below(repo: Repo) -> None:
    with Repository.open(repo.root / "campaigns" / "_shared") as repository:
        assert repository.root == repo.root.resolve()


def test_variables_that_a_hook_sets_do_not_lead_to_another_repository(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = repo.commit()
    other = Repo(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    with Repository.open(repo.root) as repository:
        assert repository.root == repo.root.resolve()
        assert repository.resolve("HEAD") == sha
        assert "policy.yaml" in repository.working_tree().entries


def test_a_moved_branch_is_seen_at_the_next_question(repo: Repo, opened: Repository) -> None:
    first = repo.commit()
    assert opened.resolve("main") == first
    second = repo.commit("another")
    assert opened.resolve("main") == second
    repo.git("pack-refs", "--all")
    assert opened.resolve("main") == second
    repo.git("gc", "-q", "--prune=now")
    third = repo.commit("third")
    assert opened.resolve("main") == third
    repo.git("reset", "-q", "--hard", first)
    repo.git("pack-refs", "--all", "--prune")
    repo.git("gc", "-q", "--prune=now")
    assert opened.resolve("main") == first


def test_a_tag_with_the_name_of_a_branch_does_not_decide_what_is_sent(repo: Repo, opened: Repository) -> None:
    repo.git("tag", "main", repo.commit("old"))
    new = repo.commit("new")
    assert opened.resolve("main") == new
    assert opened.resolve("refs/tags/main") != new


def test_an_annotated_tag_names_its_commit(repo: Repo, opened: Repository) -> None:
    sha = repo.commit()
    repo.git("tag", "-a", "v1", "-m", "first")
    assert opened.resolve("v1") == sha
    assert opened.resolve(sha[:10]) == sha


@pytest.mark.parametrize("ref", ["", "gone", "HEAD:policy.yaml", "HEAD\nHEAD", "--all", "a b", "0" * 40])
def test_a_name_that_is_no_commit_is_refused_and_the_next_question_is_answered(
    repo: Repo, opened: Repository, ref: str
) -> None:
    sha = repo.commit()
    with pytest.raises(PipelineError, match="cannot read the commit"):
        opened.resolve(ref)
    assert not opened.exists(ref)
    assert opened.exists("main")
    assert opened.resolve("HEAD") == sha


def test_questions_go_on_after_git_was_killed(repo: Repo, opened: Repository) -> None:
    sha = repo.commit()
    assert opened.resolve("main") == sha
    process = opened._checks._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert opened.resolve("main") == sha
    assert opened._checks._process is not process


def test_a_repository_that_is_gone_is_an_error_and_not_an_old_answer(repo: Repo, opened: Repository) -> None:
    repo.commit()
    opened.resolve("main")
    (repo.root / ".git").rename(repo.root / "moved")
    with pytest.raises(PipelineError):
        opened.resolve("main")


def test_a_repository_put_in_place_of_the_old_one_is_the_one_that_is_read(
    repo: Repo, opened: Repository, tmp_path: Path
) -> None:
    opened.resolve(repo.commit())
    other = Repo(tmp_path / "other")
    other.write("a", "b")
    sha = other.commit()
    (repo.root / ".git").rename(tmp_path / "old")
    (other.root / ".git").rename(repo.root / ".git")
    assert opened.resolve("main") == sha


def test_many_threads_get_each_its_own_answer(repo: Repo, opened: Repository) -> None:
    shas = [repo.commit(f"number {n}") for n in range(4)]
    wrong: list[str] = []

    def ask(sha: str) -> None:
        wrong.extend(sha for _ in range(50) if opened.resolve(sha) != sha)

    threads = [threading.Thread(target=ask, args=(sha,)) for sha in shas]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_closing_leaves_no_process_behind(repo: Repo) -> None:
    repo.commit()
    with Repository.open(repo.root) as repository:
        repository.tree("HEAD").read("policy.yaml")
        processes = [repository._checks._process, repository._blobs._process]
    assert all(process is not None and process.returncode is not None for process in processes)


def test_a_detached_head_is_fine(repo: Repo, opened: Repository) -> None:
    sha = repo.commit()
    repo.commit("later")
    repo.git("checkout", "-q", sha)
    assert opened.resolve("HEAD") == sha


def test_a_commit_tells_people_time_and_trailers(repo: Repo, opened: Repository) -> None:
    first = repo.commit()
    repo.write(".mailmap", "Somebody Else <else@hanamori.example> <suzuki@hanamori.example>\n")
    trailers = "Approved-by: Sato <sato@hanamori.example>\nContent-digest: abc\n def\n"
    message = f"冬のセール\n\nBody: not a trailer\n\n{trailers}"
    commit = opened.commit(repo.commit(message))
    assert commit.parents == (first,)
    assert commit.author == Person("鈴木", "suzuki@hanamori.example")
    assert commit.committer == Person("Tanaka", "tanaka@hanamori.example")
    assert commit.committed_at == datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
    assert commit.subject == "冬のセール"
    assert commit.trailers == (
        ("Approved-by", "Sato <sato@hanamori.example>"),
        ("Content-digest", "abc def"),
    )


def test_control_characters_in_a_message_cannot_pose_as_a_trailer(repo: Repo, opened: Repository) -> None:
    sha = repo.commit("subject\n\nnote\x1eApproved-by\x1fSato\n\nReviewed: yes\x1eApproved-by: Sato\n")
    assert [key for key, _ in opened.commit(sha).trailers] == ["Reviewed"]


def test_a_message_without_trailers_does_not_swallow_the_next_commit(repo: Repo, opened: Repository) -> None:
    base = repo.commit("base")
    shas = [repo.commit("one"), repo.commit("two\n\nA: 1\nB: 2"), repo.commit("three")]
    found = opened.commits_between(base, "main")
    assert [commit.sha for commit in found] == shas[::-1]
    assert [len(commit.trailers) for commit in found] == [0, 2, 0]


def test_the_history_of_a_path_names_the_merge_and_not_the_branch(repo: Repo, opened: Repository) -> None:
    first = repo.commit("first")
    repo.git("checkout", "-q", "-b", "topic")
    repo.write("campaigns/a/body.txt", "1")
    repo.commit("on the branch")
    repo.git("checkout", "-q", "main")
    repo.write("README", "1")
    repo.commit("elsewhere")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
    merge = repo.git("rev-parse", "HEAD")
    assert list(opened.history("main", ["campaigns"])) == [merge, first]
    assert list(opened.history("main", ["campaigns/a", "segments"])) == [merge, first]
    assert list(opened.history("main", ["campaigns/*"])) == []
    assert len(opened.commits_between(first, "main")) == 3
    assert opened.merge_base("topic", first) == first


def test_a_reader_may_stop_in_the_middle_of_a_history(repo: Repo, opened: Repository) -> None:
    shas = []
    for number in range(5):
        repo.write("campaigns/a", str(number))
        shas.append(repo.commit())
    history = opened.history("main", ["campaigns"])
    assert next(history) == shas[-1]
    del history


def test_unrelated_histories_have_no_common_commit(repo: Repo, opened: Repository) -> None:
    repo.commit()
    repo.git("checkout", "-q", "--orphan", "island")
    repo.commit("island")
    assert opened.merge_base("main", "island") is None


def test_a_shallow_clone_says_that_it_is_shallow(repo: Repo, opened: Repository, tmp_path: Path) -> None:
    repo.commit("one")
    repo.commit("two")
    assert not opened.is_shallow()
    repo.git("clone", "-q", "--depth", "1", f"file://{repo.root}", str(tmp_path / "shallow"))
    with Repository.open(tmp_path / "shallow") as shallow:
        assert shallow.is_shallow()
