"""`personas.yaml` of a campaign: read, and compared with the segment's columns."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pipeline.models.finding import Finding
from pipeline.models.personas import Persona, Personas
from pipeline.sentence import Sentence
from pipeline.workspace.folder import CampaignFolder, SegmentFile
from pipeline.workspace.names import PERSONAS
from pipeline.workspace.tree import FILE, PROGRAM, Entry, Tree
from pipeline.workspace.typed import offer, read
from pipeline.workspace.yaml_file import Loc, YamlFile, parse

_RULE: Final = "settings/personas"
_NO_COLUMN: Final = Sentence(
    "Take it out, or add it to the segment's `columns`.",
    "削除するか、セグメントの`columns`に追加してください。",
)
_ADDRESS: Final = re.compile(r"[\w.+-]+@(?P<host>[\w.-]+)")
#: Hosts that nobody can have (RFC 2606, RFC 6761).
_NOBODY: Final = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|invalid|test)", re.IGNORECASE)


def is_nobodys(host: str) -> bool:
    """Whether nobody can have a mail address at this host, so that it can only be invented."""
    return _NOBODY.fullmatch(host) is not None


def read_personas(
    tree: Tree, folder: str, files: Mapping[str, Entry]
) -> tuple[tuple[Persona, ...], tuple[Finding, ...]]:
    """The campaign's own personas, and what is wrong with the file; neither where there is none."""
    entry = files.get(PERSONAS)
    if entry is None or entry.mode not in {FILE, PROGRAM}:
        return (), ()
    file = parse(f"{folder}/{PERSONAS}", tree.read(f"{folder}/{PERSONAS}"))
    found = read(file, Personas, _RULE) if isinstance(file, YamlFile) else file
    return (found.personas, ()) if isinstance(found, Personas) else ((), found)


def check_personas(folder: CampaignFolder, segments: Mapping[str, SegmentFile]) -> Iterator[Finding]:
    """Columns that the segment does not have, and addresses that somebody may have."""
    segment = segments.get(folder.campaign.audience.segment or "")
    if not folder.personas or segment is None:
        return
    path = f"{folder.path}/{PERSONAS}"
    file = parse(path, folder.read(PERSONAS))
    assert isinstance(file, YamlFile), "it was read before"
    columns = segment.segment.columns
    for number, persona in enumerate(folder.personas):
        for column, value in persona.fields.items():
            place: Loc = ("personas", number, "fields", column)
            if column not in columns:
                yield Finding(
                    _RULE,
                    path,
                    Sentence(
                        f"The segment `{segment.name}` has no column `{column}`.",
                        f"セグメント`{segment.name}`に列`{column}`がありません。",
                    ),
                    offer(column, columns, otherwise=_NO_COLUMN),
                    file.position(place),
                    campaign=folder.id,
                )
            if any(not is_nobodys(found["host"]) for found in _ADDRESS.finditer(value)):
                yield Finding(
                    _RULE,
                    path,
                    Sentence(
                        "A persona has a mail address that somebody may really have.",
                        "ペルソナに、実在するかもしれないメールアドレスが書かれています。",
                    ),
                    Sentence(
                        "Personas are invented: end the address in `.example`.",
                        "ペルソナは架空の人物です。アドレスの末尾を`.example`にしてください。",
                    ),
                    file.position(place),
                    campaign=folder.id,
                )
