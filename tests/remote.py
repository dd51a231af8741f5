"""A bare repository that somebody pushes to and somebody else asks; it has moods."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: How it answers: `second` once, and then no more.
Mood = Literal["fine", "silent", "hanging", "second"]

#: What git runs on the remote's side: it writes down that it was asked, and does as the file `mood` says.
_UPLOAD_PACK = """#!/bin/sh
echo asked >> {notes}/asked
case "$(cat {notes}/mood)" in
silent) echo 'no route to host' >&2; exit 1 ;;
hanging) echo $$ > {notes}/hanging; sleep 600 ;;
second) echo silent > {notes}/mood ;;
esac
exec git upload-pack "$@"
"""


@dataclass(frozen=True, slots=True)
class Remote:
    """The repository at `path`; a clone asks it through `upload_pack`."""

    path: Path
    notes: Path
    upload_pack: Path

    def mood(self, mood: Mood) -> None:
        """How it answers from now on."""
        (self.notes / "mood").write_text(f"{mood}\n", encoding="utf-8")

    @property
    def asked(self) -> int:
        """How often it was asked for anything; a fetch asks as a listing does."""
        return (self.notes / "asked").read_text("utf-8").count("asked")


def make_remote(root: Path) -> Remote:
    """Where the remote is going to be; the caller makes the repository itself."""
    notes = root / "notes"
    notes.mkdir(parents=True)
    script = root / "upload-pack"
    script.write_text(_UPLOAD_PACK.format(notes=shlex.quote(str(notes))), encoding="utf-8")
    script.chmod(0o755)
    (notes / "asked").touch()
    remote = Remote(root / "remote.git", notes, script)
    remote.mood("fine")
    return remote
