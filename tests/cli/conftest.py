"""The commands, run in this process on a real repository."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli
from tests.stories.story import Story, make_story

Run = Callable[..., Result]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A repository with 25 people and nothing ordered."""
    return make_story(tmp_path / "repository")


@pytest.fixture
def run(story: Story, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("status", "sale")` in the repository; stdout, stderr and exit status as a shell has them."""
    monkeypatch.delenv("POSTMERGE_TARGET", raising=False)

    def invoke(*words: str, status: int | None = None) -> Result:
        result = CliRunner().invoke(cli, ["-C", str(story.root), *words], catch_exceptions=False)
        if status is not None:
            assert result.exit_code == status, result.output
        return result

    return invoke
