"""A campaign that is written, reviewed and merged at the double of GitHub, and a clone that asks about it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pipeline.approvals.github import GitHubReviews
from pipeline.approvals.reviews import Change, Consent
from pipeline.clock import ManualClock
from pipeline.delivery.mainline import Mainline
from pipeline.github import GitHubApi
from pipeline.workspace.git import Repository
from tests.github_double import Double, Hub
from tests.github_double.hub import NAME, Files, Pull
from tests.stories.story import CAMPAIGN, POLICY, SEGMENT

CAMPAIGN_FILE = "campaigns/sale/campaign.yaml"
BODY_FILE = "campaigns/sale/body.txt"
SALE: Files = {CAMPAIGN_FILE: CAMPAIGN, BODY_FILE: "Dear {{ recipient.name }}\n{{ unsubscribe_url }}\n"}
BASE: Files = {
    "policy.yaml": POLICY.replace("reviews: trailers", f"reviews: {{github: {NAME}}}"),
    "segments/everybody.yaml": SEGMENT,
    "campaigns/_shared/foot.txt": "Hanamori\n",
}
NOON = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@dataclass
class Place:
    """The double, and a clone of its main branch."""

    double: Double
    root: Path
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))

    @property
    def hub(self) -> Hub:
        return self.double.hub

    def written(self, *, by: str = "suzuki", branch: str = "change", body: str = "") -> Pull:
        """The sale, in a pull request."""
        self.hub.push(branch, SALE, by=by)
        return self.hub.open(branch, by=by, body=body)

    def approved(self, *, by: str = "sato", body: str = "") -> Pull:
        """The sale, approved and not merged yet."""
        pull = self.written(body=body)
        self.hub.review(pull, by=by)
        return pull

    def fetched(self) -> Path:
        """The clone, as main is now; nothing that main does not have is in it."""
        clone = self.root / "clone"
        forge = self.hub.forge
        if not clone.exists():
            forge.run("clone", "-q", "--single-branch", "--no-tags", f"file://{forge.root}", str(clone))
        else:
            forge.run("-C", str(clone), "fetch", "-q", "origin", "+main")
            forge.run("-C", str(clone), "reset", "-q", "--hard", "FETCH_HEAD")
        return clone

    def reviews(self, repository: Repository) -> GitHubReviews:
        api = GitHubApi(NAME, self.clock, self.double.environment)
        return GitHubReviews(api, repository, "main")

    def consent(self, campaign: str = "sale", *, fetch: bool = True) -> Consent:
        """What the reviewers said, as a sender who starts now reads it."""
        clone = self.fetched() if fetch else self.root / "clone"
        with Repository.open(clone) as repository:
            return self.reviews(repository).consent(change_of(repository, campaign))

    def why(self) -> str:
        """Why nobody's approval counts: the one sentence."""
        consent = self.consent()
        assert consent.approvers == ()
        assert len(consent.objections) == 1, consent
        return consent.objections[0]


def change_of(repository: Repository, campaign: str = "sale") -> Change:
    """The question, as a delivery asks it."""
    main = Mainline(repository, "main")
    head = main.commit()
    workspace = main.workspace(head)
    merge = main.merge_of(head, campaign)
    assert merge is not None
    return Change(campaign, head, merge, workspace.digest(campaign), workspace.paths_read(campaign))
