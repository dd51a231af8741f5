"""Whether the pages behind links are asked for: by whoever says so, unless the policy forbids it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from pipeline import wiring
from pipeline.checklist.draft import Answer
from tests.cli.conftest import LOUD, Run
from tests.stories.story import Story

_PAGE = "https://www.hanamori.example/"
_VALIDATE = Path(__file__).parents[2] / ".github/workflows/validate.yml"


@pytest.fixture
def asked(story: Story, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked for, in a web in which there is no page; a campaign links to it."""
    urls: list[str] = []

    def none_is_there(pages: Sequence[str]) -> list[Answer]:
        urls.extend(pages)
        return [Answer(page, 404) for page in pages]

    monkeypatch.setattr(wiring, "web", lambda: none_is_there)
    story.change(story.campaign())
    return urls


@pytest.mark.parametrize("words", [("check", "--base", "main"), ("comment", "text")])
def test_a_page_that_is_not_there_is_found_by_whoever_asks(
    words: tuple[str, ...], run: Run, asked: list[str]
) -> None:
    assert "status 404" not in run(*words).output
    assert asked == []
    assert "status 404" in run(*words, "--online").output
    assert _PAGE in asked


@pytest.mark.parametrize("words", [("check", "--base", "main"), ("comment", "text")])
def test_where_the_policy_says_never_no_page_is_asked_for(
    words: tuple[str, ...], run: Run, asked: list[str], story: Story
) -> None:
    story.write({"policy.yaml": f"{LOUD}links: {{verify: never}}\n"})
    assert "status 404" not in run(*words, "--online").output
    assert asked == []


def test_pull_requests_ask_for_the_pages() -> None:
    parts = yaml.safe_load(_VALIDATE.read_text("utf-8"))["jobs"]
    ran = [step.get("run", "") for part in parts.values() for step in part["steps"]]
    looking = [line for line in ran if line.startswith(("postmerge check", "postmerge preview"))]
    looking += [line for line in ran if line.startswith("postmerge comment text")]
    assert len(looking) == 3
    assert all(" --online " in line for line in looking)
