"""Files that go along with a mail, pinned by content."""

import hashlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pipeline.render.failure import RenderFailure
from pipeline.sentence import Sentence

#: The machine's own table of types differs between machines; a mail must not.
_CONTENT_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gif": "image/gif",
    ".ics": "text/calendar",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file as it goes along: its base name, its MIME type and its bytes."""

    name: str
    content_type: str
    data: bytes = field(repr=False)


def content_type_of(name: str) -> str:
    """The MIME type by the name's ending; `application/octet-stream` for every ending not in our table."""
    return _CONTENT_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def attach(path: str, data: bytes, sha256: str) -> AttachedFile | RenderFailure:
    """The file named `path` in the campaign's folder, if it is the one that is meant.

    `sha256` is the hexadecimal digest that campaign.yaml pins.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        return RenderFailure(
            Sentence(
                f"{path} is not the file that campaign.yaml means: its sha256 is {found}, not {sha256}.",
                f"{path}は、campaign.yamlに書かれたファイルと内容が違います(sha256は{sha256}ではなく{found}です)。",
            ),
            Sentence(
                "Put the right file in place or, if this is the right one, write its sha256 into "
                "campaign.yaml.",
                "正しいファイルに置き換えるか、このファイルが正しければ、そのsha256をcampaign.yamlに書いてください。",
            ),
            template=path,
        )
    name = PurePosixPath(path).name
    if not name.isprintable() or not name:
        nameless = Sentence(
            f"{path!r} has a name that cannot be shown.", f"{path!r}というファイル名は表示できません。"
        )
        rename = Sentence("Rename the file.", "ファイル名を変更してください。")
        return RenderFailure(nameless, rename, template=path)
    return AttachedFile(name, content_type_of(name), data)
