"""`python -m tests.nursery ADDRESS`: render children without their start-up, forked from here.

The child that comes out of it is the product's own, `pipeline.render.child.main`, with its limits; only the
half second in which Python loads modules is spent once for all of them. A process of one thread forks.
"""

import array
import gc
import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import IO, Any, Final

from pipeline.models.recipient import Recipient
from pipeline.render import child
from pipeline.render.composed import Filled
from pipeline.render.stencil_composer import StencilComposer
from tests.forks import address_of

_INT: Final = array.array("i").itemsize


class Born:
    """What `child_process` needs of a `subprocess.Popen`."""

    def __init__(self, pid: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.stdin, self.stdout = stdin, stdout
        try:
            self._end = os.pidfd_open(pid)
        except ProcessLookupError:
            self._end = -1

    def kill(self) -> None:
        if self._end >= 0:
            signal.pidfd_send_signal(self._end, signal.SIGKILL)  # its number may be another's by now

    def wait(self, timeout: float | None = None) -> int:
        if self._end >= 0:
            if not select.select([self._end], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("render child", timeout or 0)
            os.close(self._end)
            self._end = -1
        return 0


def born(_folder: str, address: str = "") -> Any:
    """A child of the nursery at `address`, or of our own; instead of `child_process._start`."""
    theirs_in, our_out = os.pipe()
    our_in, theirs_out = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.connect(address or address_of("tests.nursery"))
        sent = array.array("i", [theirs_in, theirs_out])
        asking.sendmsg([b"?"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, sent)])
        os.close(theirs_in)
        os.close(theirs_out)
        pid = int(asking.recv(32))
    return Born(pid, os.fdopen(our_out, "wb"), os.fdopen(our_in, "rb"))


def _serve(listening: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    composer = StencilComposer(child._WARM_UP, longest=100_000)
    assert isinstance(composer.compose(Recipient("1", "a@personas.example", {"name": "x"}), ""), Filled)
    parent = os.getppid()
    while os.getppid() == parent:
        if not select.select([listening], [], [], 1.0)[0]:
            continue
        asking, _ = listening.accept()
        _, ancillary, _, _ = asking.recvmsg(1, socket.CMSG_LEN(2 * _INT))
        if not ancillary:  # whoever asked was killed before the question was out
            asking.close()
            continue
        theirs = array.array("i")
        theirs.frombytes(ancillary[0][2][: 2 * _INT])
        pid = os.fork()
        if pid == 0:
            _grow(*theirs)
        with suppress(OSError):  # whoever asked was killed meanwhile; the child finds its pipes closed
            asking.sendall(str(pid).encode())
        asking.close()
        for number in theirs:
            os.close(number)


def _grow(stdin: int, stdout: int) -> None:
    """The new child: nothing of ours but its two pipes."""
    os.dup2(stdin, 0)
    os.dup2(stdout, 1)
    os.closerange(3, 256)
    os.environ.clear()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        child.main()
    finally:
        os._exit(0)


def main() -> None:
    """Listen on the address until the parent is gone."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(sys.argv[1])
    listening.listen(64)
    gc.freeze()  # or every fork copies what its first search of the heap touches
    print("ready", flush=True)
    _serve(listening)


if __name__ == "__main__":
    main()
