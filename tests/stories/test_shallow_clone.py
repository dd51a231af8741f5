from dataclasses import replace
from pathlib import Path

import pytest

from tests.stories.story import Story


@pytest.mark.parametrize("depth", [1, 2])
def test_in_a_shallow_clone_nobody_approves_their_own_work(story: Story, tmp_path: Path, depth: int) -> None:
    story.change(story.campaign())
    story.test_send()
    story.merge(approved_by="suzuki")
    story.deliver()
    assert "approval" in story.holds()

    shallow = _clone(story, tmp_path / "shallow", depth)
    shallow.deliver()

    assert "approval" in shallow.holds()


def test_a_shallow_clone_holds_until_it_has_its_history(story: Story, tmp_path: Path) -> None:
    story.order()
    shallow = _clone(story, tmp_path / "shallow", 1)
    assert shallow.deliver().next_due is None
    (hold,) = (hold for hold in shallow.status().holds if hold.kind == "approval")
    assert "git fetch --unshallow" in hold.reason

    with shallow.world() as world:
        commit = world.main.commit()
        assert world.main.merge_of(commit, "sale") is None
        shallow.git("fetch", "-q", "--unshallow")
        assert world.main.merge_of(commit, "sale") == commit

    shallow.deliver()
    assert "approval" not in shallow.holds()


def _clone(story: Story, root: Path, depth: int) -> Story:
    story.git("clone", "-q", f"--depth={depth}", f"file://{story.root}", str(root))
    for name in ("members.csv", "unsubscribed.csv"):
        (root / name).write_bytes((story.root / name).read_bytes())
    return replace(story, root=root)
