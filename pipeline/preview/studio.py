"""Taking the pictures of a campaign: each distinct page once, and again after a browser has died."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Self

from pipeline.preview.camera import Camera, CameraBroke, Open, Shot, Sitter
from pipeline.preview.differences import Change, changed
from pipeline.preview.measured import Measured
from pipeline.preview.modes import MODES, Mode
from pipeline.preview.picture import Picture, compact, opened
from pipeline.preview.sheet import View

_Waiting = list[tuple[tuple[str, ...], Future["_Developed"]]]
_Developed = tuple[Picture, Picture | None, Change]


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
    """A context manager around a browser that may die. `develop` makes pictures small meanwhile."""

    def __init__(self, camera: Open, executor: Executor) -> None:
        self._open = camera
        self._executor = executor
        self._stack = ExitStack()
        self._camera: Camera | None = None
        self._taken: dict[str, Mapping[str, Shot] | str] = {}
        self.name = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def rolls(self, pairs: Sequence[Pair]) -> tuple[Roll, ...]:
        """The pictures of each pair, in their order. A page that kills the browser twice has none."""
        waiting = [self._begun(pair) for pair in pairs]
        return tuple(each if isinstance(each, Roll) else _finished(*each) for each in waiting)

    def _begun(self, pair: Pair) -> Roll | tuple[Mapping[str, Shot], _Waiting]:
        shots = self._shots(pair.now)
        if isinstance(shots, str):
            return Roll(broke=shots)
        before = self._shots(pair.before) if pair.before is not None else {}
        earlier = {} if isinstance(before, str) else before
        return shots, [
            (modes, self._executor.submit(_developed, shots[modes[0]], earlier.get(modes[0])))
            for modes in _alike(shots)
        ]

    def _shots(self, sitter: Sitter) -> Mapping[str, Shot] | str:
        key = _key(sitter)
        if key not in self._taken:
            self._taken[key] = self._patiently(sitter)
        return self._taken[key]

    def _patiently(self, sitter: Sitter) -> Mapping[str, Shot] | str:
        trouble = ""
        for _ in range(2):
            try:
                if self._camera is None:
                    self._camera = self._stack.enter_context(self._open())
                    self.name = self._camera.name
                return self._camera.shots(sitter, _modes(sitter))
            except CameraBroke as broke:
                trouble = str(broke)
                self._close()
        return trouble

    def _close(self) -> None:
        self._camera = None
        self._stack.close()
        self._stack = ExitStack()


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


def _developed(now: Shot, before: Shot | None) -> _Developed:
    image = opened(now.png)
    if before is None or before.png == now.png:
        return compact(image), None, Change()
    earlier = opened(before.png)
    change = changed(earlier, image)
    return compact(image), compact(earlier) if change else None, change


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
