"""Real processes that use a ledger."""

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def start(source: str, *words: object) -> subprocess.Popen[str]:
    """A process that runs `source` with what the tests of the ledger import."""
    preamble = (
        "import sys\nfrom pathlib import Path\n"
        "from pipeline.errors import PipelineError\n"
        "from pipeline.ledger.entry import *\n"
        "from pipeline.ledger.sqlite import SqliteLedger\n"
        "from tests.ledger.books import *\n"
    )
    command = [sys.executable, "-c", preamble + source, *map(str, words)]
    return subprocess.Popen(
        command, cwd=_ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def at_once(children: list[subprocess.Popen[str]]) -> list[list[str]]:
    """What each says after a common start: when all are ready, all go."""
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return [answer(child) for child in children]


def answer(child: subprocess.Popen[str]) -> list[str]:
    said, wrong = child.communicate("go\n", timeout=60)
    assert child.returncode == 0, wrong
    return said.split()
