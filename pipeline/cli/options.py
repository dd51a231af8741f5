"""Options that several commands share."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.errors import PipelineError
from pipeline.workspace.git import Repository

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Place:
    """Where the command was started."""

    start: Path


def _campaigns(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Campaign ids, for the shell's completion: folders below the nearest `campaigns/`."""
    # While the shell completes no command has run yet, so -C is only a parameter.
    start = Path(ctx.find_root().params.get("directory") or ".").resolve()
    for folder in (start, *start.parents):
        campaigns = folder / "campaigns"
        if campaigns.is_dir():
            names = (entry.name for entry in campaigns.iterdir() if entry.is_dir())
            return sorted(n for n in names if n.startswith(incomplete) and not n.startswith("_"))
    return []


def campaign_argument(**more: Any) -> Callable[[_F], _F]:
    """CAMPAIGN, completed from the folders there are."""
    return click.argument("campaign", shell_complete=_campaigns, **more)


def campaigns_argument() -> Callable[[_F], _F]:
    """Any number of campaigns."""
    return click.argument("campaigns", nargs=-1, metavar="[CAMPAIGN]...", shell_complete=_campaigns)


def target_option() -> Callable[[_F], _F]:
    """--target NAME."""
    return click.option(
        "--target",
        default="local",
        show_default=True,
        envvar="POSTMERGE_TARGET",
        help="A target of policy.yaml.",
    )


def branch_option() -> Callable[[_F], _F]:
    """--branch NAME."""
    return click.option(
        "--branch", default="main", show_default=True, help="The branch whose content is the order to send."
    )


def format_option(*formats: str) -> Callable[[_F], _F]:
    """--format, with the first as the default."""
    choice = click.Choice(formats)
    return click.option(
        "--format", "form", type=choice, default=formats[0], show_default=True, help="The output."
    )


def by_option() -> Callable[[_F], _F]:
    """--by NAME."""
    return click.option("--by", default=None, help="Who says so, for the record. [default: git's user.name]")


def policy_option() -> Callable[[_F], _F]:
    """--policy FILE."""
    return click.option(
        "--policy",
        "policy_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        default=None,
        help="The policy.yaml to go by. [default: the nearest one, with or without git]",
    )


def somebody(by: str | None, repository: Repository) -> str:
    """Who acts: as said, or git's user.name, or the login name."""
    return by or repository.user_name() or _login()


def somebody_at(by: str | None, start: Path) -> str:
    """The same where there may be no git."""
    if by:
        return by
    try:
        with Repository.open(start) as repository:
            return somebody(None, repository)
    except PipelineError:
        return _login()


def _login() -> str:
    return os.environ.get("USER", "unknown")
