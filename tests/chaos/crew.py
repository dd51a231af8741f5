"""The template process and the senders that were forked from it, as the script sees them."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.chaos.sender import Errand
from tests.chaos.stage import Stage
from tests.ses_double import Double

_ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class Member:
    """One sender. `killed` by the script; a trap leaves no report either."""

    pid: int
    report: Path
    ended: bool = False

    @property
    def told(self) -> dict[str, Any] | None:
        """What it said at its end; None when it was killed before."""
        with suppress(FileNotFoundError):
            return dict(json.loads(self.report.read_text("utf-8")))
        return None


@dataclass(slots=True)
class Crew:
    """Everybody who sends in the present run, by name."""

    stage: Stage
    _process: subprocess.Popen[str]
    members: dict[str, Member] = field(default_factory=dict)

    def clear(self) -> None:
        """For the next run."""
        assert not self.sending, "everybody has ended"
        for member in self.members.values():
            member.report.unlink(missing_ok=True)
        self.members = {}

    def start(self, errand: Errand) -> None:
        """A process more."""
        report = self.stage.root.parent / f"report-{errand.name}"
        pid = self._say({"errand": asdict(errand), "report": str(report)})
        self.members[errand.name] = Member(pid, report)

    def kill(self, name: str) -> None:
        """kill -9, whatever it is doing; its process is not yet collected, so the number is its own."""
        if not self.members[name].ended:
            os.kill(self.members[name].pid, signal.SIGKILL)

    def ask_to_stop(self, name: str) -> None:
        """A polite kill."""
        if not self.members[name].ended:
            os.kill(self.members[name].pid, signal.SIGTERM)

    def wait(self) -> None:
        """Until all have ended."""
        for name, member in self.members.items():
            if not member.ended:
                assert self._say({"wait": member.pid}), f"{name} never ends"
                member.ended = True

    @property
    def sending(self) -> bool:
        """Whether anybody may still be at it."""
        return any(not member.ended for member in self.members.values())

    @property
    def all_silent(self) -> bool:
        """Whether nobody is at it any more, collected or not."""
        return all(member.ended or _is_over(member.pid) for member in self.members.values())

    def _say(self, word: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(word) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the template process has ended"
        return json.loads(line)


def _is_over(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@contextmanager
def started(environment: Mapping[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process of ours that says when it is ready."""
    command = [sys.executable, "-m", *words]
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", f"{words} did not start"
            yield process
        finally:
            process.kill()


@contextmanager
def crew(stage: Stage, double: Double, **more: str) -> Iterator[Crew]:
    """A template process, and whoever is forked from it; all are gone at the end."""
    environment = {**os.environ, **double.environment, "POSTMERGE_UNSUBSCRIBE_KEY": "k" * 40, **more}
    # short: the address of a socket has 108 characters at most
    with TemporaryDirectory() as folder, ExitStack() as stack:
        address = f"{folder}/nursery"
        stack.enter_context(started(environment, "tests.nursery", address))
        process = stack.enter_context(started(environment, "tests.chaos.template", str(stage.root), address))
        ready = Crew(stage, process)
        try:
            yield ready
        finally:
            for name in ready.members:
                with suppress(ProcessLookupError):
                    ready.kill(name)
