"""Contacts are never in git: said before the first commit, and of whatever git has already."""

from pathlib import Path

import pytest

from pipeline.models.finding import Finding, Severity
from pipeline.workspace import workspace as loading
from pipeline.workspace.contacts_in_git import CONTACTS_IN_GIT, contacts_in_git
from pipeline.workspace.git import Repository
from tests.stories.story import POLICY, Story, make_story

#: Put together here: nobody real is named in this repository, not even by chance.
HOST = "hanako-real.example".replace("example", "co.jp")
REAL = f"id,email,name,consent\nm1,taro@{HOST},Taro,2026-01-01\n"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """The list of members is there, and neither committed nor ignored."""
    story = make_story(tmp_path / "repository", members=3)
    (story.root / ".gitignore").write_text(".postmerge/\n", encoding="utf-8")
    return story


def _found(story: Story) -> tuple[Finding, ...]:
    with Repository.open(story.root) as repository:
        return contacts_in_git(repository.root, loading.load(repository.working_tree()))


def test_invented_people_may_be_anywhere(story: Story) -> None:
    assert _found(story) == ()
    story.git("add", "-f", "members.csv", "unsubscribed.csv")
    assert _found(story) == ()


@pytest.mark.parametrize("has_it", [False, True])
def test_somebody_real_is_an_error_before_and_after_the_commit(story: Story, *, has_it: bool) -> None:
    (story.root / "members.csv").write_text(REAL, encoding="utf-8")
    if has_it:
        story.git("add", "-f", "members.csv")
        story.git("commit", "-q", "-m", "Oh")
        (story.root / ".gitignore").write_text("members.csv\n", encoding="utf-8")
    (finding,) = _found(story)
    assert (finding.rule, finding.path, finding.severity) == (CONTACTS_IN_GIT, "policy.yaml", Severity.ERROR)
    policy = (story.root / "policy.yaml").read_text(encoding="utf-8").splitlines()
    assert "path: members.csv" in policy[finding.position.line - 1]
    assert "git rm --cached members.csv" in finding.remedy.en
    assert "taro" not in finding.message.en + finding.remedy.en


def test_what_git_ignores_is_where_it_belongs(story: Story) -> None:
    (story.root / "members.csv").write_text(REAL, encoding="utf-8")
    (story.root / ".gitignore").write_text("*.csv\n", encoding="utf-8")
    assert _found(story) == ()


def test_a_suppression_list_names_people_as_well(story: Story) -> None:
    (story.root / "unsubscribed.csv").write_text(f"email\nHanako@{HOST.title()}\n", encoding="utf-8")
    (finding,) = _found(story)
    assert "unsubscribed.csv" in finding.message.en


def test_lists_elsewhere_and_lists_that_are_not_here_are_no_matter(story: Story, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.csv").write_text(REAL, encoding="utf-8")
    for path in (str(tmp_path / "elsewhere.csv"), "../elsewhere.csv", "nowhere.csv", "no/where.csv"):
        story.write({"policy.yaml": POLICY.replace("path: members.csv", f"path: {path}")})
        assert _found(story) == (), path


def test_an_address_is_found_in_a_database_too(story: Story) -> None:
    words = "kind: sqlite, table: people, path: members.db"
    story.write({"policy.yaml": POLICY.replace("kind: csv, path: members.csv", words)})
    (story.root / "members.db").write_bytes(b"SQLite format 3\0\x81m1taro@" + HOST.encode() + b"\0\x80")
    (finding,) = _found(story)
    assert "members.db" in finding.message.en


@pytest.mark.parametrize(("level", "severity"), [("off", None), ("warning", Severity.WARNING)])
def test_the_policy_weighs_it(story: Story, level: str, severity: Severity | None) -> None:
    (story.root / "members.csv").write_text(REAL, encoding="utf-8")
    story.write({"policy.yaml": f"{POLICY}checklist: {{severity: {{{CONTACTS_IN_GIT}: {level}}}}}\n"})
    assert [finding.severity for finding in _found(story)] == ([severity] if severity else [])
