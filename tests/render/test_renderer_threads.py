"""Threads that share a child: each gets the answers to its own question, whatever becomes of the child."""

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.render.message import Message
from pipeline.render.renderer import Renderer
from tests.render.conftest import KEY, Change, person


def test_threads_share_a_child_and_each_gets_the_answers_to_its_own_question(mail: Change) -> None:
    batches = [[person(n, family_name=f"名{n}") for n in range(k, k + 50)] for k in range(0, 400, 50)]
    with Renderer(mail(), KEY) as renderer, ThreadPoolExecutor(4) as threads:
        made = list(threads.map(renderer.render, batches))
    assert [[m.text for m in batch if isinstance(m, Message)] for batch in made] == [
        [f"{p.fields['family_name']}様\n" for p in batch] for batch in batches
    ]


def test_children_that_die_between_the_questions_of_threads_cost_nobody_his_mail(mail: Change) -> None:
    batches = [[person(n, family_name=f"名{n}") for n in range(k, k + 50)] for k in range(0, 3000, 50)]
    ended = 0
    with Renderer(mail(), KEY) as renderer, ThreadPoolExecutor(4) as threads:
        made = []
        for results in threads.map(renderer.render, batches):
            made.append([m.text for m in results if isinstance(m, Message)])
            child = renderer._child
            if len(made) % 15 == 1 and child is not None and not child.lost:
                os.kill(child._process.pid, signal.SIGKILL)
                ended += 1
    assert ended
    assert made == [[f"{p.fields['family_name']}様\n" for p in batch] for batch in batches]


GARBLING = """#!{python}
import sys
from pipeline.render import child, wire
answer = child._answer
def garbled(rows, *rest):
    if len(rows) > 1:
        wire.write(sys.stdout.buffer, ["nonsense"])
    answer(rows, *rest)
child._answer = garbled
child.main()
"""


def test_what_a_lost_child_still_says_is_the_answer_to_nobodys_question(
    mail: Change, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "python"
    script.write_text(GARBLING.format(python=sys.executable))
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    batches = [[person(n, family_name=f"名{n}") for n in range(k, k + 3)] for k in range(0, 12, 3)]
    with Renderer(mail(), KEY) as renderer, ThreadPoolExecutor(4) as threads:
        made = list(threads.map(renderer.render, batches))
    assert [[m.text for m in batch if isinstance(m, Message)] for batch in made] == [
        [f"{p.fields['family_name']}様\n" for p in batch] for batch in batches
    ]
