"""The last campaign to the same people is one and the same, in the plan and in the preview."""

from pathlib import Path

from pipeline.cli.options import Place
from pipeline.cli.plan import entries_of
from pipeline.cli.preview import Looking, album_at
from pipeline.sentence import Sentence
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.stories.story import CAMPAIGN, Story, make_story


def _sent_at(time: str, *, state: str = "ready") -> str:
    return CAMPAIGN.replace("send_at: on_merge", f"send_at: {time}").replace(
        "state: ready", f"state: {state}"
    )


def _story(root: Path, *mains: tuple[str, str]) -> Story:
    """What main has, by name, and a new campaign of December 2026 on a branch."""
    story = make_story(root)
    for name, yaml in mains:
        story.change(story.campaign(name, yaml), branch=name)
        story.merge(branch=name)
    story.change(story.campaign("december", _sent_at("2026-12-10 10:00")))
    return story


def _last_in_the_plan(story: Story) -> str | None:
    with Repository.open(story.root) as repository:
        entries = entries_of(repository, loading.load(repository.working_tree()), "main", "local")
    (last,) = [entry.last for entry in entries if entry.change.campaign == "december"]
    return last.campaign if last is not None else None


def test_it_is_the_latest_that_leaves_before_and_a_draft_is_none(tmp_path: Path) -> None:
    story = _story(
        tmp_path / "repository",
        ("january", _sent_at("2027-01-05 10:00")),
        ("november", _sent_at("2026-11-10 10:00")),
        ("october", _sent_at("2026-10-10 10:00")),
        ("idea", _sent_at("2026-12-01 10:00", state="draft")),
    )
    assert _last_in_the_plan(story) == "november"
    looking = Looking(Place(story.root), ("december",), "main", no_camera=Sentence("not asked", "撮影しない"))
    (sheet,) = album_at(looking).sheets
    assert sheet.against == "november"


def test_where_none_leaves_before_it_is_compared_with_a_later_one(tmp_path: Path) -> None:
    story = _story(tmp_path / "repository", ("january", _sent_at("2027-01-05 10:00")))
    assert _last_in_the_plan(story) == "january"
