"""Where the contracts are tried: every ledger and archive, those of the cloud through moto."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.ledger.store import Ledger
from tests.cloud import cloud
from tests.ledger.books import KINDS, REVISION

Opening = Callable[[], Ledger]


@pytest.fixture(autouse=True)
def _cloud() -> Iterator[None]:
    with cloud():
        yield


@pytest.fixture(params=KINDS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    """Opens the ledger once more: another process, or the same one after a restart."""
    opened: list[Ledger] = []

    def opening() -> Ledger:
        opened.append(KINDS[request.param](tmp_path))
        return opened[-1]

    yield opening
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(reopen: Opening) -> Ledger:
    """A ledger with one revision under delivery."""
    ledger = reopen()
    assert ledger.open_revision(REVISION)
    return ledger
