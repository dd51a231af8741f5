"""A command loads what it needs: loading everything takes longer than most commands need for their work."""

import os
import subprocess
import sys

import pytest

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
