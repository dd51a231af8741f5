from pathlib import Path

import pytest

from tests.approvals.people import Team


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path / "repository")
