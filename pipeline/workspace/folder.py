"""A campaign's folder and a segment's file, read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.models.campaign import Campaign
from pipeline.models.personas import Persona
from pipeline.models.segment import Segment
from pipeline.workspace.tree import Entry, Tree
from pipeline.workspace.yaml_file import YamlFile


class NotText(Exception):
    """The file is binary: it contains NUL, or is not UTF-8."""


@dataclass(frozen=True, slots=True)
class CampaignFolder:
    """A campaign as it is written: `campaign.yaml`, where its keys stand, and the files beside it.

    `id` is the folder's name, `path` is `campaigns/<id>`; `files` are named relative to the folder.
    """

    id: str
    path: str
    campaign: Campaign
    yaml: YamlFile
    files: Mapping[str, Entry]
    tree: Tree = field(repr=False, compare=False)
    personas: tuple[Persona, ...] = ()

    def read(self, name: str) -> bytes:
        """The bytes of a file of the folder."""
        return self.tree.read(f"{self.path}/{name}")

    def text(self, name: str) -> str:
        """A file of the folder as text. Raises NotText."""
        return text_of(self.read(name))


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment as it is written; `name` is the file's name without `.yaml`."""

    name: str
    path: str
    segment: Segment
    yaml: YamlFile
    entry: Entry


def text_of(data: bytes) -> str:
    """UTF-8 text without a byte order mark. Raises NotText."""
    if b"\0" in data:
        raise NotText
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotText from error
