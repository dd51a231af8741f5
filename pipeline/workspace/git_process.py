"""git as a process: our words, never a shell, the same answers on every machine."""

import os
import signal
import subprocess
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

from pipeline.errors import PipelineError

#: Variables that git, a hook or a user sets to point elsewhere are dropped; these may stay, because they say
#: how to reach and trust a repository, not which one.
_KEPT: Final = (
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_KEY_",
    "GIT_CONFIG_VALUE_",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_SSH",
    "GIT_ASKPASS",
)
#: Settings of a user or a repository that would change answers or start programs.
_SETTINGS: Final = (
    "core.quotepath=off",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "log.follow=false",
    "log.mailmap=false",
    "log.showSignature=false",
    "i18n.logOutputEncoding=UTF-8",
    "trailer.separators=:",
)


def environment() -> dict[str, str]:
    """The environment of every git that we start."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def arguments(*words: str) -> list[str]:
    """The command line, with the settings that make answers the same everywhere."""
    settings = [word for setting in _SETTINGS for word in ("-c", setting)]
    return ["git", "--no-pager", "--no-replace-objects", *settings, *words]


def start(words: list[str], cwd: Path, *, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """A git that answers through a pipe.

    Ctrl-C reaches only us: whoever is asked to stop finishes what he is doing, and needs git for it.
    """
    try:
        return subprocess.Popen(
            words,
            cwd=cwd,
            env=environment(),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise _cannot_start(cwd) from error


def run(
    cwd: Path, *words: str, stdin: bytes = b"", limit: timedelta | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end, whatever its exit status. Ctrl-C reaches only us, as in `start`.

    After `limit` it is ended with everything that it has started, such as an ssh that hears nothing; that
    looks like a failure of git's own.
    """
    command = arguments(*words)
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise _cannot_start(cwd) from error
    with process:
        try:
            out, err = process.communicate(stdin, limit.total_seconds() if limit else None)
        except subprocess.TimeoutExpired as silence:
            _end_group(process)
            words_of_ours = f"no answer within {silence.timeout:g} seconds"
            return subprocess.CompletedProcess(command, -signal.SIGKILL, b"", words_of_ours.encode())
        except BaseException:
            _end_group(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End git and what it has started: whoever is left would keep our pipes open."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def output(cwd: Path, *words: str, stdin: bytes = b"") -> bytes:
    """What git prints. Raises PipelineError, with git's own words, when it fails."""
    done = run(cwd, *words, stdin=stdin)
    if done.returncode != 0:
        raise PipelineError(
            f"git {words[0]} failed: {complaint(done)}",
            "Run the same command by hand in the repository, and mend what it complains about.",
        )
    return done.stdout


def complaint(done: subprocess.CompletedProcess[bytes]) -> str:
    """The first line of what git complains about."""
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else f"exit status {done.returncode}"


def _cannot_start(cwd: Path) -> PipelineError:
    if not cwd.is_dir():
        return PipelineError(f"There is no folder {cwd}.", "Start in the repository of the campaigns.")
    return PipelineError("git cannot be started.", "Install git, and make sure that it is on the PATH.")
