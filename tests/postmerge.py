"""`postmerge` for scripts that find it on their path: a process forked from one that has loaded everything.

Run by a Python without site packages, because it is run again and again.
"""

import array
import json
import os
import socket
import sys

#: Where `tests.zygote` and `tests.nursery` listen.
ADDRESSES = "POSTMERGE_FORKED_FROM"


def main() -> None:
    """Ask for a process, and end as it ends."""
    zygote, nursery = os.environ[ADDRESSES].split(":")
    order = {"words": sys.argv[1:], "environment": dict(os.environ), "ignored": []}
    order |= {"folder": os.getcwd(), "nursery": nursery}  # noqa: PTH109 pathlib takes time to load
    line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    line.connect(zygote)
    said = array.array("i", [1, 2])
    line.sendmsg([json.dumps(order).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, said)])
    line.recv(32)  # its number
    sys.exit(int(line.recv(32)))


if __name__ == "__main__":
    main()
