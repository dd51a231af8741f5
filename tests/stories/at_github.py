"""The story of a repository whose origin is the double of GitHub."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from pipeline.delivery.dispatch import Delivered
from tests.github_double import Double, Hub, running
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


@contextmanager
def told_at_github(root: Path) -> Iterator[AtGitHub]:
    """Twenty people, and nothing ordered."""
    base = {".gitignore": ".postmerge/\n*.csv\n", "policy.yaml": RULES, "segments/everybody.yaml": SEGMENT}
    hub = Hub(root, base)
    with running(hub) as double, mock.patch.dict(os.environ, double.environment):
        hub.forge.run("clone", "-q", f"file://{hub.forge.root}", str(root / "clone"))
        story = AtGitHub(root / "clone")
        story.double = double
        story.members(20)
        yield story
