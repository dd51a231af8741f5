"""Main is what the remote says (law 4): a revert there stops a sender that has a clone of its own."""

from pathlib import Path

import pytest

from pipeline.cli import deliver
from pipeline.errors import PipelineError
from tests.stories.apart import Apart, make_apart
from tests.stories.meddling import Meddle
from tests.stories.story import TWO_BATCHES


@pytest.fixture
def apart(tmp_path: Path) -> Apart:
    return make_apart(tmp_path)


def test_what_the_clone_itself_has_on_main_decides_nothing(apart: Apart) -> None:
    apart.begin()
    apart.sender.change(apart.sender.campaign("news", TWO_BATCHES), branch="here-only")
    apart.sender.merge(branch="here-only")
    assert not (apart.sender.root / "campaigns/sale").exists()
    done = apart.sender.deliver()
    assert [status.campaign for status in done.statuses] == ["sale"]
    assert apart.left == 20


def test_a_revert_on_the_remote_stops_the_sender_in_the_middle_of_a_wave(apart: Apart) -> None:
    apart.begin()
    title = 'Revert "Sale" [skip ci]\n\n$(reboot) `reboot` **x** [no ci]\n'
    apart.sender.deliver(Meddle("settled", lambda: apart.revert(title)))
    assert apart.left == 10
    assert apart.sender.state() == "stopped"
    assert apart.sender.account() == (25, 10, 0, 0, 15, 0)
    apart.sender.wait(hours=1)
    apart.sender.deliver()
    assert apart.left == 10


@pytest.mark.slow
def test_another_campaign_on_main_does_not_disturb_a_delivery(apart: Apart) -> None:
    apart.begin()

    def another() -> None:
        apart.desk.order("news", TWO_BATCHES.replace("state: ready", "state: draft"))
        apart.push()

    apart.sender.deliver(Meddle("settled", another))
    assert apart.left == 20


def test_a_halt_branch_stops_without_review_until_it_is_deleted(apart: Apart) -> None:
    apart.begin()
    apart.sender.deliver(Meddle("settled", lambda: apart.push("main:refs/heads/halt/sale")))
    assert apart.left == 10
    (hold,) = (hold for hold in apart.sender.status().holds if hold.kind == "halt-branch")
    assert "the branch halt/sale stops it until it is deleted" in hold.reason
    assert apart.sender.state() == "held"

    apart.push(":refs/heads/halt/sale")
    apart.sender.wait(seconds=2)
    apart.sender.deliver()
    assert apart.left == 20


def test_a_sender_whose_remote_falls_silent_for_long_reserves_nothing_more(apart: Apart) -> None:
    apart.begin()

    def silence() -> None:
        apart.remote.mood("silent")
        apart.sender.wait(seconds=31)

    done = apart.sender.deliver(Meddle("settled", silence))
    assert apart.left == 10
    (trouble,) = done.troubles
    assert "nothing is sent" in trouble.sentence
    apart.remote.mood("fine")
    assert apart.sender.account() == (25, 10, 0, 0, 15, 0)


def test_a_clone_that_believes_to_be_the_order_itself_must_be_brought_up_to_date(apart: Apart) -> None:
    policy = (apart.desk.root / "policy.yaml").read_text("utf-8")
    apart.desk.commit({"policy.yaml": policy.replace("    remote: origin\n", "")})
    apart.push()
    with pytest.raises(PipelineError, match="Nothing is sent") as trouble:
        apart.sender.deliver()
    assert "git pull" in trouble.value.remedy


def test_a_watch_outlives_a_remote_that_is_away_for_a_while(
    apart: Apart, capsys: pytest.CaptureFixture[str]
) -> None:
    apart.begin()
    looks = 0

    class Stop(deliver.Stop):
        def __call__(self) -> bool:
            nonlocal looks
            looks += 1
            if looks == 3:
                apart.remote.mood("fine")
            return apart.left == 20

    with apart.sender.world() as world:
        apart.remote.mood("silent")
        apart.sender.wait(seconds=31)
        deliver._watch(world, apart.sender.clock, Stop())
    assert apart.left == 20
    assert capsys.readouterr().err.count("nothing is sent") == 1
