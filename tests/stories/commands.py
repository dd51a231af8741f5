"""Commands as a person types them, in this process, and what they leave on the disk."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from pipeline.cli import cli


@dataclass(frozen=True, slots=True)
class Said:
    """The exit status, and what was on the screen."""

    status: int
    text: str


def say(root: Path, *words: str) -> Said:
    """Run `postmerge` at `root`; a traceback is a failure of the test."""
    result = CliRunner().invoke(cli, ["-C", str(root), *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.output
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in result.output)
    return Said(result.exit_code, result.output)


def on_disk(root: Path) -> dict[str, bytes]:
    """Every file but git's own; a database's working files hold nothing that it lacks."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.parts and not path.name.endswith(("-wal", "-shm"))
    }
