from pathlib import Path

import pytest

from tests.stories.story import Story, make_story


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A repository with 25 people and nothing ordered."""
    return make_story(tmp_path / "repository")
