from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.approvals.at_github import BASE, Place
from tests.approvals.people import Team
from tests.github_double import Hub, running


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path / "repository")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with running(Hub(tmp_path, BASE)) as double:
        yield Place(double, tmp_path)
