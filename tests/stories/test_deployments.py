"""A delivery, seen on the page of deployments at GitHub."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import wiring
from pipeline.cli import deliver as command
from pipeline.cli import opening
from pipeline.clock import ManualClock
from pipeline.errors import UsageError
from tests.github_double import Fault
from tests.github_double.deployments import Deployment
from tests.stories.at_github import AtGitHub, told_at_github
from tests.stories.story import make_story

GONE: dict[str, str | None] = dict.fromkeys(("campaigns/sale/campaign.yaml", "campaigns/sale/body.txt"))


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtGitHub]:
    with told_at_github(tmp_path) as story:
        yield story


def _deliver(story: AtGitHub) -> None:
    story.deliver(deployments="production")


def _shown(story: AtGitHub) -> list[tuple[str, str]]:
    return [(one.state, one.statuses[-1].description) for one in story.double.hub.deployments]


def test_from_the_undo_window_to_the_last_message(story: AtGitHub) -> None:
    pull = story.order_there("sato")
    _deliver(story)
    deployment: Deployment = story.double.hub.deployments[0]
    assert deployment.sha == pull.merge_commit
    assert deployment.payload["revision"] == 1
    ((state, sentence),) = _shown(story)
    assert (state, sentence[:51]) == ("queued", "0 of 20 accepted; until 2026-11-30 10:10 JST (01:10")
    story.wait(minutes=10)
    _deliver(story)
    ((state, sentence),) = _shown(story)
    assert (state, sentence[:25]) == ("in_progress", "2 of 20 accepted; until 2")
    story.wait(minutes=30)
    _deliver(story)
    assert _shown(story) == [("success", "complete: 20 of 20 accepted, 0 refused, 0 excluded")]
    assert len(deployment.statuses) == len({one.description for one in deployment.statuses})

    # What is edited afterwards is no new delivery.
    story.double.hub.push("main", {"campaigns/sale/body.txt": "other\n{{ unsubscribe_url }}\n"}, by="mori")
    story.fetch()
    _deliver(story)
    assert [(one.payload["revision"], one.state) for one in story.double.hub.deployments] == [(1, "success")]


def test_a_hold_is_a_failure_with_its_reason(story: AtGitHub) -> None:
    story.order_there()
    _deliver(story)
    ((state, sentence),) = _shown(story)
    assert (state, sentence[:36]) == ("failure", "0 of 20 accepted; 0 of 1 approvals; ")


def test_a_revert_is_seen_by_the_sender_and_by_the_second_brake(story: AtGitHub) -> None:
    story.begun("sato")
    _deliver(story)
    story.double.hub.push("main", GONE, by="sato", message="Revert")
    calling = wiring.Calling(clock=story.clock, deployments="production")
    with opening.open_for_stops(story.root, calling) as (main, ledger, aside):
        command.hold_what_is_gone(main, ledger, aside, calling)
    assert _shown(story) == [("inactive", "stopped: main no longer wants it")]
    _deliver(story)
    assert _shown(story) == [("inactive", "stopped: 2 of 20 accepted, 18 stay")]


def test_a_github_that_takes_no_deployments_stops_nothing(story: AtGitHub) -> None:
    story.double.faults.append(Fault("/deployments", 99, drop=True))
    story.begun("sato")
    story.wait(minutes=30)
    _deliver(story)
    assert story.account() == (20, 20, 0, 0, 0, 0)
    assert any("not everything is shown at GitHub" in sentence for sentence in story.told)
    assert story.double.hub.deployments == []


def test_where_nothing_is_at_github_there_are_no_deployments(tmp_path: Path) -> None:
    local = make_story(tmp_path / "local")
    calling = wiring.Calling(clock=ManualClock(local.clock.now()), deployments="production")
    with pytest.raises(UsageError, match="not at GitHub"), wiring.open_world(local.root, calling):
        pass
