"""Chromium or Chrome, driven by playwright: scripts off, network cut.

The only module that knows playwright. A mail is untrusted: its scripts are never run, nothing that it asks
for leaves the machine, and it has an origin of its own.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final, Self

from pipeline.errors import PipelineError
from pipeline.preview.camera import CameraBroke, Shot, Sitter
from pipeline.preview.measured import measured
from pipeline.preview.modes import Mode
from pipeline.sentence import Sentence

_VARIABLE: Final = "POSTMERGE_CHROMIUM"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PLACE: Final = "https://mail.invalid/"
#: Milliseconds that a page may take; a mail loads nothing from anywhere.
_PATIENCE: Final = 20_000
#: CSS pixels; what is longer is cut, because the reader of a preview has given up long before.
_LONGEST: Final = 8_000
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src {images}"
#: As measure.js has it.
_HEIGHT: Final = "Math.max(...[document.documentElement, document.body].map((e) => (e ? e.scrollHeight : 0)))"
#: The same picture on every run: no smoothing by the screen's layout, no moving caret, no GPU.
_FLAGS: Final = ("--disable-gpu", "--font-render-hinting=none", "--disable-lcd-text", "--hide-scrollbars")


def find(environ: Mapping[str, str]) -> str | None:
    """The program: what POSTMERGE_CHROMIUM names, else the first of the usual names on the path.

    Raises PipelineError when POSTMERGE_CHROMIUM names something that cannot be run.
    """
    named = environ.get(_VARIABLE)
    if named:
        if not os.access(named, os.X_OK) or not os.path.isfile(named):  # noqa: PTH113 a name from outside
            raise PipelineError(
                f"{_VARIABLE} names {named}, which is no program.", "Correct it, or unset it."
            )
        return named
    return next((found for name in _NAMES if (found := shutil.which(name, path=environ.get("PATH")))), None)


def missing(environ: Mapping[str, str]) -> Sentence | None:
    """Why no pictures can be taken here, as one sentence; None when they can."""
    try:
        import playwright.sync_api  # noqa: F401, PLC0415 an extra: half a second and 160 MB that few commands need
    except ImportError:
        return Sentence(
            "playwright is not installed (pip install 'postmerge[preview]')",
            "playwrightが入っていません。pip install 'postmerge[preview]'で入れられます",
        )
    if find(environ) is None:
        return Sentence(
            f"no Chromium or Chrome was found (install one, or name it in {_VARIABLE})",
            f"ChromiumまたはChromeが見つかりません。インストールするか、{_VARIABLE}で指定してください",
        )
    return None


def lacks_japanese() -> bool:
    """Whether the machine has no font with Japanese letters: its pictures would show boxes instead."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    done = subprocess.run([lister, ":lang=ja", "family"], capture_output=True, check=False)
    return done.returncode == 0 and not done.stdout.strip()


@contextmanager
def chromium(environ: Mapping[str, str]) -> Iterator["Chromium"]:
    """A running browser, closed at the end. Raises CameraBroke when it does not start."""
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 see `missing`

    program = find(environ)
    assert program is not None, "asked only when nothing is missing"
    with ExitStack() as stack:
        try:
            driver = stack.enter_context(sync_playwright())
            arguments = [*_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
            browser = driver.chromium.launch(executable_path=program, args=arguments, timeout=_PATIENCE)
        except Error as error:
            raise CameraBroke(_first_line(error)) from error
        yield Chromium(browser, Error)
        with suppress(Error):
            browser.close()


@dataclass
class _Studio:
    """One window: a page of one width, and what it is to show."""

    page: Any
    session: Any
    sitter: Sitter | None = None
    #: Whether the page that is there was loaded with its images.
    images: bool = True
    refused: list[str] = field(default_factory=list)

    def serve(self, route: Any) -> None:
        """Answer every request of the page ourselves, or not at all."""
        url, sitter = route.request.url, self.sitter
        if sitter is not None and url.startswith(_PLACE):
            images = "'none'" if url.endswith("?images=off") else "data: https: http:"
            policy = {"content-security-policy": _POLICY.format(images=images)}
            route.fulfill(body=sitter.html, content_type="text/html; charset=utf-8", headers=policy)
        elif sitter is not None and url in sitter.images:
            kind, data = sitter.images[url]
            route.fulfill(body=data, content_type=kind)
        else:
            self.refused.append(url)
            route.abort()


class Chromium:
    """Takes pictures. For one thread; every picture begins with a page that is loaded anew."""

    def __init__(self, browser: Any, error: type[Exception]) -> None:
        self._browser = browser
        self._error = error
        self._studios: dict[int, _Studio] = {}
        self._measure = (resources.files(__package__) / "measure.js").read_text(encoding="utf-8")
        self.name = f"Chromium {browser.version}"

    def __enter__(self) -> Self:
        return self

    def shots(self, sitter: Sitter, modes: tuple[Mode, ...]) -> Mapping[str, Shot]:
        """The page in each of `modes`, by the mode's id. Raises CameraBroke."""
        try:
            return {mode.id: self._shot(sitter, mode) for mode in modes}
        except self._error as error:
            raise CameraBroke(_first_line(error)) from error

    def _shot(self, sitter: Sitter, mode: Mode) -> Shot:
        studio = self._studio(mode)
        if studio.sitter is not sitter or studio.images is not mode.images:
            studio.sitter, studio.images = sitter, mode.images
            studio.refused.clear()
            studio.page.goto(_PLACE + ("" if mode.images else "?images=off"), wait_until="load")
        self._dress(studio, mode)
        facts = measured(json.loads(studio.page.evaluate(self._measure))) if mode.measured else None
        whole = facts.height if facts is not None else studio.page.evaluate(_HEIGHT)
        height = min(max(whole, 1), _LONGEST)
        clip = {"x": 0, "y": 0, "width": mode.width, "height": height, "scale": mode.scale}
        options = {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip}
        answer = studio.session.send("Page.captureScreenshot", options)
        return Shot(
            png=base64.b64decode(answer["data"]),
            measured=facts,
            cut=sitter.cut or whole > _LONGEST,
            refused=tuple(dict.fromkeys(studio.refused)),
        )

    def _dress(self, studio: _Studio, mode: Mode) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if mode.dark else "light"}
        studio.session.send("Emulation.setEmulatedMedia", {"features": [scheme]})
        studio.session.send("Emulation.setAutoDarkModeOverride", {"enabled": mode.forced_dark})

    def _studio(self, mode: Mode) -> _Studio:
        if mode.width not in self._studios:
            context = self._browser.new_context(
                java_script_enabled=False,
                offline=True,
                service_workers="block",
                accept_downloads=False,
                viewport={"width": mode.width, "height": 900},
                device_scale_factor=mode.scale,
                # not `is_mobile`: a mail without a `viewport` would be measured at 980 pixels, as no mail
                # program shows it, and the picture is as wide as the screen
                locale="ja-JP",
            )
            context.set_default_timeout(_PATIENCE)
            page = context.new_page()
            studio = _Studio(page, context.new_cdp_session(page))
            context.route("**/*", studio.serve)
            self._studios[mode.width] = studio
        return self._studios[mode.width]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200] or type(error).__name__
