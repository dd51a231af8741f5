"""The two pictures of the README, made from the examples: `python -m benchmarks.pictures`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from PIL import Image

from benchmarks.commands import repository
from pipeline.preview import chromium

_FOLDER: Final = Path(__file__).resolve().parent.parent / "docs/pictures"
_SALE: Final = "campaigns/2026-12-winter-sale"


def _change(folder: Path) -> None:
    """Another price, in a working tree that is compared with main."""
    path = folder / _SALE / "campaign.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("6,860円", "5,980円"), encoding="utf-8")


def _taken(page: Any, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=_FOLDER / name)
    few = Image.open(_FOLDER / name).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(_FOLDER / name, optimize=True)
    print(f"docs/pictures/{name}: {(_FOLDER / name).stat().st_size:,} bytes")


def main() -> None:
    """Make a preview of a change of the winter sale, and take it in the light and in the dark."""
    from playwright.sync_api import ViewportSize, sync_playwright  # noqa: PLC0415 an extra

    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        repository(folder)
        _change(folder)
        command = [
            sys.executable,
            "-m",
            "pipeline",
            "preview",
            "--base",
            "main",
            "--out",
            str(folder / "out"),
        ]
        subprocess.run(command, cwd=folder, check=True)
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=chromium.find(os.environ), args=arguments)
        for file, dark, keys in (("preview.png", False, "cc"), ("preview-dark.png", True, "mcc")):
            size: ViewportSize = {"width": 1440, "height": 900}
            context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light")
            page = context.new_page()
            page.goto((folder / "out/index.html").as_uri())
            for key in keys:
                page.keyboard.press(key)
            page.evaluate("scrollTo(0, 0)")
            _taken(page, file)
        browser.close()


if __name__ == "__main__":
    main()
