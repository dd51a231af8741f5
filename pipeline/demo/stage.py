"""The stage of the demo: a temporary git repository with people who commit, and a clock that jumps."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pipeline.clock import ManualClock
from pipeline.errors import PipelineError

#: What is copied: everything that a delivery reads, and the people.
_PROPS = ("campaigns", "segments", "schema", "policy.yaml", ".yamllint.yaml")


@dataclass(frozen=True, slots=True)
class Stage:
    """A repository of its own; the original is not touched."""

    root: Path
    clock: ManualClock

    def git(self, *words: str, by: str) -> str:
        """Run git as one of the invented people, at the stage's time."""
        moment = self.clock.now().isoformat()
        person = {"NAME": by, "EMAIL": f"{by}@staff.hanamori.example", "DATE": moment}
        names = {
            f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()
        }
        done = subprocess.run(
            ["git", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null", *words],  # noqa: S607
            cwd=self.root,
            env={**os.environ, **names},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PipelineError(
                f"git {words[0]} failed: {done.stderr.strip()}", "The demo needs a working git."
            )
        return done.stdout.strip()

    def edit(self, path: str, before: str, after: str) -> None:
        """Replace a piece of a file, which must be there."""
        file = self.root / path
        text = file.read_text(encoding="utf-8")
        assert before in text, f"{path} is not what the demo expects"
        file.write_text(text.replace(before, after, 1), encoding="utf-8")

    def merge(self, branch: str, *, by: str, trailers: tuple[str, ...]) -> None:
        """What the reviewer does: merge with his word that it is approved."""
        self.git("switch", "-q", "main", by=by)
        message = f"Merge {branch}\n\n" + "\n".join(trailers)
        self.git("merge", "-q", "--no-ff", "-m", message, branch, by=by)


def set_up(examples: Path, root: Path, clock: ManualClock) -> Stage:
    """Copy the examples to `root` and commit them, every campaign still a draft."""
    for name in _PROPS:
        source = examples / name
        if source.is_dir():
            shutil.copytree(source, root / name)
        elif source.exists():
            shutil.copy(source, root / name)
    for campaign in (root / "campaigns").glob("*/campaign.yaml"):
        text = campaign.read_text(encoding="utf-8")
        campaign.write_text(text.replace("\nstate: ready", "\nstate: draft", 1), encoding="utf-8")
    (root / ".gitignore").write_text(".postmerge/\n", encoding="utf-8")
    stage = Stage(root, clock)
    stage.git("init", "-q", "-b", "main", by="suzuki")
    stage.git("add", "-A", by="suzuki")
    stage.git("commit", "-q", "-m", "Write the drafts", by="suzuki")
    return stage


def examples_near(start: Path) -> Path:
    """The folder with the example campaigns, at or above `start`. Raises PipelineError without one."""
    for folder in (start, *start.parents):
        if (folder / "policy.yaml").is_file() and (folder / "campaigns").is_dir():
            return folder
    raise PipelineError(
        f"There are no campaigns/ and policy.yaml at or above {start}.",
        "Run the demo in a checkout of Postmerge.",
    )
