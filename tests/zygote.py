"""`python -m tests.zygote ADDRESS`: `postmerge` processes without their start-up, forked from here.

What comes out of it is a process as any other, with a session, an environment and an end of its own; only
the second in which Python loads modules is spent once for all of them. A process of one thread forks.
"""

import array
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any, Final

import click

from pipeline.cli import cli
from pipeline.cli import main as postmerge
from pipeline.render import child_process
from tests import models_of_aws, nursery

_INT: Final = array.array("i").itemsize
_LONGEST: Final = 1 << 20


def _serve(listening: socket.socket) -> Mapping[str, Any] | None:
    """Fork until the parent is gone; in each child, what it is to do."""
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    children: dict[int, socket.socket] = {}
    watched: list[Any] = [listening, ended]
    parent = os.getppid()
    while os.getppid() == parent:
        ready = select.select(watched, [], [], 1.0)[0]
        if ended in ready:
            os.read(ended, 512)
            _tell(children)
        if listening in ready:
            line, _ = listening.accept()
            order, numbers = _order(line)
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for number, place in zip((os.open(os.devnull, os.O_RDONLY), *numbers), range(3), strict=True):
                    os.dup2(number, place)
                os.closerange(3, 1024)
                return order
            for number in numbers:
                os.close(number)
            children[pid] = line
            line.send(str(pid).encode())
    return None


def _order(line: socket.socket) -> tuple[Mapping[str, Any], Sequence[int]]:
    words, ancillary, _, _ = line.recvmsg(_LONGEST, socket.CMSG_LEN(2 * _INT))
    numbers = array.array("i")
    numbers.frombytes(ancillary[0][2][: 2 * _INT])
    return json.loads(words), list(numbers)


def _tell(children: dict[int, socket.socket]) -> None:
    while children:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        line = children.pop(pid)
        line.send(str(os.waitstatus_to_exitcode(status)).encode())
        line.close()


def _load() -> None:
    """Every command, and what commands load late."""
    models_of_aws.remember()
    context = click.Context(cli)
    for name in cli.list_commands(context):
        cli.get_command(context, name)
    for module in "audience.duckdb", "audience.where", "delivery.green", "preview.chromium":
        import_module(f"pipeline.{module}")


def main() -> None:
    """Listen on the address until the parent is gone; in a child, be `postmerge`."""
    # Whoever is the first to need us may ignore them for once; a child ignores what its order says.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listening.bind(sys.argv[1])
    listening.listen(64)
    _load()
    gc.freeze()  # or every fork copies what its first search of the heap touches
    print("ready", flush=True)
    order = _serve(listening)
    if order is None:
        return
    os.setsid()
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    for number in order["ignored"]:
        signal.signal(number, signal.SIG_IGN)
    if "folder" in order:
        os.chdir(order["folder"])
    if "nursery" in order:
        child_process._start = partial(nursery.born, address=order["nursery"])
    sys.argv = ["postmerge", *order["words"]]
    postmerge()


if __name__ == "__main__":
    main()
