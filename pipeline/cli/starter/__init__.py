"""The files of a new repository: workflows, who owns what, boxes to tick, a policy, examples."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

#: Without its dot in the package, so that no tool takes it for its own.
_DOTTED: Final = frozenset({"github", "gitignore", "yamllint.yaml"})
#: What Python keeps here.
_OURS: Final = frozenset({"__init__.py", "__pycache__"})


def starter_files() -> dict[str, str]:
    """Every file by its path in the repository."""
    return dict(_below(files(__name__), ""))


def _below(folder: Traversable, above: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name in _OURS:
            continue
        name = f".{entry.name}" if not above and entry.name in _DOTTED else entry.name
        path = f"{above}/{name}" if above else name
        if entry.is_dir():
            yield from _below(entry, path)
        else:
            yield path, entry.read_text(encoding="utf-8")
