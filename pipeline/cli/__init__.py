"""The commands: words and exit codes; no logic."""

import atexit
import errno
import gc
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from click.shell_completion import CompletionItem

from pipeline.cli.options import Place
from pipeline.errors import PipelineError
from pipeline.sentence import Sentence

#: Where each command is and what it does, in the order of a campaign's life, which is that of the help.
#: A module is loaded when its command is called: together they take longer than most commands need for work.
_COMMANDS: Final = {
    "new": ("pipeline.cli.new", "Begin a campaign or a segment."),
    "check": ("pipeline.cli.check", "Check campaigns, segments and policy of the working tree."),
    "preview": ("pipeline.cli.preview", "Show what each kind of recipient will get."),
    "plan": ("pipeline.cli.plan", "Say what merging this branch would cause."),
    "comment": ("pipeline.cli.comment", "The one comment on a pull request."),
    "test-send": ("pipeline.cli.test_send", "Send a campaign to yourself, for a few invented people."),
    "due": ("pipeline.cli.due", "Say which campaigns a delivery should be started for."),
    "deliver": ("pipeline.cli.deliver", "Take every step that is due, and return."),
    "watch": ("pipeline.cli.deliver", "Deliver for ever, each step when it is due."),
    "status": ("pipeline.cli.status", "Say how campaigns stand."),
    "halt": ("pipeline.cli.brakes", "Stop a campaign, or everything, at once."),
    "release": ("pipeline.cli.brakes", "Let go of a brake that waits for a person."),
    "feedback": ("pipeline.cli.feedback", "Read what SES reports of mail that has left."),
    "resolve": ("pipeline.cli.resolve", "List whose outcome is unknown, and settle it on record."),
    "doctor": ("pipeline.cli.doctor", "Say whether everything is set up as it must be."),
    "schema": ("pipeline.cli.schema", "Write the JSON Schemas that editors use into schema/."),
    "demo": ("pipeline.cli.demo", "Play the whole way on the example campaigns."),
}
#: The disk is full, or so is our share of it, or it is broken.
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
#: New objects after which Python looks for those that hold each other; 700 unless it is told.
SEARCH_AFTER: Final = 20_000


class _Group(click.Group):
    """Loads a command when it is called; turns what is broken into a sentence, a remedy, an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table, not by the alphabet."""
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(import_module(_COMMANDS[cmd_name][0]), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command), cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, for which nothing is loaded."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, does) for name, (_, does) in _COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The same for a shell that completes the name of a command: nobody waits for a key that long."""
        names = (name for name in _COMMANDS if name.startswith(incomplete))
        found = [CompletionItem(name, help=_COMMANDS[name][1]) for name in names]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def make_context(self, *args: Any, **more: Any) -> click.Context:
        """The help and the version are written here, before there is anything to invoke."""
        try:
            return super().make_context(*args, **more)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            return _leave(_no_room(error), Path())

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            trouble = error
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            trouble = _no_room(error)
        return _leave(trouble, ctx.obj.start if isinstance(ctx.obj, Place) else Path())


def _leave(trouble: PipelineError, start: Path) -> NoReturn:
    """Say what is wrong and what helps, in the language of the repository around `start`, and exit."""
    from pipeline.workspace.near import language_near  # noqa: PLC0415

    sentence, remedy = trouble.told(language_near(start.resolve()))
    click.secho(f"postmerge: {sentence}", fg="red", err=True)
    if remedy:
        click.echo(f"  {remedy}", err=True)
    sys.exit(int(trouble.exit_status))


def _no_room(error: OSError) -> PipelineError:
    """What is to be said where a file, or our own output, cannot be written to its end."""
    where = error.filename or "the output"
    with Path(os.devnull).open("wb") as nowhere:  # what is still to be written would fail again at the end
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return PipelineError(
        Sentence(
            f"{where} cannot be written to its end: {error.strerror}.",
            f"{error.filename or '出力'}を最後まで書き込めません。",
        ),
        Sentence("Make room, and run it again.", "空き容量を確保して、もう一度実行してください。"),
    )


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="postmerge", prog_name="postmerge")
@click.option(
    "-C",
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Work as if started in this folder.",
)
@click.pass_context
def cli(ctx: click.Context, directory: Path) -> None:
    """Mail campaigns as code.

    A pull request checks, previews and gets them approved; the merge delivers; a revert stops what has not
    left. Exit status: 0 fine, 1 findings, holds or refusals, 2 wrong usage, 3 the environment is broken.
    """
    ctx.obj = Place(directory.resolve())


def main() -> None:
    """Run the command line."""
    # Loading a command makes very many objects that stay, and Python would search them again and again.
    gc.set_threshold(SEARCH_AFTER)
    status: int | None = None

    def leave() -> None:
        """Spare the user the time in which Python puts every module away before it ends."""
        if status is not None:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    atexit.register(leave)  # the first that is registered is the last that is called
    try:
        cli(prog_name="postmerge")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else None
        raise
