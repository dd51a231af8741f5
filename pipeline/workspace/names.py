"""Our folders: where they are, files that none may hold, and names that are none."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.models.finding import Finding
from pipeline.sentence import Sentence
from pipeline.workspace.tree import FILE, PROGRAM, SUBMODULE, Entry

CAMPAIGNS: Final = "campaigns/"
SHARED: Final = "campaigns/_shared/"
SEGMENTS: Final = "segments/"
INCIDENTS: Final = "incidents/"
#: People of the author's own, beside `campaign.yaml`: looked at, never rendered for anybody.
PERSONAS: Final = "personas.yaml"

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def campaign_of(path: str) -> str | None:
    """The campaign whose folder holds `path`."""
    name, slash, _ = path.removeprefix(CAMPAIGNS).partition("/")
    return name if slash and path.startswith(CAMPAIGNS) and not path.startswith(SHARED) else None


def refused(path: str, entry: Entry) -> Iterator[Finding]:
    """What is wrong with the kind of file, or with its name."""
    campaign = campaign_of(path)
    if entry.mode not in {FILE, PROGRAM}:
        kind = ("a submodule", "サブモジュール")
        if entry.mode != SUBMODULE:
            kind = ("a symbolic link", "シンボリックリンク")
        yield Finding(
            "settings/symlink",
            printable(path),
            Sentence(
                f"{printable(path)} is {kind[0]}; only plain files are read, wherever it leads.",
                f"{printable(path)}は{kind[1]}です。通常のファイルしか読み取れません。",
            ),
            Sentence("Put a copy of the file in its place.", "ファイルそのものを置いてください。"),
            campaign=campaign,
        )
    if printable(path) != path:
        yield Finding(
            "settings/file-name",
            printable(path),
            Sentence(
                "The file's name contains a control character, or is not UTF-8.",
                "ファイル名に制御文字が含まれているか、UTF-8ではありません。",
            ),
            Sentence("Rename the file.", "ファイル名を変更してください。"),
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
                Sentence(
                    f"The folders {printable(name)} and {', '.join(twins)} differ only in capital letters.",
                    f"フォルダー{printable(name)}と{', '.join(twins)}は、大文字と小文字が違うだけです。",
                ),
                Sentence(
                    "Rename one of them: on many machines they are the same folder.",
                    "パソコンによっては同じフォルダーとして扱われます。どちらかの名前を変更してください。",
                ),
                campaign=name,
            )
        if not ID.fullmatch(name):
            yield Finding(
                "settings/campaign-id",
                path,
                Sentence(
                    f"{printable(name)!r} cannot be a campaign's name.",
                    f"{printable(name)!r}はキャンペーンの名前にできません。",
                ),
                Sentence(
                    "Use small letters, digits and hyphens, at most 64 of them. Shared pieces stand in "
                    "_shared.",
                    "半角の英小文字・数字・ハイフンで、64文字以内にしてください。共通部品は_sharedに置きます。",
                ),
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
                Sentence(
                    f"{printable(path)} is not read: a segment's file is named segments/<name>.yaml.",
                    f"{printable(path)}は読み込まれません。セグメントのファイル名は`segments/名前.yaml`です。",
                ),
                Sentence(
                    "Rename it, with small letters, digits and hyphens, directly below segments/.",
                    "segments/の直下に置き、半角の英小文字・数字・ハイフンの名前にしてください。",
                ),
            )


def printable(path: str) -> str:
    """The path with every character that a terminal or a comment must not show written out."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def _same(one: str, other: str) -> bool:
    return one != other and one.casefold() == other.casefold()
