"""Where the contracts are tried: every ledger and archive, those of the cloud through moto."""

from collections.abc import Iterator

import pytest

from tests.cloud import cloud


@pytest.fixture(autouse=True)
def _cloud() -> Iterator[None]:
    with cloud():
        yield
