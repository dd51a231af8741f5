"""SES, its account or the cloud's ledger says no, before or in the middle of a wave.

Each time: a sentence for people, a hold with that reason, nobody lost, nobody twice, and the rest goes on
when it is mended.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.clock import ManualClock
from pipeline.delivery.dispatch import deliver
from pipeline.delivery.green import blocking_sentence
from tests.ses_double import Double, running
from tests.stories.commands import say
from tests.stories.story import CAMPAIGN, POLICY, START, Story, make_story

pytestmark = pytest.mark.slow

_OUTBOX = "transport: {outbox: .postmerge/outbox}"
_SES = "transport: {ses: {region: ap-northeast-1}}"
#: Calls of nine: a wave of sixty is seven of them.
_ACCOUNT = {"told_send_rate": 10, "max_24_hour_send": 50_000, "identities": ["mail.hanamori.example"]}
_EVERYBODY = {f"m{n}@people.example": 1 for n in range(1, 61)}


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with running(**_ACCOUNT) as double:
        yield double


@pytest.fixture
def ses(service: Double, monkeypatch: pytest.MonkeyPatch) -> Double:
    _use(service, monkeypatch)
    return service


def _use(service: Double, patch: pytest.MonkeyPatch) -> None:
    service.reset(**_ACCOUNT)
    service.lend(patch)


@pytest.fixture(scope="module")
def seen(service: Double, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Sixty people, one wave; the order is seen, and the undo window has begun."""
    with pytest.MonkeyPatch.context() as patch:
        _use(service, patch)
        story = make_story(tmp_path_factory.mktemp("refuses") / "repository", members=60)
        story.write({"policy.yaml": POLICY.replace(_OUTBOX, _SES)})
        story.git("commit", "-q", "-a", "-m", "Send through SES")
        story.order(yaml=CAMPAIGN.replace("[10%, 100%]", "[100%]"))
        _pass(story)
        with story.world() as world:
            # asked once for all stories: the judgement about a commit stays
            assert blocking_sentence(world, world.main.commit(), "sale") is None
    return story


@pytest.fixture
def due(tmp_path: Path, ses: Double, seen: Story) -> Story:
    """Nothing is missing any more."""
    shutil.copytree(seen.root, tmp_path / "repository")
    story = Story(tmp_path / "repository", ManualClock(seen.clock.now()), green=set(seen.green))
    story.wait(minutes=10)
    ses.reset(**_ACCOUNT)
    return story


def _pass(story: Story) -> str:
    """One pass of `deliver`, and what was broken on the way."""
    with story.world() as world:
        done = deliver(world)
    return " ".join(trouble.sentence for trouble in done.troubles)


def _expired(ses: Double) -> None:
    ses.faults({"kind": "expired", "operation": "SendBulkEmail", "every": 1})


def _paused(ses: Double) -> None:
    ses.change(sending_enabled=False)


def _unverified(ses: Double) -> None:
    ses.change(identities=[])


def _quota(ses: Double) -> None:
    """Another sender of the account was quicker: GetAccount has not heard of it yet."""
    said = {"status": 400, "code": "ThrottlingException", "message": "Daily message quota exceeded."}
    ses.faults({"kind": "error", "operation": "SendBulkEmail", "every": 1, **said})


def _forbidden(ses: Double) -> None:
    said = {"status": 403, "code": "AccessDeniedException", "message": "User is not authorized"}
    ses.faults({"kind": "error", "operation": "SendBulkEmail", "every": 1, **said})


Spoil = Callable[[Double], None]
EVERY_WAY = pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_expired, "credentials are missing, wrong or have expired"),
        (_paused, "Sending is switched off in SES"),
        (_unverified, "does not know the sender's domain as verified"),
        (_quota, "Today's sending quota of SES is used up"),
        (_forbidden, "The AWS role may not send this mail"),
    ],
)


@EVERY_WAY
@pytest.mark.parametrize("before", [0, 3])
def test_a_refusal_holds_the_campaign_says_why_and_loses_nobody(
    due: Story, ses: Double, spoil: Spoil, words: str, before: int
) -> None:
    calls = 0

    def narrate(_campaign: str, sentence: str) -> None:
        nonlocal calls
        calls += sentence.startswith("batch ")
        if calls == before:
            spoil(ses)

    with due.world(narrate=narrate) as world:
        if not before:
            spoil(ses)
        done = deliver(world)
    assert words in " ".join(trouble.sentence for trouble in done.troubles)

    (hold,) = due.status().holds
    assert hold.kind == "transport"
    assert words in hold.reason
    account = due.status().account
    assert (account.unknown, account.refused) == (0, 0)
    assert account.accepted == len(ses.accepted())
    assert account.held == 60 - account.accepted > 0
    assert bool(account.accepted) is bool(before)

    ses.faults()
    ses.change(**_ACCOUNT, sending_enabled=True)
    due.wait(minutes=1)
    assert _pass(due) == ""
    assert due.state() == "complete"
    assert due.account() == (60, 60, 0, 0, 0, 0)
    assert ses.accepted() == _EVERYBODY


def test_the_command_says_the_sentence_and_what_to_do(due: Story, ses: Double) -> None:
    _paused(ses)
    _pass(due)
    said = say(due.root, "status", "sale")
    assert "Sending is switched off in SES" in said.text
    assert "(transport, until" in said.text
    assert 'to try again at once: postmerge release sale --reason "…"' in said.text
    assert "60 held" in said.text


def test_a_refusal_that_lasts_is_told_once_and_not_written_down_again_and_again(
    due: Story, ses: Double
) -> None:
    _paused(ses)
    for _ in range(3):
        assert "switched off" in _pass(due)
        due.wait(minutes=1)
    with due.world() as world:
        assert len(world.ledger.holds("sale")) == 1
        assert world.ledger.lifted("sale") == ()
    assert ses.requests().get("SendBulkEmail", 0) == 0


def test_a_refusal_that_lasts_is_tried_again_after_growing_waits_whoever_looks_and_how_often(
    due: Story, ses: Double
) -> None:
    _unverified(ses)
    tried = [minute for _ in range(2) for minute in _minutes_with_calls(due, ses, 9)]
    assert tried == [0, 1, 3, 7, 15]
    assert due.account() == (60, 0, 0, 0, 60, 0)
    ses.change(**_ACCOUNT)
    assert (_pass(due), due.account()) == ("", (60, 0, 0, 0, 60, 0)), "the wait is not over"
    due.release()
    assert (_pass(due), due.account()) == ("", (60, 60, 0, 0, 0, 0)), "mended: nobody waits any more"


def _minutes_with_calls(due: Story, ses: Double, minutes: int) -> list[int]:
    """A sender that looks every half minute; the minutes after the due time in which it made a call."""
    found = []
    with due.world() as world:
        for _ in range(2 * minutes):
            before = ses.requests().get("SendBulkEmail", 0)
            deliver(world)
            if ses.requests().get("SendBulkEmail", 0) > before:
                found.append((due.clock.now() - START).seconds // 60 - 10)
            due.wait(seconds=30)
    return found


def test_no_clear_answer_holds_and_only_those_stay_unknown(due: Story, ses: Double) -> None:
    ses.change(told_send_rate=4)  # calls of three, more of them than are under way at once
    ses.faults({"kind": "close", "nth": 2, "operation": "SendBulkEmail"})
    assert "whether those mails left is unknown" in _pass(due)
    (hold,) = due.status().holds
    assert (hold.kind, "SES gave no clear answer" in hold.reason) == ("transport", True)
    assert due.status().account.unknown == 3
    assert due.status().account.held > 0
    for _ in range(2):
        due.wait(minutes=1)
        assert _pass(due) == ""
        if "gate" in due.holds():
            due.release()  # so many without an answer are a question
    assert due.account() == (60, 57, 0, 0, 0, 3)
    assert ses.accepted() == _EVERYBODY


@pytest.mark.parametrize("bad_entry", ["call", "entry"])
def test_one_poisoned_recipient_among_fifty_costs_the_others_nothing(
    due: Story, ses: Double, bad_entry: str
) -> None:
    """An old address of a carrier breaks the RFC: SES refuses it, with the whole call of fifty or alone."""
    ses.change(told_send_rate=1000, bad_entry=bad_entry)
    members = (due.root / "members.csv").read_text("utf-8")
    due.write({"members.csv": members.replace("m7@people.example", "m..7@docomo.ne.jp")})
    assert _pass(due) == ""
    assert due.account() == (60, 59, 1, 0, 0, 0)
    assert due.status().holds == ()
    assert ses.accepted() == {who: 1 for who in _EVERYBODY if who != "m7@people.example"}


def test_somebody_halts_while_ses_refuses_and_the_brake_stays_when_it_is_mended(
    due: Story, ses: Double
) -> None:
    _expired(ses)
    _pass(due)
    due.halt()
    ses.faults()
    _pass(due)
    assert due.holds() == {"transport", "halt"}
    assert ses.accepted() == {}
    due.release()
    _pass(due)
    assert due.account() == (60, 60, 0, 0, 0, 0)
