"""Approvals at GitHub: asked before the first message, at each wave, and whenever it goes on."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from tests.github_double import Fault
from tests.stories.at_github import ITEM, AtGitHub, told_at_github


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtGitHub]:
    with told_at_github(tmp_path) as story:
        yield story


def test_approved_by_somebody_else_it_goes_out(story: AtGitHub) -> None:
    story.order_there("sato")
    story.deliver_all()
    assert story.account() == (20, 20, 0, 0, 0, 0)
    asked = len(story.double.asked)
    story.deliver()
    assert len(story.double.asked) == asked, "nobody is asked about what has long left"


def test_above_the_size_of_the_policy_two_must_approve(story: AtGitHub) -> None:
    story.members(25)
    pull = story.order_there("sato")
    story.deliver()
    story.wait(minutes=10)
    assert story.reasons(story.deliver()) == ["approval: 1 of 2 approvals (by sato)"]
    assert story.mailbox().total() == 0
    # Too late for this merge: who approves after it has not looked before it.
    story.double.hub.review(pull, by="tanaka")
    assert "tanaka approved only after the merge" in story.reasons(story.deliver())[0]


def test_an_open_box_holds_it(story: AtGitHub) -> None:
    story.order_there("sato", body=ITEM.replace("[x]", "[ ]"))
    story.deliver()
    story.wait(minutes=10)
    assert story.reasons(story.deliver()) == ["approval: not confirmed: content-is-true"]


def test_a_dismissal_between_the_waves_stops_the_next_one(story: AtGitHub) -> None:
    pull = story.begun("sato")
    assert story.mailbox().total() == 2
    pull.reviews[0].state = "DISMISSED"
    story.wait(minutes=30)
    done = story.deliver()
    assert "the review of sato was dismissed" in story.reasons(done)[0]
    assert story.mailbox().total() == 2


def test_changes_asked_for_between_the_waves_stop_the_next_one(story: AtGitHub) -> None:
    pull = story.begun("sato")
    story.double.hub.review(pull, by="mori", state="CHANGES_REQUESTED")
    story.wait(minutes=30)
    assert "mori asks for changes in pull request #1" in story.reasons(story.deliver())[0]
    assert story.mailbox().total() == 2
    story.double.hub.review(pull, by="mori", state="DISMISSED")
    story.deliver_all()
    assert story.mailbox().total() == 20


def test_a_revert_at_github_stops_a_sender_whose_copy_is_old(story: AtGitHub) -> None:
    story.begun("sato")
    gone = dict.fromkeys(("campaigns/sale/campaign.yaml", "campaigns/sale/body.txt"))
    story.double.hub.push("main", gone, by="sato", message='Revert "Winter sale [skip ci]"')
    story.wait(minutes=30)
    story.deliver()
    assert story.state() == "stopped"
    assert story.mailbox().total() == 2


def test_while_github_cannot_be_asked_nothing_leaves_and_afterwards_it_goes_on(story: AtGitHub) -> None:
    story.begun("sato")
    story.double.faults.append(Fault("*", 99, status=502))
    story.wait(minutes=30)
    done = story.deliver()
    assert [trouble.sentence for trouble in done.troubles] == [
        "GitHub cannot be asked: it answers with status 502."
    ]
    assert story.mailbox().total() == 2
    story.double.faults.clear()
    story.deliver_all()
    assert story.mailbox().total() == 20


def test_status_says_how_it_stands_when_github_cannot_be_asked(story: AtGitHub) -> None:
    story.begun("sato")
    with mock.patch.dict(os.environ, {"GITHUB_TOKEN": "", "GH_TOKEN": ""}):
        done = CliRunner().invoke(cli, ["-C", str(story.root), "status", "sale"])
    assert done.exit_code == 0
    assert "GitHub cannot be asked: no token is set" in " ".join(done.output.split())
