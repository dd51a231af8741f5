"""A command loads what it needs: loading everything takes longer than most commands need for their work."""

import os
import subprocess
import sys

import pytest

from tests.stories.story import Story

#: What is heavy, and is late for those who can do without.
HEAVY = {
    *("boto3", "duckdb", "email_validator", "playwright", "sqlglot", "urllib3"),
    *("pipeline.checklist.catalogue", "pipeline.preview.page"),
}


@pytest.mark.parametrize("complete", [False, True])
def test_to_list_the_commands_none_of_them_is_loaded(*, complete: bool) -> None:
    asked = {"_POSTMERGE_COMPLETE": "bash_complete", "COMP_WORDS": "postmerge re", "COMP_CWORD": "1"}
    words = "import atexit, sys; atexit.register(lambda: print('loaded', *sys.modules)); "
    words += "from pipeline.cli import cli; cli(['-h'], prog_name='postmerge')"
    done = subprocess.run(
        [sys.executable, "-c", words],
        env=os.environ | (asked if complete else {}),
        capture_output=True,
        text=True,
        check=True,
    )
    said, _, modules = done.stdout.partition("loaded ")
    assert ("release" if complete else "Let go of a brake") in said
    ours = {module for module in modules.split() if module.startswith("pipeline.cli.")}
    assert ours == {"pipeline.cli.options"}


@pytest.mark.parametrize(
    ("command", "loaded"),
    [
        ("status", set()),
        ("brakes", set()),
        ("due", set()),
        ("deliver", {"email_validator", "pipeline.checklist.catalogue"}),
        # yamllint and the child that renders begin first
        ("check", set()),
        ("checking", {"email_validator", "pipeline.checklist.catalogue"}),
    ],
)
def test_a_command_loads_nothing_heavy_that_it_may_not_need(command: str, loaded: set[str]) -> None:
    words = f"import sys, pipeline.cli.{command}; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout
    assert HEAVY.intersection(said.split()) == loaded


def test_a_check_starts_the_child_before_the_rest_is_loaded_and_renders_with_it(story: Story) -> None:
    """One child, started while the checklist is not even loaded, answers all."""
    words = """
import sys
from pipeline.cli import cli
from pipeline.render import child_process
start = child_process._start
def told(folder):
    print("started", "pipeline.cli.checking" in sys.modules, file=sys.stderr)
    return start(folder)
child_process._start = told
cli(["-C", sys.argv[1], "check"], prog_name="postmerge")
"""
    story.order()
    command = [sys.executable, "-c", words, str(story.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "sale" in done.stdout, done.stderr
    assert done.stderr.splitlines() == ["started False"]


def test_a_command_leaves_with_its_status_when_threads_and_exits_are_done_and_tidies_up_nothing() -> None:
    words = """
import atexit, gc, sys, threading, time
from pipeline.cli import cli, main
class Kept:
    def __del__(self):
        print("tidied up")
kept = Kept()
def late():
    time.sleep(0.05)
    print("thread")
def begin():
    threading.Thread(target=late).start()
    atexit.register(lambda: print("exit", gc.get_threshold()[0]))
sys.argv = ["postmerge", "nonsense"]
usual = cli.invoke
def invoke(ctx):
    begin()
    return usual(ctx)
cli.invoke = invoke
main()
"""
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False)
    assert "No such command" in done.stderr
    assert (done.returncode, done.stdout.splitlines()) == (2, ["thread", "exit 20000"])
