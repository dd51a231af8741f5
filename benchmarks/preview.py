"""A preview of one campaign with ten invented people in five modes: cold, in a process of its own."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from PIL import Image

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
_BEFORE: Final = '<mj-text color="#ffffff" font-size="16px"'
_IMAGE: Final = '<mj-image src="https://www.hanamori.example/img/hero.png" alt="冬のセール" />\n'


def _prepare(campaign: Path) -> None:
    """Two people more; and an image, without which the mode without images would be no mode of its own."""
    (campaign / "personas.yaml").write_text(_PERSONAS, encoding="utf-8")
    body = (campaign / "body.mjml").read_text(encoding="utf-8")
    assert _BEFORE in body
    (campaign / "body.mjml").write_text(body.replace(_BEFORE, _IMAGE + _BEFORE, 1), encoding="utf-8")
    Image.effect_mandelbrot((600, 240), (-2, -1, 1, 1), 100).convert("RGB").save(campaign / "hero.png")


def run() -> list[tuple[str, str, str]]:
    """What was measured, the figure, and the command that measures it again; nothing without a browser."""
    if (why := chromium.missing(os.environ)) is not None:
        print(f"no figure of the preview: {why}", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        repository(folder)
        _prepare(folder / f"campaigns/{_CAMPAIGN}")
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
