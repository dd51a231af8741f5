"""Processes forked from ones that have loaded everything: who starts those, and what comes out of them."""

import array
import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import Final

_INT: Final = array.array("i").itemsize
_STARTING: Final = threading.Lock()
_ROOT: Final = Path(__file__).parents[1]


class Forked:
    """A `postmerge`, with what the tests need of a `subprocess.Popen`; what it says goes into files."""

    def __init__(self, *words: str, whole: bool = False) -> None:
        """`whole` is with a child that renders of its own start; else that is forked, too."""
        self._said = tuple(Path(tempfile.mkdtemp(dir=_folder())) / name for name in ("out", "err"))
        self.returncode: int | None = None
        self._line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line.connect(address_of("tests.zygote"))
        ignored = [n for n in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(n) is signal.SIG_IGN]
        order = {"words": words, "environment": dict(os.environ), "ignored": ignored}
        if not whole:
            order["nursery"] = address_of("tests.nursery")
        with self._said[0].open("wb") as out, self._said[1].open("wb") as err:
            files = socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [out.fileno(), err.fileno()])
            self._line.sendmsg([json.dumps(order).encode()], [files])
        self.pid = int(self._line.recv(32))

    def poll(self) -> int | None:
        """The exit status, when it has ended."""
        if self.returncode is None and select.select([self._line], [], [], 0)[0]:
            self.returncode = int(self._line.recv(32))
            self._line.close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status; `subprocess.TimeoutExpired` when it does not end."""
        if self.returncode is None and not select.select([self._line], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("postmerge", timeout or 0)
        status = self.poll()
        assert status is not None
        return status

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it has said until its end."""
        self.wait(timeout)
        return self._said[0].read_text("utf-8"), self._said[1].read_text("utf-8")

    def send_signal(self, number: int) -> None:
        """A signal to it alone, unless it is over."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


@cache
def _folder() -> str:
    """Short: the address of a socket has 108 characters at most."""
    folder = tempfile.mkdtemp(prefix="zygote-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def address_of(module: str) -> str:
    """Where `python -m MODULE ADDRESS` listens; started when first asked for, gone with us."""
    with _STARTING:  # several threads may ask at once
        return _started(module)


@cache
def _started(module: str) -> str:
    address = f"{_folder()}/{module}"
    command = [sys.executable, "-m", module, address]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, start_new_session=True)
    atexit.register(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n", f"{module} did not start"
    return address
