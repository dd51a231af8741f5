"""What the tests of the workspace share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.workspace.git import Repository
from tests.workspace.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one good campaign, not committed yet."""
    made = Repo(tmp_path / "repository")
    made.fill()
    return made


@pytest.fixture
def opened(repo: Repo) -> Iterator[Repository]:
    """The same repository, open."""
    with Repository.open(repo.root) as repository:
        yield repository
