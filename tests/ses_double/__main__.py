"""`python -m tests.ses_double --port 0 --settings '{"max_send_rate": 14}'` prints the port, then serves."""

import argparse
import asyncio
import os

import orjson

from tests.ses_double.service import Service
from tests.ses_double.serving import serve
from tests.ses_double.settings import Settings
from tests.ses_double.shapes import operations

_LOOK_FOR_PARENT_SECONDS = 0.5


async def _run(port: int, settings: Settings) -> None:
    parent = os.getppid()
    operations()  # compiled before anybody is told the port
    server = await serve(Service(settings), port)
    print(server.sockets[0].getsockname()[1], flush=True)
    gone = asyncio.Event()
    _watch(parent, gone)
    await gone.wait()
    server.close()


def _watch(parent: int, gone: asyncio.Event) -> None:
    """Nobody needs a double whose parent has ended, in whatever way."""
    if os.getppid() == parent:
        asyncio.get_running_loop().call_later(_LOOK_FOR_PARENT_SECONDS, _watch, parent, gone)
    else:
        gone.set()


def main() -> None:
    """Serve until the parent is gone."""
    parser = argparse.ArgumentParser(prog="python -m tests.ses_double", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--settings", type=orjson.loads, default={}, help="see settings.py; a JSON object")
    options = parser.parse_args()
    asyncio.run(_run(options.port, Settings().changed(options.settings)))


if __name__ == "__main__":
    main()
