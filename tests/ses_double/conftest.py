"""One double for all these tests, as new for each of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ses_double import Double, running


@pytest.fixture(scope="session")
def _process() -> Iterator[Double]:
    with running() as double:
        yield double


@pytest.fixture(scope="session")
def _client(_process: Double) -> Any:
    return _process.client(checks=False)


@pytest.fixture
def double(_process: Double) -> Double:
    _process.reset(clock="stopped")
    return _process


@pytest.fixture
def client(double: Double, _client: Any) -> Any:
    assert double.port
    return _client
