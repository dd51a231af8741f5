"""Chromium or Chrome, driven by playwright: scripts off, network cut.

The only module that knows playwright. A mail is untrusted: its scripts are never run, nothing that it asks
for leaves the machine, and it has an origin of its own.
"""

import base64
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib import resources
from typing import Any, Final, Self

from pipeline.errors import PipelineError
from pipeline.preview.camera import CameraBroke, Shot, Sitter
from pipeline.preview.measured import measured
from pipeline.preview.modes import MODES, Mode
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
#: What many mails say to the browser, and no browser of today heeds in a document that stands already.
_HARMLESS: Final = re.compile(
    r"""http-equiv\s*=\s*["']?(?:content-type|x-ua-compatible)["'\s/>]""", re.IGNORECASE
)
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
            camera = Chromium(browser, Error)
        except Error as error:
            raise CameraBroke(_first_line(error)) from error
        yield camera
        with suppress(Error):
            browser.close()


class _Window:
    """A page of one width, with images or without, and what it shows."""

    def __init__(self, browser: Any, mode: Mode) -> None:
        context = browser.new_context(
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
        self.page = context.new_page()
        self.session = context.new_cdp_session(self.page)
        self.refused: list[str] = []
        self._images = mode.images
        self._sitter = Sitter("")
        self._dress: tuple[bool, bool] | None = None
        context.route("**/*", self._serve)
        self._load()

    def show(self, sitter: Sitter, mode: Mode) -> None:
        """Load `sitter`, unless it is there, and dress the page as `mode` says."""
        if sitter is not self._sitter:
            before, self._sitter = self._sitter, sitter
            self.refused.clear()
            if _may_follow(before, sitter):
                self.page.set_content(sitter.html, wait_until="load")  # quicker
            else:
                self._load()
        dress = mode.dark, mode.forced_dark
        if dress != self._dress:
            scheme = {"name": "prefers-color-scheme", "value": "dark" if mode.dark else "light"}
            self.session.send("Emulation.setEmulatedMedia", {"features": [scheme]})
            self.session.send("Emulation.setAutoDarkModeOverride", {"enabled": mode.forced_dark})
            self._dress = dress

    def _load(self) -> None:
        self.page.goto(_PLACE + ("" if self._images else "?images=off"), wait_until="load")

    def _serve(self, route: Any) -> None:
        """Answer every request of the page ourselves, or not at all."""
        url, sitter = route.request.url, self._sitter
        if url.startswith(_PLACE):
            images = "data: https: http:" if self._images else "'none'"
            policy = {"content-security-policy": _POLICY.format(images=images)}
            route.fulfill(body=sitter.html, content_type="text/html; charset=utf-8", headers=policy)
        elif url in sitter.images:
            kind, data = sitter.images[url]
            route.fulfill(body=data, content_type=kind)
        else:
            self.refused.append(url)
            route.abort()


class Chromium:
    """Takes pictures. For one thread; its windows are open before the first mail is there."""

    def __init__(self, browser: Any, error: type[Exception]) -> None:
        self._error = error
        self._windows: dict[tuple[int, bool], _Window] = {}
        for mode in MODES:
            if _window_of(mode) not in self._windows:
                self._windows[_window_of(mode)] = _Window(browser, mode)
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
        window = self._windows[_window_of(mode)]
        window.show(sitter, mode)
        facts = measured(json.loads(window.page.evaluate(self._measure))) if mode.measured else None
        whole = facts.height if facts is not None else window.page.evaluate(_HEIGHT)
        height = min(max(whole, 1), _LONGEST)
        clip = {"x": 0, "y": 0, "width": mode.width, "height": height, "scale": mode.scale}
        options = {"format": "png", "optimizeForSpeed": True, "captureBeyondViewport": True, "clip": clip}
        answer = window.session.send("Page.captureScreenshot", options)
        return Shot(
            png=base64.b64decode(answer["data"]),
            measured=facts,
            cut=sitter.cut or whole > _LONGEST,
            refused=tuple(dict.fromkeys(window.refused)),
        )


def _window_of(mode: Mode) -> tuple[int, bool]:
    """Modes of one width, and of one mind about images, share a window."""
    return mode.width, mode.images


def _may_follow(before: Sitter, sitter: Sitter) -> bool:
    """Whether a document that shows one may show the other, and looks as if it had been loaded anew.

    The images of a document stay in its list by their address, whatever they would be now (HTML, "list of
    available images"); and a policy that a mail brings along is the document's, not of what is written in it.
    """
    return before.images == sitter.images and not any(_orders(each.html) for each in (before, sitter))


def _orders(html: str) -> bool:
    """Whether a mail may tell the browser how to treat the document."""
    return len(re.findall("http-equiv", html, re.IGNORECASE)) > len(_HARMLESS.findall(html))


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200] or type(error).__name__
