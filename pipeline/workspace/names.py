"""Files that no folder of ours may hold, and folders without a proper name."""

import re
from collections.abc import Iterable, Iterator

from pipeline.models.finding import Finding
from pipeline.workspace.folder import CAMPAIGNS, SEGMENTS, SHARED
from pipeline.workspace.tree import FILE, PROGRAM, SUBMODULE, Entry

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def campaign_of(path: str) -> str | None:
    """The campaign whose folder holds `path`."""
    name, slash, _ = path.removeprefix(CAMPAIGNS).partition("/")
    return name if slash and path.startswith(CAMPAIGNS) and not path.startswith(SHARED) else None


def refused(path: str, entry: Entry) -> Iterator[Finding]:
    """What is wrong with the kind of file, or with its name."""
    campaign = campaign_of(path)
    if entry.mode not in {FILE, PROGRAM}:
        kind = "a submodule" if entry.mode == SUBMODULE else "a symbolic link"
        yield Finding(
            "settings/symlink",
            printable(path),
            f"{printable(path)} is {kind}; only plain files are read, wherever it leads.",
            "Put a copy of the file in its place.",
            campaign=campaign,
        )
    if printable(path) != path:
        yield Finding(
            "settings/file-name",
            printable(path),
            "The file's name contains a control character, or is not UTF-8.",
            "Rename the file.",
            campaign=campaign,
        )


def folders(ids: Iterable[str]) -> Iterator[Finding]:
    """Campaign folders whose name cannot be an id."""
    known = tuple(ids)
    for name in known:
        path = f"{CAMPAIGNS}{printable(name)}"
        twins = sorted({printable(other) for other in known if _same(other, name)} - {printable(name)})
        if twins:
            yield Finding(
                "settings/campaign-id",
                path,
                f"The folders {printable(name)} and {', '.join(twins)} differ only in capital letters.",
                "Rename one of them: on many machines they are the same folder.",
                campaign=name,
            )
        if not ID.fullmatch(name):
            yield Finding(
                "settings/campaign-id",
                path,
                f"{printable(name)!r} cannot be a campaign's name.",
                "Use small letters, digits and hyphens, at most 64 of them. Shared pieces stand in _shared.",
                campaign=name,
            )


def segment_files(paths: Iterable[str]) -> Iterator[Finding]:
    """Files under segments/ that would not be read as a segment."""
    for path in paths:
        name = path.removeprefix(SEGMENTS)
        stem, dot, ending = name.rpartition(".")
        if ending in {"yaml", "yml"} and dot and not (ending == "yaml" and ID.fullmatch(stem)):
            yield Finding(
                "settings/segment-name",
                printable(path),
                f"{printable(path)} is not read: a segment's file is named segments/<name>.yaml.",
                "Rename it, with small letters, digits and hyphens, directly below segments/.",
            )


def printable(path: str) -> str:
    """The path with every character that a terminal or a comment must not show written out."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def _same(one: str, other: str) -> bool:
    return one != other and one.casefold() == other.casefold()
