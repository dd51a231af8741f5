"""One comment a pull request, in its place, at GitHub's double."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from pipeline.cli.comment_text import MARKER
from tests.github_double import Double, Fault, Hub, running
from tests.github_double.comments import WORKFLOW, Comment
from tests.github_double.hub import NAME
from tests.stories.commands import Said, say


@pytest.fixture
def double(tmp_path: Path) -> Iterator[Double]:
    hub = Hub(tmp_path, {"README.md": "mail"})
    hub.push("change", {"README.md": "more"}, by="suzuki")
    hub.open("change", by="suzuki")
    with running(hub) as double, mock.patch.dict(os.environ, double.environment):
        yield double


def _post(root: Path, text: str, *more: str) -> Said:
    (root / "comment.md").write_text(text, encoding="utf-8")
    words = ("--file", str(root / "comment.md"), "--pull", "1", "--repository", NAME, *more)
    return say(root, "comment", "post", *words)


def test_the_first_time_it_is_written_and_afterwards_kept_up_to_date(double: Double, tmp_path: Path) -> None:
    assert _post(tmp_path, f"{MARKER}\n\none\n").text == "written on pull request #1\n"
    assert _post(tmp_path, f"{MARKER}\n\ntwo\n").text == "updated on pull request #1\n"
    assert _post(tmp_path, f"{MARKER}\n\ntwo\n").text == "unchanged on pull request #1\n"
    assert [comment.body for comment in double.hub.comments] == [f"{MARKER}\n\ntwo\n"]


def test_it_is_found_behind_a_hundred_others_and_never_takes_somebody_elses(
    double: Double, tmp_path: Path
) -> None:
    planted = Comment(1, 1, "suzuki", f"{MARKER}\n\nall is well\n")
    chat = [Comment(n, 1, "tanaka", f"about {MARKER}") for n in range(2, 230)]
    ours = Comment(230, 1, WORKFLOW, f"{MARKER}\n\nold\n")
    double.hub.comments[:] = [planted, *chat, ours]
    assert _post(tmp_path, f"{MARKER}\n\nnew\n").text == "updated on pull request #1\n"
    assert planted.body.endswith("all is well\n")
    assert ours.body == f"{MARKER}\n\nnew\n"
    assert len(double.hub.comments) == 230


@pytest.mark.parametrize("text", ["no marker\n", f"{MARKER}\n{'x' * 200_000}\n", ""])
def test_what_is_no_comment_of_ours_is_not_posted(double: Double, tmp_path: Path, text: str) -> None:
    said = _post(tmp_path, text)
    assert said.status == 1
    assert "no comment that `postmerge comment text` wrote" in said.text
    assert double.hub.comments == []


def test_without_the_right_or_without_an_answer_it_says_so(double: Double, tmp_path: Path) -> None:
    with mock.patch.dict(os.environ, {"GITHUB_TOKEN": "of somebody else"}):
        said = _post(tmp_path, f"{MARKER}\n")
    assert said.status == 3
    assert "GitHub refuses the comment with status 401" in said.text
    double.faults.append(Fault("*", cut=True))
    assert "GitHub cannot be reached for the comment" in _post(tmp_path, f"{MARKER}\n").text


@pytest.mark.usefixtures("double")
def test_the_token_goes_to_no_unsafe_address(tmp_path: Path) -> None:
    with mock.patch.dict(os.environ, {"GITHUB_API_URL": "http://api.example"}):
        assert "no https address" in _post(tmp_path, f"{MARKER}\n").text
