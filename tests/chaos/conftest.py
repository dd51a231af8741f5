import os
from collections.abc import Iterator

import pytest

from tests.chaos.crew import Crew, crew, started
from tests.chaos.dynamodb_desk import DynamoDbDesk
from tests.chaos.stage import make_stage
from tests.ses_double import Double, running


@pytest.fixture(scope="session")
def double() -> Iterator[Double]:
    """One for all runs of a worker; its mailboxes are emptied for each."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def senders(tmp_path_factory: pytest.TempPathFactory, double: Double) -> Iterator[Crew]:
    """The repository and the process that senders are forked from, of a worker."""
    with crew(make_stage(tmp_path_factory.mktemp("chaos")), double) as ready:
        yield ready


@pytest.fixture(scope="module")
def table() -> Iterator[int]:
    """The port of a DynamoDB of its own process; until the module ends, writers here write to that."""
    environment = {
        "AWS_ACCESS_KEY_ID": "invented",
        "AWS_SECRET_ACCESS_KEY": "invented",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    with started(os.environ | environment, "tests.chaos.dynamodb_server") as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{port}")
            yield port


@pytest.fixture(scope="module")
def cloud_senders(
    tmp_path_factory: pytest.TempPathFactory, double: Double, table: int
) -> Iterator[tuple[Crew, DynamoDbDesk]]:
    """As `senders`, with the ledger in DynamoDB."""
    with crew(make_stage(tmp_path_factory.mktemp("cloud")), double) as ready:
        yield ready, DynamoDbDesk(ready.stage, table)


@pytest.fixture(scope="session")
def seed() -> str:
    """Repeat a run with POSTMERGE_CHAOS_SEED."""
    return os.environ.get("POSTMERGE_CHAOS_SEED") or os.urandom(6).hex()
