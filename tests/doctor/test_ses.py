"""What the doctor says about Amazon SES, asked of the double; and about table and bucket, asked of moto."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.doctor import ses as checks
from pipeline.doctor.line import Line, Part, State, examine, exit_status
from pipeline.doctor.ses_facts import SesFacts
from pipeline.errors import ExitStatus, PipelineError
from pipeline.ledger.dynamodb import DynamoDbLedger
from tests.cloud import (
    BUCKET,
    QUEUE,
    REGION,
    REPOSITORY,
    TABLE,
    admin,
    cloud,
    make_bucket,
    make_queue,
    make_table,
)
from tests.ses_double import Double, running
from tests.stories.story import POLICY, make_story

_PLANNED = 100
_ADDRESS = "news@mail.hanamori.example"


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with running() as double:
        yield double


@pytest.fixture
def ses(service: Double, monkeypatch: pytest.MonkeyPatch) -> Double:
    service.reset()
    for name, value in service.environment.items():
        monkeypatch.setenv(name, value)
    return service


def _account(*, planned: int = _PLANNED) -> dict[str, Line]:
    return {line.what: line for line in checks.account_lines(SesFacts(REGION).account(), planned=planned)}


def test_an_account_that_is_ready_is_fine(ses: Double) -> None:
    del ses
    assert {line.state for line in _account().values()} == {State.FINE}


@pytest.mark.parametrize(
    ("settings", "what", "said"),
    [
        ({"sending_enabled": False}, "sending", "switched off"),
        ({"production_access": False}, "sandbox", "still in it"),
        ({"enforcement_status": "PROBATION"}, "standing", "probation"),
        ({"suppressed_reasons": ["BOUNCE"]}, "suppression list", "does not keep complaint"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_with_a_remedy(
    ses: Double, settings: dict[str, object], what: str, said: str
) -> None:
    ses.change(**settings)
    lines = _account()
    wrong = [line for line in lines.values() if line.state is State.WRONG]
    assert [line.what for line in wrong] == [what]
    assert said in wrong[0].found
    assert wrong[0].remedy


def test_the_quota_is_held_against_what_is_planned(ses: Double) -> None:
    ses.change(max_24_hour_send=1000.0, sent_before=400)
    assert _account(planned=600)["quota"].state is State.FINE
    tight = _account(planned=2_601)["quota"]
    assert (tight.state, "it takes 4 days" in tight.found) == (State.NOTE, True)


def test_a_sender_needs_a_verified_domain_that_signs(ses: Double) -> None:
    facts = SesFacts(REGION)
    assert [line.state for line in checks.identity_lines("news", facts.identity(_ADDRESS))] == [
        State.FINE
    ] * 2
    ses.change(dkim_signing=False)
    _, dkim = checks.identity_lines("news", facts.identity(_ADDRESS))
    assert (dkim.state, dkim.found) == (State.WRONG, "does not sign")
    ses.change(identities=[], unverified_identities=["mail.hanamori.example"])
    verified, _ = checks.identity_lines("news", facts.identity(_ADDRESS))
    assert verified.found == "mail.hanamori.example is not verified"
    ses.change(unverified_identities=[])
    [unknown] = checks.identity_lines("news", facts.identity(_ADDRESS))
    assert "does not know its address" in unknown.found


def test_the_domain_above_covers_a_sender_too(ses: Double) -> None:
    ses.change(identities=["hanamori.example"])
    found = SesFacts(REGION).identity(_ADDRESS)
    assert found is not None
    assert (found.name, found.verified) == ("hanamori.example", True)


def _set(name: str = "campaigns") -> list[Line]:
    return list(checks.set_lines(name, SesFacts(REGION).configuration_set(name)))


def test_a_configuration_set_must_be_there_send_and_publish(ses: Double) -> None:
    assert {line.state for line in _set()} == {State.FINE}
    ses.client().put_configuration_set_sending_options(ConfigurationSetName="campaigns", SendingEnabled=False)
    assert (_set()[0].state, _set()[0].found) == (State.WRONG, "is switched off")
    assert [line.found for line in _set("other")] == ["does not exist in this region"]
    ses.change(event_types=["SEND", "BOUNCE", "COMPLAINT", "REJECT"])
    assert "not published: delivery, rendering_failure" in [line.found for line in _set("notices")]
    ses.change(silent_configuration_sets=["notices"])
    assert "no event destination" in [line.found for line in _set("notices")]


def test_one_part_that_is_broken_does_not_hide_the_others() -> None:
    def broken() -> Iterator[Line]:
        yield Line("first", State.FINE, "there")
        raise PipelineError("No network.", "Look at it.")

    fine = Part("b", lambda: [Line("second", State.FINE, "there")])
    note = Line("third", State.NOTE, "not quite")
    examined = examine([Part("a", broken), fine])
    assert [line.state for part in examined for line in part.lines] == [
        State.FINE,
        State.COULD_NOT_RUN,
        State.FINE,
    ]
    assert exit_status(examined) is ExitStatus.BROKEN
    assert exit_status(examine([fine, Part("c", lambda: [note])])) is ExitStatus.FINE
    wrong = Part("d", lambda: [replace(note, state=State.WRONG)])
    assert exit_status(examine([fine, wrong])) is ExitStatus.REFUSED


# The whole command, on table and bucket.


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A repository whose local target keeps its books at AWS."""
    story = make_story(tmp_path / "repository", members=1)
    policy = POLICY.replace("{sqlite: .postmerge/ledger.db}", f"{{dynamodb: {TABLE}}}")
    policy = policy.replace("{folder: .postmerge/archive}", f"{{s3: {BUCKET}}}")
    policy = policy.replace("reviews: trailers", f"reviews: trailers\n    feedback: {{sqs: {QUEUE}}}")
    story.write({"policy.yaml": f"repository: {REPOSITORY}\n{policy}"})
    with cloud():
        yield story.root


def _doctor(root: Path) -> tuple[int, dict[str, str]]:
    result = CliRunner().invoke(cli, ["-C", str(root), "doctor", "--format", "json"], catch_exceptions=False)
    data = json.loads(result.stdout)
    assert data["ok"] == (result.exit_code == 0)
    return result.exit_code, {line["what"]: line["state"] for line in data["lines"]}


def test_table_bucket_and_queue_are_looked_at(shared: Path) -> None:
    status, states = _doctor(shared)
    assert (status, states["ledger"], states["archive"]) == (3, "could-not-run", "could-not-run")
    assert states["queue"] == "could-not-run"
    make_table()
    make_bucket()
    url = make_queue()
    admin("sqs").set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "345600"})
    status, states = _doctor(shared)
    assert (status, states["ledger"], states["ledger, rights"]) == (1, "fine", "fine")
    assert (states["ledger, recovery"], states["archive, versions"]) == ("wrong", "wrong")
    admin("dynamodb").update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    assert (states["queue"], states["queue, retention"]) == ("fine", "wrong")
    admin("sqs").set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "1209600"})
    admin("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    items = admin("dynamodb").scan(TableName=TABLE)["Items"]
    status, states = _doctor(shared)
    assert (status, set(states.values())) == (0, {"fine", "note"})
    assert admin("dynamodb").scan(TableName=TABLE)["Items"] == items == []


def test_the_table_of_another_repository_is_seen(shared: Path) -> None:
    make_table()
    make_bucket()
    DynamoDbLedger(TABLE, repository="kawabe/letters", region=REGION).close()
    status, states = _doctor(shared)
    assert (status, states["ledger"]) == (3, "could-not-run")


def test_ses_without_a_queue_is_no_silence_that_means_good_news(
    tmp_path: Path, ses: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ses
    monkeypatch.setenv("POSTMERGE_UNSUBSCRIBE_KEY", "k" * 40)
    story = make_story(tmp_path / "repository", members=1)
    transport = "transport: {outbox: .postmerge/outbox}"
    story.write({"policy.yaml": POLICY.replace(transport, "transport: {ses: {region: ap-northeast-1}}")})
    result = CliRunner().invoke(cli, ["-C", str(story.root), "doctor"])
    said = " ".join(result.stdout.split())
    assert "queue: none: nobody hears of bounces and complaints" in said
    assert "feedback: {sqs: NAME}" in said
