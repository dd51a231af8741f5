"""Taking the pictures of a campaign: each distinct page once, and again after a browser has died."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Self

from pipeline.preview.camera import Camera, CameraBroke, Open, Shot, Sitter
from pipeline.preview.differences import Change, changed
from pipeline.preview.measured import Measured
from pipeline.preview.modes import MODES, Mode
from pipeline.preview.picture import Picture, Press, opened
from pipeline.preview.sheet import View

_Waiting = list[tuple[tuple[str, ...], Future["_Developed"]]]
_Developed = tuple[Picture, Picture | None, Change]
#: Pictures are made small while the browser takes the next ones.
_AT_ONCE = 2
_KILLERS_MAX = 2


@dataclass(frozen=True, slots=True)
class Roll:
    """The pictures of one page. `broke` says why there are none; `refused` is what it asked for in vain."""

    views: tuple[View, ...] = ()
    measured: Mapping[str, Measured] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    broke: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A page as it is, and as it was before, where there is something to compare with."""

    now: Sitter
    before: Sitter | None = None


class Studio:
    """A context manager around a browser that may die.

    The browser has a thread of its own and starts at once, so that it is there when the mails are.
    """

    def __init__(self, camera: Open) -> None:
        self._open = camera
        self._stage = ThreadPoolExecutor(1, thread_name_prefix="camera")
        self._laboratory = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="picture")
        self._stack = ExitStack()
        self._camera: Camera | None = None
        self._taken: dict[str, Mapping[str, Shot] | str] = {}
        self._asked: set[str] = set()
        self._press = Press()
        self._closing = False
        self._killers, self._trouble = 0, ""
        self.name = ""

    def __enter__(self) -> Self:
        self._stage.submit(self._ready)  # one that does not start is tried again with the first page
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing = True  # after Ctrl-C: what has not begun never begins
        self._stage.submit(self._close)
        self._stage.shutdown()
        self._laboratory.shutdown()

    def rolls(self, pairs: Sequence[Pair]) -> tuple[Roll, ...]:
        """The pictures of each pair, in their order. A page that kills the browser twice has none.

        After two such pages the others are not tried: they are of one campaign, and would take minutes.
        """
        self._killers = 0
        begun = [self._stage.submit(self._begun, pair) for pair in pairs]
        waiting = [each.result() for each in begun]
        return tuple(each if isinstance(each, Roll) else _finished(*each) for each in waiting)

    def forget(self) -> None:
        """Keep what was asked for since the last time; the next preview is of almost the same mails."""
        self._taken = {key: self._taken[key] for key in self._asked if key in self._taken}
        self._asked.clear()

    def _begun(self, pair: Pair) -> Roll | tuple[Mapping[str, Shot], _Waiting]:
        shots = self._shots(pair.now)
        if isinstance(shots, str):
            return Roll(broke=shots)
        before = self._shots(pair.before) if pair.before is not None else {}
        earlier = {} if isinstance(before, str) else before
        return shots, [
            (modes, self._laboratory.submit(self._developed, shots[modes[0]], earlier.get(modes[0])))
            for modes in _alike(shots)
        ]

    def _shots(self, sitter: Sitter) -> Mapping[str, Shot] | str:
        key = _key(sitter)
        self._asked.add(key)
        if key not in self._taken or isinstance(self._taken[key], str):
            self._taken[key] = self._patiently(sitter)
        return self._taken[key]

    def _patiently(self, sitter: Sitter) -> Mapping[str, Shot] | str:
        for _ in range(0 if self._closing or self._killers >= _KILLERS_MAX else 2):
            try:
                return self._ready().shots(sitter, _modes(sitter))
            except CameraBroke as broke:
                self._trouble = str(broke)
                self._close()
        self._killers += 1
        return self._trouble

    def _ready(self) -> Camera:
        """The browser that is running, or a new one. Raises CameraBroke."""
        if self._camera is None:
            self._camera = self._stack.enter_context(self._open())
            self.name = self._camera.name
        return self._camera

    def _close(self) -> None:
        self._camera = None
        self._stack.close()
        self._stack = ExitStack()

    def _developed(self, now: Shot, before: Shot | None) -> _Developed:
        image = opened(now.png)
        picture = self._press.pressed(now.png, image)
        if before is None or before.png == now.png:
            return picture, None, Change()
        earlier = opened(before.png)
        change = changed(earlier, image)
        return picture, self._press.pressed(before.png, earlier) if change else None, change


@contextmanager
def studio_of(camera: Open | None) -> Iterator[Studio | None]:
    """A studio for as long as it is needed, where there is a camera."""
    if camera is None:
        yield None
        return
    with Studio(camera) as studio:
        yield studio


def _modes(sitter: Sitter) -> tuple[Mode, ...]:
    """Without images the page is the same when they are off."""
    pictured = "<img" in sitter.html.lower() or "url(" in sitter.html.lower()
    return tuple(mode for mode in MODES if mode.images or pictured)


def _alike(shots: Mapping[str, Shot]) -> Iterator[tuple[str, ...]]:
    """The modes in groups of one picture; a mode that was not taken looks like the first."""
    groups: dict[bytes, list[str]] = {}
    for mode in MODES:
        shot = shots.get(mode.id, shots[MODES[0].id])
        groups.setdefault(shot.png, []).append(mode.id)
    yield from map(tuple, groups.values())


def _finished(shots: Mapping[str, Shot], waiting: _Waiting) -> Roll:
    developed = [(modes, each.result()) for modes, each in waiting]
    views = tuple(
        View(modes, picture, shots[modes[0]].cut, before, change)
        for modes, (picture, before, change) in developed
    )
    refused = tuple(dict.fromkeys(url for shot in shots.values() for url in shot.refused))
    facts = {mode: shot.measured for mode, shot in shots.items() if shot.measured is not None}
    return Roll(views, facts, refused)


def _key(sitter: Sitter) -> str:
    digest = hashlib.sha256(sitter.html.encode())
    for url, (kind, data) in sorted(sitter.images.items()):
        digest.update(f"\n{url} {kind} {hashlib.sha256(data).hexdigest()}".encode())
    return digest.hexdigest()
