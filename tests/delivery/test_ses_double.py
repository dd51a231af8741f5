"""Through rendering, transport and a double stricter than SES: everybody reads exactly his own mail, once."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.delivery.ses import SesTransport
from pipeline.delivery.transport import Parcel, Sent
from pipeline.ledger.entry import BatchId, State
from pipeline.models.recipient import Recipient
from pipeline.render.failure import RenderFailure
from pipeline.render.message import Message
from pipeline.render.of_campaign import mail_source
from pipeline.render.personas import invented
from pipeline.render.renderer import Renderer
from pipeline.render.source import MailSource
from pipeline.render.unsubscribe import UnsubscribeKey
from pipeline.render.wire import Errand
from pipeline.workspace import workspace as loading
from pipeline.workspace.git import Repository
from tests.ses_double import Double, running

ROOT = Path(__file__).parents[2]
KEY = UnsubscribeKey(b"k" * 32)
BATCH = BatchId("sale", 1, 1, 1)
SETTINGS = {"max_send_rate": 10_000.0, "max_24_hour_send": 1_000_000.0}
NAMES = ("鈴木", "髙橋", "O'Brien <b>&", "{", "}}", "\\", "a\u2028b", "😀", "x" * 500, "{f0}", "山田")
CAMPAIGNS = sorted(path.parent.name for path in (ROOT / "campaigns").glob("*/campaign.yaml"))


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    with running(**SETTINGS) as started:
        yield started


@pytest.fixture
def ses(double: Double, monkeypatch: pytest.MonkeyPatch) -> SesTransport:
    for name, value in double.environment.items():
        monkeypatch.setenv(name, value)
    double.reset(**SETTINGS)
    return SesTransport.connect("ap-northeast-1", {}, endpoint=double.endpoint_url)


@pytest.fixture
def hasty(ses: SesTransport, double: Double) -> SesTransport:
    """One that gives up on an answer soon; a busy machine may be later than that for every call."""
    del ses  # for the environment
    return SesTransport.connect("ap-northeast-1", {}, endpoint=double.endpoint_url, read_seconds=2)


def parcels_of(source: MailSource, rows: list[Recipient]) -> list[Parcel]:
    tags = {"campaign": source.campaign}
    with Renderer(source, KEY, errand=Errand.EACH) as renderer:
        ordinary = renderer.render(rows, tags)
    with Renderer(source, KEY) as renderer:
        shared = renderer.render(rows, tags)
    assert [plainly(message) for message in shared] == [plainly(message) for message in ordinary]
    return [Parcel(r, m) for r, m in zip(rows, shared, strict=True) if isinstance(m, Message)]


def plainly(result: Message | RenderFailure) -> Message | RenderFailure:
    """What a person reads, whichever way it was made."""
    return replace(result, said=result.words) if isinstance(result, Message) else result


def source_of(campaign: str) -> tuple[MailSource, list[Recipient]]:
    with Repository.open(ROOT) as repository:
        workspace = loading.load(repository.working_tree())
    source = mail_source(workspace, campaign)
    segment = workspace.segments[workspace.campaigns[campaign].campaign.audience.segment or ""].segment
    people = list(invented(segment.columns, source.language))
    ordinary = people[0]
    for number, name in enumerate(NAMES):
        fields = {key: name if "name" in key else value for key, value in ordinary.fields.items()}
        people.append(replace(ordinary, id=f"n{number}", address=f"n{number}@people.example", fields=fields))
    return source, people


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_everybody_reads_his_own_mail_once(double: Double, ses: SesTransport, campaign: str) -> None:
    source, people = source_of(campaign)
    parcels = parcels_of(source, people)
    assert parcels
    sent = ses.send(BATCH, parcels)
    assert sent.trouble is None
    assert {outcome.state for outcome in sent.outcomes} == {State.ACCEPTED}
    assert double.twice() == {}
    assert sum(double.requests().values()) < len(parcels)
    for parcel in parcels:
        (found,) = double.mailbox(parcel.message.to)
        message = parcel.message
        assert (found["subject"], found["text"], found["html"]) == (
            message.subject,
            message.text,
            message.html,
        )
        assert [tuple(pair) for pair in found["headers"]] == list(message.headers)
        assert found["tags"] == dict(message.tags)


@pytest.mark.parametrize(
    ("fault", "states", "reached"),
    [
        ("throttle", {State.HELD}, False),
        ("error", {State.UNKNOWN}, False),
        ("expired", {State.HELD}, False),
        ("close_before", {State.UNKNOWN}, False),
        ("error_after", {State.UNKNOWN}, True),
        ("close", {State.UNKNOWN}, True),
        ("cut", {State.UNKNOWN}, True),
        ("cut_connection", {State.UNKNOWN}, True),
        ("html", {State.UNKNOWN}, True),
        ("empty", {State.UNKNOWN}, True),
        ("short", {State.ACCEPTED, State.UNKNOWN}, True),
    ],
)
def test_who_may_have_a_mail_is_never_called_unsent(
    double: Double,
    ses: SesTransport,
    fault: str,
    states: set[State],
    reached: bool,  # noqa: FBT001
) -> None:
    source, people = source_of("2026-12-thank-you")
    parcels = parcels_of(source, people)
    double.faults({"kind": fault})
    sent = ses.send(BATCH, parcels)
    assert {outcome.state for outcome in sent.outcomes} <= states | {State.HELD}
    assert states <= {outcome.state for outcome in sent.outcomes}
    assert (sum(double.accepted().values()) > 0) is reached
    everybody_unsent_is_without_mail(double, parcels, sent)


def test_a_call_that_is_never_answered_leaves_everybody_of_it_unknown(
    double: Double, hasty: SesTransport
) -> None:
    source, people = source_of("2026-12-thank-you")
    parcels = parcels_of(source, people)
    double.faults({"kind": "hang"})
    sent = hasty.send(BATCH, parcels)
    states = {outcome.state for outcome in sent.outcomes}
    assert State.UNKNOWN in states
    assert states <= {State.UNKNOWN, State.HELD}
    unknown = [o.state for o in sent.outcomes].count(State.UNKNOWN)
    double.wait_until_accepted(unknown)
    everybody_unsent_is_without_mail(double, parcels, sent)


def everybody_unsent_is_without_mail(double: Double, parcels: list[Parcel], sent: Sent) -> None:
    for parcel, outcome in zip(parcels, sent.outcomes, strict=True):
        if outcome.state in {State.HELD, State.REFUSED}:
            assert parcel.message.to.lower() not in double.accepted()
    assert double.twice() == {}
    assert sum(double.requests().values()) == 1
