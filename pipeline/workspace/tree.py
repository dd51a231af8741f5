"""The files of a revision, or of the working tree, as git sees them."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from pipeline.errors import PipelineError
from pipeline.workspace import git_process
from pipeline.workspace.cat_file import CatFile

FILE: Final = "100644"
PROGRAM: Final = "100755"
SYMLINK: Final = "120000"
SUBMODULE: Final = "160000"

_FOLDERS: Final = ("campaigns/", "segments/", "incidents/")
_CONTACTS: Final = "segments/contacts/"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file's mode and blob id, as `git ls-tree` prints them."""

    mode: str
    blob: str


class Tree(Protocol):
    """Files by their path relative to the repository, with forward slashes.

    `entries` holds what the product reads: campaigns/, segments/ without segments/contacts/ (large, and not
    ours to hash), incidents/, and the YAML files beside them.
    """

    @property
    def label(self) -> str:
        """What people call it: a short commit id, or `working tree`."""
        ...

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every file, in the order of its path."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of the file at `path`, which is one of `entries`."""
        ...


class Revision:
    """The files of a commit."""

    def __init__(self, root: Path, commit: str, blobs: CatFile) -> None:
        self.commit = commit
        self.label = commit[:12]
        self.entries: Mapping[str, Entry] = dict(sorted(_listed(root, commit)))
        self._blobs = blobs

    def read(self, path: str) -> bytes:
        """The bytes of the file at `path`. Raises PipelineError when git has lost them."""
        answer = self._blobs.ask(self.entries[path].blob)
        if answer is None:
            raise PipelineError(
                f"git does not have the content of {path} at {self.label}.",
                "Fetch the repository again, completely (`git fetch --refetch`).",
            )
        return answer.content


class WorkingTree:
    """The files on disk that a commit of everything would contain: ignored and deleted files are left out."""

    label = "working tree"

    def __init__(self, root: Path) -> None:
        self._root = root
        self._algorithm = git_process.output(root, "rev-parse", "--show-object-format").decode().strip()
        self.entries: Mapping[str, Entry] = dict(sorted(_on_disk(root, self._algorithm)))

    def read(self, path: str) -> bytes:
        """The bytes on disk; of a symlink, its target.

        Raises PipelineError when the file is gone, or is no longer the one in `entries`: what is rendered
        must be what the digest was taken of.
        """
        entry = self.entries[path]
        try:
            content = _raw(self._root / path, entry.mode)
        except OSError as error:
            raise PipelineError(
                f"{path} cannot be read: {error.strerror or error}.", "Mend it, and run again."
            ) from error
        same = entry.blob == _blob_id(content, self._algorithm)
        if not same and entry.blob != self._filtered(path, content):
            raise PipelineError(f"{path} was changed while it was being read.", "Save it, and run again.")
        return content

    def _filtered(self, path: str, content: bytes) -> str:
        """The blob id after the filters of `.gitattributes`, such as line ends."""
        words = ("hash-object", f"--path={path}", "--stdin")
        return git_process.output(self._root, *words, stdin=content).decode().strip()


def is_ours(path: str) -> bool:
    """Whether the product reads the file at `path`."""
    if path.startswith(_FOLDERS):
        return not path.startswith(_CONTACTS)
    return "/" not in path and path.endswith((".yaml", ".yml"))


def _listed(root: Path, commit: str) -> Iterator[tuple[str, Entry]]:
    listing = git_process.output(root, "ls-tree", "-r", "-z", "--full-tree", commit)
    for line in filter(None, listing.split(b"\0")):
        facts, _, name = line.partition(b"\t")
        mode, _, blob = facts.decode().split(" ")
        path = os.fsdecode(name)
        if is_ours(path):
            yield path, Entry(mode, blob)


def _on_disk(root: Path, algorithm: str) -> Iterator[tuple[str, Entry]]:
    index = dict(_index(root))
    modes = _modes(root, index)
    links = {path for path, mode in modes.items() if mode == SYMLINK}
    files = [path for path, mode in modes.items() if mode in {FILE, PROGRAM}]
    blobs = _hashed(root, files)
    for path, mode in modes.items():
        if path in links:
            yield path, Entry(mode, _blob_id(_raw(root / path, mode), algorithm))
        elif mode == SUBMODULE:
            yield path, index[path]
        else:
            yield path, Entry(mode, blobs[path])


def _index(root: Path) -> Iterator[tuple[str, Entry]]:
    scope = ("--", "campaigns", "segments", "incidents", ":(top,glob)*.yaml", ":(top,glob)*.yml")
    for line in git_process.output(root, "ls-files", "-z", "--stage", *scope).split(b"\0"):
        facts, _, name = line.partition(b"\t")
        if name:
            mode, blob, _ = facts.decode().split(" ")
            yield os.fsdecode(name), Entry(mode, blob)
    for name in git_process.output(root, "ls-files", "-z", "--others", "--exclude-standard", *scope).split(
        b"\0"
    ):
        if name and not name.endswith(
            b"/"
        ):  # a folder here is another repository: git would not add its files
            yield os.fsdecode(name), Entry("", "")


def _modes(root: Path, index: Mapping[str, Entry]) -> dict[str, str]:
    """The mode that git would record for each path that is still there."""
    wanted = git_process.run(root, "config", "--get-regexp", r"^core\.(filemode|symlinks)$").stdout.decode()
    off = {line.split(" ")[0] for line in wanted.lower().splitlines() if line.endswith(" false")}
    modes = {}
    for path, entry in index.items():
        if is_ours(path) and (mode := _mode(root, path, entry.mode, off)):
            modes[path] = mode
    return modes


def _mode(root: Path, path: str, indexed: str, off: set[str]) -> str | None:
    if _behind_a_link(root, path) or not os.path.lexists(root / path):
        return None
    found = (root / path).lstat()
    if stat.S_ISLNK(found.st_mode) or ("core.symlinks" in off and indexed == SYMLINK):
        return SYMLINK
    if stat.S_ISDIR(found.st_mode):
        return SUBMODULE if indexed == SUBMODULE else None
    if not stat.S_ISREG(found.st_mode):
        return None
    executable = indexed == PROGRAM if "core.filemode" in off else found.st_mode & stat.S_IXUSR
    return PROGRAM if executable else FILE


def _behind_a_link(root: Path, path: str) -> bool:
    """Whether a folder on the way is a symlink now: git sees the file as deleted."""
    return any((root / parent).is_symlink() for parent in Path(path).parents)


def _hashed(root: Path, paths: list[str]) -> dict[str, str]:
    """Blob ids after the filters of `.gitattributes`, exactly as `git add` would store them."""
    plain = [path for path in paths if "\n" not in path]
    stdin = b"".join(os.fsencode(path) + b"\n" for path in plain)
    ids = git_process.output(root, "hash-object", "--stdin-paths", stdin=stdin).decode().split()
    assert len(ids) == len(plain), "git answers once for each path"
    known = dict(zip(plain, ids, strict=True))
    for path in set(paths) - set(plain):
        known[path] = git_process.output(root, "hash-object", "--", path).decode().strip()
    return known


def _raw(path: Path, mode: str) -> bytes:
    if mode == SYMLINK and path.is_symlink():
        return os.fsencode(path.readlink())
    return path.read_bytes()


def _blob_id(content: bytes, algorithm: str) -> str:
    return hashlib.new(algorithm, b"blob %d\0" % len(content) + content).hexdigest()
