"""What SES reports comes back: from the double's events through a queue to the gate that goes by them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.delivery.dispatch import deliver
from pipeline.feedback import reading
from pipeline.feedback.kept import Kept
from pipeline.incident.unknown import resolve_by_events
from pipeline.ledger.entry import State
from tests.cloud import QUEUE, cloud, make_queue, publish
from tests.ses_double import Double, running
from tests.stories.story import CAMPAIGN, POLICY, Story, make_story

pytestmark = pytest.mark.slow

_ACCOUNT = {"max_send_rate": 1000, "max_24_hour_send": 50_000, "identities": ["mail.hanamori.example"]}
_UNSURE = {"events_doubled": 0.5, "events_reordered": True}
_LOCAL = "transport: {outbox: .postmerge/outbox}"
_SES = f"transport: {{ses: {{region: ap-northeast-1}}}}\n    feedback: {{sqs: {QUEUE}}}"
_POLICY = POLICY.replace(_LOCAL, _SES).replace(
    "hanamori.example}}", "hanamori.example, configuration_set: campaigns}}"
)
_HALVES = CAMPAIGN.replace("[10%, 100%]", "[50%, 100%]")


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with running(**_ACCOUNT) as double:
        yield double


@pytest.fixture
def ses(service: Double, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    service.reset(**_ACCOUNT, **_UNSURE)
    monkeypatch.setattr(reading, "PATIENCE", timedelta(0))
    with cloud():
        service.lend(monkeypatch)
        yield service


@pytest.fixture
def story(tmp_path: Path, ses: Double) -> Story:
    """Forty people, in two halves, and the first one is due."""
    make_queue()
    story = make_story(tmp_path / "repository", members=40)
    story.commit({"policy.yaml": _POLICY})
    story.order(yaml=_HALVES)
    _pass(story)
    story.wait(minutes=10)
    ses.reset(**_ACCOUNT, **_UNSURE)
    return story


def _pass(story: Story) -> str:
    """One pass of `deliver`, and what was broken on the way."""
    with story.world() as world:
        return " ".join(trouble.sentence for trouble in deliver(world).troubles)


def _report(ses: Double) -> list[dict[str, object]]:
    """SES publishes what it knows; some of it twice, in any order."""
    events = ses.events()
    publish(make_queue(), *map(json.dumps, events))
    return events


def test_events_settle_the_unknown_and_bounces_hold_the_next_wave(story: Story, ses: Double) -> None:
    ses.change(fates=[{"address": "m1*", "fate": "bounce"}])
    ses.faults({"kind": "close", "nth": 1, "operation": "SendBulkEmail"})
    assert "no clear answer" in _pass(story)
    unknown = story.status().account.unknown
    assert unknown

    # The workflow reads the queue.
    assert len(_report(ses)) > 40, "some came twice"
    with story.world() as world:
        assert world.feedback is not None
        world.feedback.heard("sale")
        told = resolve_by_events(world.ledger, world.archive, story.clock, "sale", Kept(world.archive))
    assert told.resolved == {State.ACCEPTED: unknown}
    assert story.account() == (40, 20, 0, 0, 20, 0)

    # A person has looked at the call without an answer; the bounces are another question.
    story.release()
    story.wait(minutes=30)
    assert _pass(story) == ""
    status, bounced = story.status(), sum(address.startswith("m1") for address in ses.accepted())
    assert any(f"{bounced} of 20 messages bounced" in hold.reason for hold in status.holds)
    assert status.heard is not None
    assert (status.heard.known, status.heard.delivered, status.heard.bounced) == (20, 20 - bounced, bounced)
    assert (len(ses.accepted()), ses.twice()) == (20, {})
