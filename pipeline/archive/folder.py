"""An archive in a folder."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.archive.store import checked
from pipeline.errors import PipelineError

#: Personal data: nobody but the owner of the process looks inside.
_FOLDER_MODE = 0o700
#: Not a character of keys, so a half-written file is never taken for an object.
_UNFINISHED = "~"


class FolderArchive:
    """Files under `root`, one for each key; mode 0600 in folders of mode 0700."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self, key: str, data: bytes) -> bool:
        """Write to a nameless neighbour, then link it to its name: a link never replaces a file."""
        path = self._path(key)
        with _told(f"The archive could not write {key}", "Look at the space and rights of the disk."):
            if not path.is_file():
                _make_folder(path.parent, self._root)
                if _write(path, data):
                    return True
            held = path.read_bytes()
        if held != data:
            raise PipelineError(
                f"The archive already holds something else under {key}.",
                "Nothing was replaced. Two senders may be using one archive, or a file was edited by hand.",
            )
        return False

    def read(self, key: str) -> bytes:
        """The file's bytes."""
        path = self._path(key)
        if not path.is_file():
            raise PipelineError(
                f"The archive in {self._root} has no {key}.",
                "Check that the target's archive is the one that was used before; restore it from a backup.",
            )
        with _told(f"The archive could not read {key}", "Look at the rights of the file and at the disk."):
            return path.read_bytes()

    def exists(self, key: str) -> bool:
        """Tell whether there is a file."""
        return self._path(key).is_file()

    def keys(self, prefix: str) -> Iterator[str]:
        """Sorted as S3 sorts: by the whole key, not folder by folder."""
        above = prefix.rpartition("/")[0]
        start = self._path(above) if above else self._root
        found = (
            (Path(folder) / name).relative_to(self._root).as_posix()
            for folder, _, names in os.walk(start, onerror=_refuse)
            for name in names
            if not name.startswith(_UNFINISHED)
        )
        yield from sorted(key for key in found if key.startswith(prefix))

    def _path(self, key: str) -> Path:
        return self._root / checked(key)


@contextmanager
def _told(sentence: str, remedy: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PipelineError(f"{sentence}: {error.strerror}.", remedy) from error


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise PipelineError(
            f"The archive's folder {error.filename} could not be listed: {error.strerror}.",
            "Look at its rights.",
        ) from error


def _make_folder(folder: Path, root: Path) -> None:
    """Make `folder` and what is missing above it, each entry on disk before the next."""
    if folder.is_dir():
        return
    if folder != root:
        _make_folder(folder.parent, root)
    with suppress(FileExistsError):
        folder.mkdir(_FOLDER_MODE, parents=folder == root)
    _sync_folder(folder.parent)


def _write(path: Path, data: bytes) -> bool:
    """False when somebody else was faster."""
    number, unfinished = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, path)
    except FileExistsError:
        return False
    finally:
        Path(unfinished).unlink()
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
