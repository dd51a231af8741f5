"""postmerge doctor."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from pipeline import desk as desks
from pipeline.cli.options import Place, branch_option, format_option, policy_option, target_option
from pipeline.doctor.line import Examined, Line, State, examine, exit_status
from pipeline.plan.columns import wrapped

_MARKS = {State.FINE: ("✓", "green"), State.NOTE: ("–", "yellow"), State.WRONG: ("✗", "red")}
_COULD_NOT = ("?", "red")


@click.command()
@format_option("text", "json")
@policy_option()
@target_option()
@branch_option()
@click.pass_obj
def doctor(place: Place, form: str, policy_file: Path | None, target: str, branch: str) -> None:
    """Say whether everything is set up as it must be.

    It changes nothing, except that it writes one small object of its own into the archive.
    """
    with desks.doctor_parts(place.start, target, branch, policy_file) as parts:
        examined = examine(parts)
    status = exit_status(examined)
    if form == "json":
        click.echo(json.dumps(as_data(target, examined), ensure_ascii=False, indent=2))
    else:
        for part in examined:
            click.echo(click.style(part.heading, bold=True))
            for line in part.lines:
                click.echo(_as_text(line))
    sys.exit(int(status))


def _as_text(line: Line) -> str:
    mark, colour = _MARKS.get(line.state, _COULD_NOT)
    said = wrapped(f"{line.what}: {line.found}", first=f"  {click.style(mark, fg=colour)} ", rest="      ")
    if not line.remedy:
        return said
    return said + "\n" + wrapped(line.remedy, first="    → ", rest="      ")


def as_data(target: str, examined: Sequence[Examined]) -> dict[str, Any]:
    """The documented JSON."""
    lines = [
        {
            "part": part.heading,
            "what": line.what,
            "state": line.state.value,
            "found": line.found,
            "remedy": line.remedy,
        }
        for part in examined
        for line in part.lines
    ]
    ok = not any(line["state"] in {State.WRONG, State.COULD_NOT_RUN} for line in lines)
    return {"target": target, "lines": lines, "ok": ok}
