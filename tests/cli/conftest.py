"""The commands, run in this process on a real repository."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli
from pipeline.clock import SystemClock
from tests.stories.meddling import Meddle
from tests.stories.story import AT_ONCE, POLICY, Story, make_story

#: A zone in which it is morning now: a mail that leaves in two waves around midnight is a finding.
MORNING = f"Etc/GMT{(SystemClock().now().hour + 3) % 24 - 12:+d}"
#: The policy of the stories, without quiet hours.
LOUD = POLICY.replace("quiet_hours: 21:00-08:00, ", "").replace("Asia/Tokyo", MORNING)
Run = Callable[..., Result]


def loud_story(root: Path) -> Story:
    """A repository with 25 people and nothing ordered.

    The commands live in the real time, so the story begins now, and no hour of the day is quiet.
    """
    story = make_story(root)
    story.clock.set(SystemClock().now())
    story.write({"policy.yaml": LOUD})
    story.git("commit", "-q", "-a", "-m", "No quiet hours")
    return story


@pytest.fixture(scope="session")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """An hour ago a sender reserved the only batch, of five people, and died before its call.

    Made once, to be copied: it takes long.
    """
    story = loud_story(tmp_path_factory.mktemp("bed") / "repository")
    story.members(5)
    story.clock.set(SystemClock().now() - timedelta(hours=1, minutes=11))
    story.begin(yaml=AT_ONCE)
    with pytest.raises(KeyboardInterrupt):
        story.deliver(Meddle("reserved", _die))
    return story


def _die() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return loud_story(tmp_path / "repository")


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
