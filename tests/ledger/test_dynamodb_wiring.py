"""The production target of a policy leads to the table and the bucket that it names, where SES is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import wiring
from pipeline.errors import PipelineError
from pipeline.models.policy import Target
from tests.cloud import BUCKET, REGION, TABLE, cloud, make_bucket, make_table
from tests.ledger.books import ORDER

_PRODUCTION = {
    "transport": {"ses": {"region": REGION}},
    "ledger": {"dynamodb": TABLE},
    "archive": {"s3": BUCKET},
    "reviews": {"github": "hanamori/campaigns"},
}


@pytest.fixture(autouse=True)
def _cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with cloud():
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        make_table()
        make_bucket()
        yield


def test_two_clones_of_a_repository_share_the_ledger_and_the_archive(tmp_path: Path) -> None:
    target = Target.model_validate(_PRODUCTION)
    ledger = wiring.ledger_of(tmp_path / "clone", target)
    ledger.record_order(ORDER)
    ledger.close()
    assert wiring.ledger_of(tmp_path / "other", target).orders(ORDER.campaign) == (ORDER,)
    wiring.archive_of(tmp_path / "clone", target).create("a/b", b"x")
    assert wiring.archive_of(tmp_path / "other", target).read("a/b") == b"x"


def test_another_repository_with_the_same_policy_is_kept_out(tmp_path: Path) -> None:
    wiring.ledger_of(tmp_path, Target.model_validate(_PRODUCTION)).close()
    copied = Target.model_validate(_PRODUCTION | {"reviews": {"github": "kawabe/letters"}})
    with pytest.raises(PipelineError, match="another repository"):
        wiring.ledger_of(tmp_path, copied)


def test_a_rehearsal_of_production_writes_nothing(tmp_path: Path) -> None:
    target = Target.model_validate(_PRODUCTION)
    rehearsal = wiring.ledger_of(tmp_path, target, rehearsal=True)
    rehearsal.record_order(ORDER)
    assert rehearsal.orders(ORDER.campaign) == (ORDER,)
    assert wiring.ledger_of(tmp_path, target).campaigns() == ()
