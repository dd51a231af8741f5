"""A preview of one campaign with ten invented people in five modes: cold, in a process of its own."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.commands import repository
from pipeline.preview import chromium

_COMMAND: Final = "python -m benchmarks.preview"
_CAMPAIGN: Final = "2026-12-winter-sale"
#: With the seven difficult people, and the one who reaches the branch of an empty name: ten.
_PERSONAS: Final = """\
personas:
  - {name: A, fields: {family_name: 佐々木, points: "15"}}
  - {name: B, fields: {family_name: 五十嵐, points: "250000"}}
"""


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again; nothing without a browser."""
    if (why := chromium.missing(os.environ)) is not None:
        print(f"no figure of the preview: {why}", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository(folder)
        (folder / f"campaigns/{_CAMPAIGN}/personas.yaml").write_text(_PERSONAS, encoding="utf-8")
        start = time.perf_counter()
        command = [sys.executable, "-m", "pipeline", "preview", _CAMPAIGN, "--out", str(folder / "out")]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        taken = time.perf_counter() - start
        assert done.returncode == 0, done.stderr
        size = (folder / "out/index.html").stat().st_size
        pictures = len(list((folder / "out").rglob("*.png")))
    figure = f"{taken:.1f} s, a page of {size / 1e6:.1f} MB, {pictures} distinct pictures"
    return [("`postmerge preview` of one campaign, ten people, five modes, cold", figure, _COMMAND)]


if __name__ == "__main__":
    for _what, _figure, _ in run():
        print(f"{_what}: {_figure}")
