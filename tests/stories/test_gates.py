"""The gate in a delivery (law 7): what the transport says at once, and what comes back afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from pipeline.delivery.dispatch import Delivered, deliver
from pipeline.delivery.looking import look
from pipeline.delivery.status import Status, status_of
from pipeline.delivery.transport import Allowance, Parcel, Sent, Transport
from pipeline.feedback.heard import Heard
from pipeline.ledger.entry import Account, BatchId, Outcome, Settlement, State
from pipeline.ledger.store import Ledger
from tests.stories.story import AT_ONCE, CAMPAIGN, Story, make_story

HALVES = CAMPAIGN.replace("[10%, 100%]", "[50%, 100%]")


@dataclass
class Answering:
    """The real transport, except that a message to one of `said` comes to this end instead."""

    real: Transport
    said: dict[str, State]

    def allowance(self) -> Allowance | None:
        return self.real.allowance()

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        fine = [parcel for parcel in parcels if parcel.message.to not in self.said]
        outcomes = dict(zip((p.message.to for p in fine), self.real.send(batch, fine).outcomes, strict=True))
        return Sent(
            tuple(
                Outcome(self.said[to]) if to in self.said else outcomes[to]
                for to in (parcel.message.to for parcel in parcels)
            )
        )


@dataclass
class Told:
    """Events as the test tells them."""

    what: Heard

    def heard(self, campaign: str) -> Heard:
        assert campaign == "sale"
        return self.what


class Dying:
    """A transport that takes the process along."""

    def allowance(self) -> Allowance | None:
        return None

    def send(self, batch: BatchId, parcels: Sequence[Parcel]) -> Sent:
        raise KeyboardInterrupt(batch, parcels)


class Busy:
    """The ledger, while another sender settles its batches: one as soon as the account has been read."""

    def __init__(self, real: Ledger, settlements: list[Settlement]) -> None:
        self._real = real
        self._settlements = settlements

    def account(self, campaign: str) -> Account:
        account = self._real.account(campaign)
        if self._settlements:
            self._real.settle(self._settlements.pop())
        return account

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def passes(story: Story, said: dict[str, State] | None = None, told: Told | None = None) -> Delivered:
    with story.world() as world:
        done = deliver(replace(world, transport=Answering(world.transport, said or {}), feedback=told))
    assert done.troubles == ()
    return done


def status(story: Story, told: Told) -> Status:
    with story.world() as world:
        return status_of(look(replace(world, feedback=told), "sale", remember=False))


def everybody(state: State) -> dict[str, State]:
    return {f"m{n}@people.example": state for n in range(1, 41)}


def test_calls_without_an_answer_hold_the_rest_until_a_person_has_looked(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 40)
    story.begin(yaml=HALVES)
    passes(story, everybody(State.UNKNOWN))
    assert story.holds() == {"gate"}
    assert any("20 of 20 messages had no clear answer" in hold.reason for hold in story.status().holds)
    story.wait(hours=1)
    passes(story)
    assert story.account() == (40, 0, 0, 0, 20, 20)
    story.release()
    passes(story)
    assert story.account() == (40, 20, 0, 0, 0, 20)


def test_refusals_hold_at_once_in_the_soak(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 40)
    story.begin(yaml=HALVES)
    passes(story, everybody(State.REFUSED))
    assert story.holds() >= {"gate"}
    assert story.account() == (40, 0, 20, 0, 20, 0)


def test_with_events_the_next_wave_waits_for_them_and_holds_when_they_stay_away(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 40)
    story.begin(yaml=HALVES)
    told = Told(Heard())
    passes(story, told=told)
    story.wait(minutes=30)
    done = passes(story, told=told)
    assert len(story.mailbox()) == 20
    assert done.next_due == story.clock.now() + timedelta(minutes=15)
    (hold,) = status(story, told).holds
    assert "only 0 of 20 messages have an event, and 10 must" in hold.reason
    assert str(status(story, told).progress) == "soaking"
    story.wait(minutes=15)
    passes(story, told=told)
    assert {str(hold.kind) for hold in status(story, told).holds} == {"gate"}
    assert len(story.mailbox()) == 20
    # The queue was stuck; now the events come, all is well, and the person lets go.
    told.what = Heard(20, 20, newest_at=story.clock.now())
    passes(story, told=told)
    assert len(story.mailbox()) == 20
    story.release()
    passes(story, told=told)
    assert len(story.mailbox()) == 40


def test_bounces_hold_the_next_wave(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 40)
    story.begin(yaml=HALVES)
    told = Told(Heard())
    passes(story, told=told)
    told.what = Heard(20, 14, bounced=6, newest_at=story.clock.now())
    story.wait(minutes=30)
    passes(story, told=told)
    assert len(story.mailbox()) == 20
    assert any("6 of 20 messages bounced (30.00%)" in hold.reason for hold in status(story, told).holds)


def test_a_transport_that_takes_nothing_is_left_alone_until_the_next_run(tmp_path: Path) -> None:
    story = make_story(tmp_path / "r", 40)
    story.begin(yaml=AT_ONCE)
    passes(story, everybody(State.HELD))
    assert any("the next run tries again" in sentence for sentence in story.told)
    assert story.account() == (40, 0, 0, 0, 40, 0)
    assert story.state() == "sending"
    passes(story)
    assert story.account() == (40, 40, 0, 0, 0, 0)
    story.assert_nobody_has_two()


def test_a_call_that_comes_back_while_one_looks_is_not_taken_for_one_without_an_answer(
    tmp_path: Path,
) -> None:
    story = make_story(tmp_path / "r", 40)
    story.begin(yaml=HALVES)
    with story.world() as world:
        with pytest.raises(KeyboardInterrupt):
            deliver(replace(world, transport=Dying()))
        left = world.ledger.unsettled("sale")
        everything = [Settlement(batch, (Outcome(State.ACCEPTED),) * 10, world.clock.now()) for batch in left]
        assert everything
        busy = replace(world, ledger=cast(Ledger, Busy(world.ledger, everything)))
        sight = look(busy, "sale", remember=False)
    assert not everything, "it came back while we looked"
    assert sight.account.unknown == sight.under_way
