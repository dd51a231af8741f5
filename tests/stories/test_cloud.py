"""Production over an imitation of the cloud: a table, a bucket and SES, and what can be wrong with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.cli import preview
from pipeline.delivery.dispatch import deliver
from pipeline.errors import PipelineError
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.cloud import TABLE, Replies, admin, cloud, make_bucket, make_table
from tests.ses_double import Double, running
from tests.stories.meddling import Meddle, meddled
from tests.stories.story import POLICY, TWO_BATCHES, Story, make_story

pytestmark = pytest.mark.slow

_OUTBOX = "transport: {outbox: .postmerge/outbox}"
_SES = "transport: {ses: {region: ap-northeast-1}}"
_EVERYBODY = {f"m{n}@people.example": 1 for n in range(1, 26)}


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with running() as double:
        yield double


@pytest.fixture
def ses(service: Double, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    service.reset()
    with cloud():
        service.lend(monkeypatch)
        yield service


@pytest.fixture
def story(tmp_path: Path, ses: Double) -> Story:
    """A repository whose ledger is a table and whose archive is a bucket, which keeps no versions."""
    story = make_story(tmp_path / "repository")
    policy = (
        POLICY.replace(_OUTBOX, _SES)
        .replace("{sqlite: .postmerge/ledger.db}", f"{{dynamodb: {TABLE}}}")
        .replace("{folder: .postmerge/archive}", "{s3: postmerge-archive}")
    )
    assert policy.count("postmerge-") == 2
    story.write({"policy.yaml": policy})
    story.git("commit", "-q", "-a", "-m", "Keep the books in the cloud")
    make_bucket()
    assert ses.requests() == {}
    return story


def _ordered(story: Story, ses: Double) -> None:
    """Due at the next delivery."""
    make_table()
    story.order(yaml=TWO_BATCHES)
    _pass(story)
    story.wait(minutes=10)
    ses.reset()


def _pass(story: Story) -> str:
    with story.world() as world:
        done = deliver(world)
    return " ".join(trouble.sentence for trouble in done.troubles)


def test_a_delivery_goes_its_whole_way_and_a_bucket_without_versions_does_no_harm(
    story: Story, ses: Double
) -> None:
    _ordered(story, ses)
    _pass(story)
    assert len(ses.accepted()) == 20
    story.wait(minutes=30)
    _pass(story)
    assert story.account() == (25, 25, 0, 0, 0, 0)
    assert story.state() == "complete"
    assert ses.accepted() == _EVERYBODY


def test_a_missing_table_is_named_and_nothing_leaves(story: Story, ses: Double) -> None:
    with pytest.raises(PipelineError, match=f"table {TABLE} does not exist in this region") as told:
        _pass(story)
    assert "infra/postmerge.json" in told.value.remedy
    assert ses.requests() == {}


def test_the_table_of_another_repository_is_refused_and_stays_as_it_is(
    story: Story, ses: Double, tmp_path: Path
) -> None:
    _ordered(story, ses)
    before = admin("dynamodb").scan(TableName=TABLE)["Items"]
    other = make_story(tmp_path / "letters")
    other.write({"policy.yaml": (story.root / "policy.yaml").read_text("utf-8")})
    other.git("commit", "-q", "-a", "-m", "Copied from somewhere")
    with pytest.raises(PipelineError, match="belongs to another repository: repository, not letters"):
        _pass(other)
    assert admin("dynamodb").scan(TableName=TABLE)["Items"] == before
    assert ses.requests() == {}


def test_a_table_that_is_gone_in_the_middle_stops_the_sender_and_its_successor_is_no_fresh_start(
    story: Story, ses: Double
) -> None:
    _ordered(story, ses)
    gone = Meddle("settled", lambda: admin("dynamodb").delete_table(TableName=TABLE))
    with story.world() as world:
        done = deliver(meddled(world, gone))
    assert "does not exist" in " ".join(trouble.sentence for trouble in done.troubles)
    reached = ses.accepted()
    assert 0 < len(reached) < 25
    make_table()
    with pytest.raises(PipelineError, match="The archive knows a delivery of sale that the ledger does not"):
        _pass(story)
    assert ses.accepted() == reached


def test_credentials_that_expire_for_the_ledger_too_stop_in_clear_words(story: Story, ses: Double) -> None:
    """What has been called is not lost: its batch stays unknown, and nobody gets it again."""
    _ordered(story, ses)
    with story.world() as world:
        client = world.ledger._real._client  # type: ignore[attr-defined]
        expired = b'{"__type": "ExpiredTokenException", "message": "The security token is expired"}'

        def expire() -> None:
            Replies(client, "*", 400, expired, times=100)

        done = deliver(meddled(world, Meddle("called", expire)))
    assert "credentials have expired" in " ".join(trouble.sentence for trouble in done.troubles)
    first = ses.accepted()
    assert first
    story.wait(minutes=30)
    for _ in range(3):
        _pass(story)
        story.wait(minutes=30)
    account = story.status().account
    assert account.unknown
    assert (account.accepted + account.unknown, account.held) == (25, 0)
    assert ses.accepted() == _EVERYBODY


def test_a_region_without_ses_is_named_and_holds_the_campaign(
    story: Story, ses: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ordered(story, ses)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:9")
    told = _pass(story)
    assert "Amazon SES in ap-northeast-1" in told
    (hold,) = story.status().holds
    assert hold.kind == "transport"
    assert "ap-northeast-1" in hold.reason
    assert story.account() == (25, 0, 0, 0, 25, 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", ses.endpoint_url)
    story.wait(minutes=1)
    assert _pass(story) == ""
    assert len(ses.accepted()) == 20


def test_the_preview_opens_the_ledger_that_belongs_to_the_repository_of_the_policy(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    make_table()
    policy = (story.root / "policy.yaml").read_text("utf-8")
    story.commit({"policy.yaml": f"repository: hanamori/campaigns\n{policy}"})
    story.order(yaml=TWO_BATCHES)
    with Repository.open(story.root) as repository:
        workspace = loading.load(repository.working_tree())
        with preview._ledger(repository, workspace, "local") as ledger:
            assert ledger is not None, capsys.readouterr().err
            assert ledger.test_sends("sale", workspace.digest("sale"))
