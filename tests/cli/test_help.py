from collections.abc import Iterator

import click
import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from pipeline.cli import cli
from tests.cli.conftest import Run
from tests.stories.story import Story

LIFE = [
    *("new", "check", "preview", "plan", "comment", "test-send", "due", "deliver", "watch", "status"),
    *("halt", "release"),
]


def commands(group: click.Group = cli, above: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{above}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda x: x if isinstance(x, str) else "")
def test_every_command_and_option_says_what_it_does(name: str, command: click.Command) -> None:
    short = command.get_short_help_str(limit=60)
    assert short, name
    assert not short.endswith("..."), f"{name}: the first sentence is cut off in the list of commands"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"
    result = CliRunner().invoke(cli, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert all(len(line) <= 80 for line in result.output.splitlines())


def test_the_list_of_commands_says_of_each_what_it_says_itself() -> None:
    listed = CliRunner().invoke(cli, ["-h"]).output.partition("Commands:")[2]
    said = dict(line.strip().split(maxsplit=1) for line in listed.splitlines() if line.strip())
    assert said == {n: c.get_short_help_str(limit=60) for n, c in commands() if " " not in n}


def test_commands_are_listed_in_the_order_of_a_campaign_s_life() -> None:
    listed = CliRunner().invoke(cli, ["-h"]).output.partition("Commands:")[2]
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    assert names[: len(LIFE)] == LIFE


def test_a_shell_gets_its_completion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_POSTMERGE_COMPLETE", "bash_source")
    monkeypatch.setattr(BashComplete, "_check_version", staticmethod(lambda: None))
    result = CliRunner().invoke(cli, [], prog_name="postmerge")
    assert "_POSTMERGE_COMPLETE=bash_complete" in result.output


@pytest.mark.parametrize(
    ("words", "current", "offered"),
    [
        ("halt", "", ["news", "sale"]),
        ("halt", "sa", ["sale"]),
        ("check sale", "n", ["news"]),
        ("check --format", "sa", ["sarif"]),
        ("", "te", ["test-send"]),
    ],
)
def test_campaigns_complete_from_the_folders_there_are(
    story: Story, words: str, current: str, offered: list[str]
) -> None:
    story.write({"campaigns/sale/x": "", "campaigns/news/x": "", "campaigns/_shared/x": ""})
    completing = BashComplete(cli, {}, "postmerge", "_POSTMERGE_COMPLETE")
    found = completing.get_completions(["-C", str(story.root), *words.split()], current)
    assert [item.value for item in found] == offered


def test_an_unknown_option_is_wrong_usage(run: Run) -> None:
    run("check", "--frmat", "json", status=2)
