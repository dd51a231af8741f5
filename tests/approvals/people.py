"""A repository in which people commit."""

import os
import subprocess
from pathlib import Path

from pipeline.approvals.reviews import Change, Consent
from pipeline.approvals.trailers import TrailerReviews
from pipeline.models.policy import Policy
from pipeline.workspace.git import Repository
from pipeline.workspace.yaml_file import YamlFile, parse
from tests.workspace.repo import POLICY

FOLDER = "campaigns/sale"
PATHS = (FOLDER, "campaigns/_shared", "segments/everybody.yaml", "policy.yaml")


def policy() -> Policy:
    file = parse("policy.yaml", POLICY.encode())
    assert isinstance(file, YamlFile)
    return Policy.model_validate(file.data)


class Team:
    """Commits of people: `suzuki` is Suzuki Hanako <suzuki@hanamori.example>."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.commit("Set up", {"policy.yaml": "x"}, author="sato")

    def git(self, *words: str, author: str = "suzuki", committer: str | None = None) -> str:
        known = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        for role, who in (("AUTHOR", author), ("COMMITTER", committer or author)):
            name, _, email = who.partition(" <")
            known |= {
                f"GIT_{role}_NAME": name,
                f"GIT_{role}_EMAIL": email.rstrip(">") or f"{name}@hanamori.example",
            }
        done = subprocess.run(
            ["git", *words], cwd=self.root, env=os.environ | known, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(
        self, message: str, files: dict[str, str], *, author: str, committer: str | None = None
    ) -> str:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, author=author, committer=committer)
        return self.git("rev-parse", "HEAD")

    def branch(self, *authors: str, text: str = "copy") -> None:
        """A branch `change` with a commit of each author."""
        self.git("switch", "-q", "-c", "change")
        for number, author in enumerate(authors):
            self.commit("Write", {f"{FOLDER}/body-{number}.txt": text}, author=author)

    def merge(self, *trailers: str, by: str = "sato", branch: str = "change") -> str:
        self.git("switch", "-q", "main")
        message = "\n".join(["Merge", "", *trailers])
        self.git("merge", "-q", "--no-ff", "-m", message, branch, author=by)
        self.git("branch", "-q", "-D", branch)
        return self.git("rev-parse", "HEAD")

    def consent(self, commit: str) -> Consent:
        with Repository.open(self.root) as repository:
            change = Change("sale", commit, commit, "", PATHS)
            return TrailerReviews(repository, policy()).consent(change)
