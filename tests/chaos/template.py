"""`python -m tests.chaos.template ROOT NURSERY`: a process with all loaded, from which senders are forked.

A fork is a process as any other – its own memory, its own connections, and kill -9 ends it at once – but
for the second in which Python loads modules. It begins with what a `postmerge watch` would have in memory:
what the commits say, and the judgement of the checklist about them; never with anything of the ledger.
"""

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import wiring
from pipeline.delivery.audience_now import rule_now
from pipeline.delivery.dispatch import deliver
from pipeline.delivery.green import blocking_sentence
from pipeline.delivery.ses import SesTransport
from pipeline.delivery.world import World
from pipeline.render import child_process
from tests import nursery
from tests.chaos.remembered import Remembered, RememberedReviews
from tests.chaos.sender import Errand, run
from tests.chaos.stage import GONE, SALE, Stage
from tests.stories.story import START

_PATIENCE_SECONDS = 60.0
_LOOK_EVERY_SECONDS = 0.001
#: Longer than the clocks of any run go.
_DAYS = 30
#: How long a sender waits for an answer of the double.
_READ_SECONDS = 0.4


@contextmanager
def _template(stage: Stage) -> Iterator[World]:
    """A world that has looked at every commit, and has no connection and no thread of its own."""

    endpoint = os.environ["AWS_ENDPOINT_URL_SESV2"]
    transport = SesTransport.connect(
        "ap-northeast-1", {}, connections=8, endpoint=endpoint, read_seconds=_READ_SECONDS
    )
    stage.reset()
    with wiring.open_world(stage.root, wiring.Calling(clock=stage.clock())) as opened:
        contacts = Remembered(opened.contacts)
        _learn(stage, contacts, opened)
        with ThreadPoolExecutor(2) as executor:
            world = replace(
                opened,
                executor=executor,
                transport=transport,
                contacts=contacts,
                reviews=RememberedReviews(opened.reviews),
            )
            for name, commit in stage.commits.items():
                stage.main(name)
                deliver(world)
                if stage.leaves[name]:
                    assert blocking_sentence(world, commit, SALE) is None
                    # nothing in it ends with a day, as a waiver would
                    days = (START + timedelta(days=number) for number in range(_DAYS))
                    world.green.update((commit, SALE, day.date().isoformat()) for day in days)
        for client in (transport._client, transport._account):
            client.close()
        for process in (world.main.repository._checks, world.main.repository._blobs):
            process._stop()
        yield world


def _learn(stage: Stage, contacts: Remembered, world: World) -> None:

    rule = rule_now(world, world.main.commit(), SALE)
    everybody = []
    for name in GONE:
        stage.contacts(name)
        everybody += contacts.learn(rule)
    for name in GONE:
        stage.contacts(name)
        contacts.judge(rule, everybody)
    stage.contacts("base")


def _fork(word: dict[str, Any], stage: Stage, world: World) -> int:

    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            os.close(0)
            run(Errand(**word["errand"]), stage, world, Path(word["report"]))
        finally:
            os._exit(0)
    return pid


def _ended(pid: int) -> bool:
    """Wait for the end; False when it never comes."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if os.waitpid(pid, os.WNOHANG)[0]:
            return True
        time.sleep(_LOOK_EVERY_SECONDS)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def main() -> None:
    """Answer words on standard input, line by line, until it ends."""

    stage = Stage.read(Path(sys.argv[1]))
    child_process._start = partial(nursery.born, address=sys.argv[2])
    with _template(stage) as world:
        assert threading.active_count() == 1, threading.enumerate()
        gc.collect()
        gc.freeze()  # or every fork copies what its first search of the heap touches
        print("ready", flush=True)
        for line in sys.stdin:
            word = json.loads(line)
            answer = _fork(word, stage, world) if "errand" in word else _ended(word["wait"])
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
