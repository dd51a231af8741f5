"""What whoever takes pictures is asked for, and says (pure values)."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from pipeline.preview.measured import Measured
from pipeline.preview.modes import Mode


@dataclass(frozen=True, slots=True)
class Sitter:
    """One page to be taken: its HTML, and the images of the campaign's folder by the address it names.

    `cut` says that the mail is longer than this HTML.
    """

    html: str = field(repr=False)
    images: Mapping[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """One page in one mode: a PNG, and what was measured.

    `cut` says that the page is longer than the picture. `refused` are the addresses that the page asked
    for in vain, because nothing leaves.
    """

    png: bytes = field(repr=False)
    measured: Measured | None = None
    cut: bool = False
    refused: tuple[str, ...] = ()


class CameraBroke(Exception):
    """The browser died, or gave no answer in time; a new one may do better. The text is for people."""


class Camera(Protocol):
    """A browser that is running."""

    @property
    def name(self) -> str:
        """What it is, with its version."""
        ...

    def shots(self, sitter: Sitter, modes: tuple[Mode, ...]) -> Mapping[str, Shot]:
        """The page in each of `modes`, by the mode's id. Raises CameraBroke."""
        ...


#: How to start one; a context manager, because it must be closed.
Open = Callable[[], AbstractContextManager[Camera]]
