"""The main branch as its remote says it is now, and the branches there that pull the brake."""

import re
import subprocess
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.clock import Clock
from pipeline.errors import PipelineError
from pipeline.workspace import git_process
from pipeline.workspace.git import Repository

#: How old an answer may be before the remote is asked again. What a stop costs is this, and one batch.
POLL_EVERY: Final = timedelta(seconds=2)
#: For so long the last answer counts although the remote says nothing; then nothing leaves.
SILENCE_MAX: Final = timedelta(seconds=30)
_ANSWER_WITHIN: Final = timedelta(seconds=5)
_FETCHED_WITHIN: Final = timedelta(seconds=60)
_HEADS: Final = "refs/heads/"
_BRAKE: Final = "halt"
_NEW_ENOUGH_FETCH: Final = ("--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--no-recurse-submodules")


class MainUnknown(PipelineError):
    """Nobody knows what main says now, so nothing leaves; it may be known again in a moment."""


class _Silent(MainUnknown):
    """It has not answered; for a while what it said before still counts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the remote said. `halts` are names of branches: `halt/all`, `halt/2026-12-winter-sale`.

    It is true of a moment not before `at`.
    """

    commit: str
    halts: frozenset[str]
    at: datetime


class RemoteBranch:
    """A branch of a remote. Every question is answered from what the remote said at most two seconds ago.

    A moved branch is fetched, and only then. One that does not descend from what this clone has seen there
    before was rewritten: somebody has to look. Questions may come from several threads.
    """

    def __init__(self, repository: Repository, remote: str, branch: str, clock: Clock) -> None:
        """`remote` is a name in the clone's configuration, `branch` a branch over there."""
        self._repository = repository
        self._remote = remote
        self._branch = branch
        self._clock = clock
        self._asked_at: datetime | None = None
        self._last: Answer | None = None
        self._trouble = MainUnknown(f"{self._name} has not been asked yet.")
        self._lock = threading.Lock()

    @property
    def _name(self) -> str:
        return f"{self._branch} on {self._remote}"

    def commit(self) -> str:
        """The commit that the branch has now; it is in the clone. Raises MainUnknown."""
        return self._answer().commit

    def halts(self) -> frozenset[str]:
        """The branches that pull the brake now. Raises MainUnknown."""
        return self._answer().halts

    def _answer(self) -> Answer:
        with self._lock:
            if not _is_within(POLL_EVERY, self._asked_at, self._clock.now()):
                self._ask()
            # Asking takes time, too.
            if self._last is None or not _is_within(SILENCE_MAX, self._last.at, self._clock.now()):
                raise self._trouble
            return self._last

    def _ask(self) -> None:
        self._asked_at = self._clock.now()
        heard = self._hear(self._asked_at)
        match heard:
            case Answer():
                self._last = heard
            case _Silent():
                self._trouble = heard
            case MainUnknown():
                # It has answered, and that cannot be followed: what it said before is no longer so.
                self._last, self._trouble = None, heard

    def _hear(self, now: datetime) -> Answer | MainUnknown:
        wanted = (_HEADS + self._branch, _HEADS + _BRAKE, f"{_HEADS}{_BRAKE}/*")
        done = git_process.run(
            self._repository.root, "ls-remote", "--quiet", self._remote, *wanted, limit=_ANSWER_WITHIN
        )
        if done.returncode != 0:
            return _Silent(
                f"{self._remote} does not say what {self._branch} is now, so nothing is sent: "
                f"{_complaint(done)}",
                f"Try `git ls-remote {self._remote}` in this clone. Delivery goes on when it answers again.",
            )
        lines = (line.partition("\t") for line in done.stdout.decode(errors="replace").splitlines())
        refs = {ref.removeprefix(_HEADS): commit for commit, _, ref in lines if ref.startswith(_HEADS)}
        if self._branch not in refs:
            return self._missing()
        halts = frozenset(name for name in refs if name == _BRAKE or name.startswith(f"{_BRAKE}/"))
        return self._fetched(refs[self._branch]) or Answer(refs[self._branch], halts, now)

    def _missing(self) -> MainUnknown:
        return MainUnknown(
            f"{self._remote} has no branch {self._branch}, so nothing is sent.",
            f"Bring the branch back, or name the right one with --branch: `git ls-remote {self._remote}`.",
        )

    def _fetched(self, commit: str) -> MainUnknown | None:
        """Bring the commit here, if main has moved; otherwise say why it cannot be followed."""
        seen = f"refs/remotes/{self._remote}/{self._branch}"
        before = self._repository.resolve(seen) if self._repository.exists(seen) else None
        if before == commit:
            return None
        # Nothing is forced: what was seen stays where it is when the history has been rewritten.
        done = git_process.run(
            self._repository.root,
            *("fetch", "--quiet", *_NEW_ENOUGH_FETCH, "--refmap=", self._remote),
            f"{_HEADS}{self._branch}:{seen}",
            limit=_FETCHED_WITHIN,
        )
        if not self._repository.exists(commit):
            return MainUnknown(
                f"{self._name} has moved and cannot be fetched, so nothing is sent: {_complaint(done)}",
                f"Try `git fetch {self._remote}` in this clone. Delivery goes on when that works.",
            )
        if before is not None and not self._repository.is_ancestor(before, commit):
            return MainUnknown(
                f"{self._name} was rewritten: it no longer contains {before[:12]}, which it had before. "
                "Nothing is sent.",
                f"Find out who did that, and why. If it was meant: git fetch {self._remote}, in this clone.",
            )
        return None


def _is_within(span: timedelta, moment: datetime | None, now: datetime) -> bool:
    """Whether `moment` lies in the last `span`; a clock that went backwards says nothing about that."""
    return moment is not None and timedelta(0) <= now - moment < span


def _complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """Git's own words, without what an address may hold for signing in."""
    return re.sub(r"//[^/@\s]+@", "//", git_process.complaint(done))
