"""Real files, and contacts below a temporary repository."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.audience.duckdb import DuckDbContacts
from tests.audience.people import HEADER, Rows


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Write a CSV file below the repository; its name comes back."""

    def write_csv(name: str, rows: Rows, header: Sequence[str] = HEADER) -> str:
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return name

    return write_csv


@pytest.fixture
def contacts(tmp_path: Path) -> DuckDbContacts:
    return DuckDbContacts(tmp_path)
