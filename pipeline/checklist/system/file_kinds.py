"""What a file is, by its first bytes (pure)."""

import re
from collections.abc import Mapping
from typing import Final

from pipeline.checklist.system.tables import Closed, names_in

#: The kinds that a file of that ending may be.
EXPECTED: Final[Mapping[str, frozenset[str]]] = {
    ".csv": frozenset({"text"}),
    ".tsv": frozenset({"text"}),
    ".txt": frozenset({"text"}),
    ".ics": frozenset({"calendar"}),
    ".pdf": frozenset({"pdf"}),
    ".png": frozenset({"png"}),
    ".gif": frozenset({"gif"}),
    ".jpg": frozenset({"jpeg"}),
    ".jpeg": frozenset({"jpeg"}),
    ".webp": frozenset({"webp"}),
    ".docx": frozenset({"docx", "locked"}),
    ".xlsx": frozenset({"xlsx", "locked"}),
    ".pptx": frozenset({"pptx", "locked"}),
    ".zip": frozenset({"zip", "locked"}),
}
#: What Gmail and Outlook refuse as an attachment, the common ones.
REFUSED: Final = frozenset({
    ".ade", ".adp", ".apk", ".bat", ".chm", ".cmd", ".com", ".cpl", ".dll", ".dmg", ".docm", ".exe", ".hta",
    ".htm", ".html", ".iso", ".jar", ".js", ".jse", ".lnk", ".mde", ".msc", ".msi", ".msp", ".mst", ".pif",
    ".ps1", ".scr", ".sys", ".vb", ".vbe", ".vbs", ".vxd", ".wsc", ".wsf", ".wsh", ".xlsm",
})  # fmt: skip
_MAGIC: Final = (
    ("pdf", re.compile(rb"[\s\x00-\x20\xef\xbb\xbf]{0,64}%PDF-")),
    ("png", re.compile(rb"\x89PNG\r\n\x1a\n")),
    ("gif", re.compile(rb"GIF8[79]a")),
    ("jpeg", re.compile(rb"\xff\xd8\xff")),
    ("webp", re.compile(rb"RIFF[\x00-\xff]{4}WEBP")),
    ("program", re.compile(rb"MZ[\x00-\xff]{58}|\x7fELF|#!/")),
    # Compound files: the Office formats of 1997, and today's when they are locked with a password.
    ("locked", re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("calendar", re.compile(rb"(?:\xef\xbb\xbf)?BEGIN:VCALENDAR")),
)
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")


def kind_of(data: bytes) -> str:
    """One of the kinds of `EXPECTED`, `program`, or `unknown`."""
    for kind, magic in _MAGIC:
        if magic.match(data):
            return kind
    if data.startswith(_ZIP):
        return _in_zip(data)
    return "text" if _is_text(data) else "unknown"


def _in_zip(data: bytes) -> str:
    try:
        names = names_in(data)
    except Closed:
        return "locked"
    for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return kind
    return "zip"


def _is_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    start = data[:4096]
    return b"\0" not in start and sum(byte < 9 for byte in start) == 0  # noqa: PLR2004 below the tab
