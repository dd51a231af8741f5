"""Approvals at GitHub: asked before the first message, at each wave, and whenever it goes on."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.delivery.dispatch import Delivered
from tests.github_double import Double, Fault, Hub, running
from tests.github_double.hub import NAME, Pull
from tests.stories.story import BODY, CAMPAIGN, POLICY, SEGMENT, Story

ITEM = "- [x] content-is-true: it is\n"
RULES = POLICY.replace("reviews: trailers", f"reviews: {{github: {NAME}}}").replace(
    "targets:",
    "checklist: {confirm: [content-is-true]}\napprovals: {above: [{recipients: 20, required: 2}]}\ntargets:",
)


class AtGitHub(Story):
    """The story of a repository whose origin is the double."""

    double: Double

    def order_there(self, *approvers: str, body: str = ITEM, yaml: str = CAMPAIGN) -> Pull:
        """Written by suzuki, approved, merged, fetched, test-sent."""
        hub = self.double.hub
        hub.push(
            "change", {"campaigns/sale/campaign.yaml": yaml, "campaigns/sale/body.txt": BODY}, by="suzuki"
        )
        pull = hub.open("change", by="suzuki", body=body)
        for who in approvers:
            hub.review(pull, by=who)
        hub.merge(pull, by="suzuki", method="squash")
        self.fetch()
        self.test_send()
        return pull

    def fetch(self) -> None:
        self.git("fetch", "-q", "origin")
        self.git("reset", "-q", "--hard", "origin/main")

    def begun(self, *approvers: str) -> Pull:
        """The first wave has left."""
        pull = self.order_there(*approvers)
        self.deliver()
        self.wait(minutes=10)
        self.deliver()
        return pull

    def reasons(self, done: Delivered) -> list[str]:
        return [f"{hold.kind}: {hold.reason}" for status in done.statuses for hold in status.holds]


@pytest.fixture
def story(tmp_path: Path) -> Iterator[AtGitHub]:
    base = {".gitignore": ".postmerge/\n*.csv\n", "policy.yaml": RULES, "segments/everybody.yaml": SEGMENT}
    hub = Hub(tmp_path, base)
    with running(hub) as double, mock.patch.dict(os.environ, double.environment):
        hub.forge.run("clone", "-q", f"file://{hub.forge.root}", str(tmp_path / "clone"))
        story = AtGitHub(tmp_path / "clone")
        story.double = double
        story.members(20)
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
