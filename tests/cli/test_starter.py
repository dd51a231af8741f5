"""`postmerge new repository`, and our own workflows, which are the same."""

import subprocess
from pathlib import Path

import pytest

from pipeline.cli.starter import starter_files
from tests.stories.commands import say

ROOT = Path(__file__).parents[2]
#: Ours installs from here, everybody else's from the lock file.
OUR_OWN = ".github/actions/setup/action.yml"
GITHUB = [path for path in starter_files() if path.startswith(".github/")]


def test_the_workflows_are_all_there() -> None:
    names = {path.rpartition("/")[2] for path in GITHUB if "/workflows/" in path}
    assert names == {"validate.yml", "test-send.yml", "deliver.yml", "halt.yml", "feedback.yml"}


@pytest.mark.parametrize("path", [path for path in GITHUB if path != OUR_OWN])
def test_our_own_are_what_the_command_writes(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == starter_files()[path]


def test_a_new_repository_is_green_and_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
    assert say(tmp_path, "new", "repository").status == 0
    assert (tmp_path / OUR_OWN).read_text("utf-8") == starter_files()[OUR_OWN]
    checked = say(tmp_path, "check")
    assert (checked.status, "キャンペーン1件、エラー0件、そのほかの指摘0件" in checked.text) == (0, True)
    assert say(tmp_path, "schema", "--check").status == 0

    (tmp_path / "policy.yaml").write_text("mine\n", encoding="utf-8")
    (tmp_path / ".gitignore").unlink()
    again = say(tmp_path, "new", "repository")
    assert again.status == 1
    assert "is there already" in again.text
    assert (tmp_path / "policy.yaml").read_text("utf-8") == "mine\n"
    assert not (tmp_path / ".gitignore").exists()
