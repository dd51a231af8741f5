"""The production transport, from the merge to the mailbox, against a double that is stricter than SES."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.delivery.dispatch import deliver
from tests.ses_double import Double, running
from tests.stories.story import CAMPAIGN, POLICY, Story, make_story

_OUTBOX = "transport: {outbox: .postmerge/outbox}"
_SES = "transport: {ses: {region: ap-northeast-1}}"
_ACCOUNT = {"max_send_rate": 1000, "max_24_hour_send": 50_000, "identities": ["mail.hanamori.example"]}
_AT_ONCE = CAMPAIGN.replace("[10%, 100%]", "[100%]")


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with running(**_ACCOUNT) as double:
        yield double


@pytest.fixture
def ses(service: Double, monkeypatch: pytest.MonkeyPatch) -> Double:
    service.reset(**_ACCOUNT)
    service.lend(monkeypatch)
    return service


@pytest.fixture
def story(tmp_path: Path, ses: Double) -> Story:
    """As the others, but through SES; the test sends are forgotten by the double."""
    story = make_story(tmp_path / "repository", members=60)
    story.write({"policy.yaml": POLICY.replace(_OUTBOX, _SES)})
    story.git("commit", "-q", "-a", "-m", "Send through SES")
    story.change(story.campaign(yaml=_AT_ONCE))
    story.test_send()
    story.merge()
    ses.reset(**_ACCOUNT)
    return story


def _pass(story: Story) -> str:
    """One pass of `deliver`, and what was broken on the way."""
    with story.world() as world:
        done = deliver(world)
    return " ".join(trouble.sentence for trouble in done.troubles)


def _due(story: Story) -> None:
    """The order is seen, and its undo window is over."""
    _pass(story)
    story.wait(minutes=10)


def test_everybody_gets_it_once_and_many_share_a_call(story: Story, ses: Double) -> None:
    _due(story)
    _pass(story)
    assert ses.counts() == {f"m{n}@people.example": 1 for n in range(1, 61)}
    assert ses.requests()["SendBulkEmail"] <= 3
    assert story.status().account.accepted == 60
    mail = ses.mailbox("m7@people.example")[0]
    assert mail["subject"] == "Person 7, the sale begins"
    assert "https://u.hanamori.example/o/" in mail["text"]


def test_tags_name_the_batch_and_whom_a_mail_is_for_without_saying_who(story: Story, ses: Double) -> None:
    _due(story)
    _pass(story)
    for number in (1, 60):
        (mail,) = ses.mailbox(f"m{number}@people.example")
        batch = mail["tags"].pop("batch")
        assert re.fullmatch(r"\d+-1", batch), "the number of the batch and that it is its first attempt"
        named = hashlib.sha256(f"sale\nm{number}".encode()).hexdigest()[:32]
        assert mail["tags"] == {"campaign": "sale", "revision": "1", "wave": "1", "recipient": named}


def test_a_call_without_an_answer_is_unknown_and_never_repeated(story: Story, ses: Double) -> None:
    _due(story)
    ses.faults({"kind": "close", "nth": 1, "operation": "SendBulkEmail"})
    _pass(story)
    story.wait(minutes=1)
    _pass(story)
    account = story.status().account
    assert account.unknown
    assert (account.accepted + account.unknown, account.held) == (60, 0)
    assert ses.twice() == {}


def test_what_was_certainly_not_sent_is_sent_later(story: Story, ses: Double) -> None:
    _due(story)
    ses.faults({"kind": "throttle", "nth": 1, "operation": "SendBulkEmail"})
    _pass(story)
    assert ses.counts() == {f"m{n}@people.example": 1 for n in range(1, 61)}
    assert story.status().account.accepted == 60


def test_a_paused_account_stops_the_wave_in_clear_words(story: Story, ses: Double) -> None:
    _due(story)
    ses.change(sending_enabled=False)
    assert "switched off in SES" in _pass(story)
    assert ses.counts() == {}
    assert story.status().account.held == 60
    ses.change(sending_enabled=True)
    story.wait(minutes=1)
    _pass(story)
    assert story.status().account.accepted == 60


def test_the_quota_of_the_day_holds_the_rest_until_there_is_quota_again(story: Story, ses: Double) -> None:
    _due(story)
    ses.change(max_24_hour_send=55)
    _pass(story)
    assert story.holds() == {"quota"}
    sent = story.status().account.accepted
    assert 0 < sent < 60
    ses.change(max_24_hour_send=50_000)
    _pass(story)
    assert ses.counts() == {f"m{n}@people.example": 1 for n in range(1, 61)}


def test_one_poisoned_recipient_costs_the_others_nothing(story: Story, ses: Double) -> None:
    _due(story)
    ses.faults({"kind": "entry", "entry_status": "MESSAGE_REJECTED", "address": "m7@*"})
    _pass(story)
    account = story.status().account
    assert (account.accepted, account.refused) == (59, 1)
    assert "m7@people.example" not in ses.counts()
    assert max(ses.counts().values()) == 1
