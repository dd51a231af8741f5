"""What SES takes in one call. Looked at before the call, because botocore looks at almost nothing.

Sources: the service model sesv2 2019-09-27 and the developer guide; a request that breaks one of these is
refused as a whole, and may take 49 innocent people with it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Message
from pipeline.render.stencil import Filling

#: Recipients in one call of SendBulkEmail.
MOST_ENTRIES: Final = 50
#: The whole request with an inline template, in bytes of JSON (1 MB; some is left for what botocore adds).
LONGEST_BULK: Final = 990_000
#: The values of one recipient, in characters.
LONGEST_DATA: Final = 262_144
#: One message with its attachments, in bytes as mailed (40 MB); base64 makes 4 of 3.
LONGEST_MAIL: Final = 40_000_000 * 3 // 4
_MOST_HEADERS: Final = 15
_MOST_TAGS: Final = 50
_LONGEST_HEADER: Final = 996
_LONGEST_FILE_NAME: Final = 255
_LONGEST_TYPE: Final = 78
_HEADER_NAME: Final = re.compile(r"[!-9;-@A-~]{1,126}")
_HEADER_VALUE: Final = re.compile(r"[ -~]{1,995}")
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def objection(message: Message) -> str | None:
    """Why SES would not take this message, in a few words; None when it would."""
    if len(message.headers) > _MOST_HEADERS:
        return "too many headers"
    if any(not _is_header(name, value) for name, value in message.headers):
        return "a header that SES does not take"
    names = [name for name, _ in message.tags]
    if len(names) > _MOST_TAGS or len(set(names)) < len(names):
        return "too many tags, or one of them twice"
    if any(not _TAG.fullmatch(word) for pair in message.tags for word in pair):
        return "a tag that SES does not take"
    if _BREAKS.search(message.subject):
        return "a line break in the subject"
    return _size_objection(message)


def data_of(filling: Filling) -> str:
    """The values of one recipient as SES wants them: JSON with every slot."""
    return orjson.dumps(filling.data).decode()


def size_of(request: Mapping[str, Any]) -> int:
    r"""How long a piece of a request is when botocore has written it, in bytes; a few more, never fewer.

    botocore writes ASCII only: `\uXXXX` for everything else, twice that beyond the basic plane.
    """
    words = orjson.dumps(request).decode()
    plain = len(words.encode("ascii", "ignore"))
    units = len(words.encode("utf-16-le")) // 2
    spaces = words.count(":") + words.count(",")
    return plain + 6 * (units - plain) + 5 * words.count("\x7f") + spaces


def size_of_file(file: AttachedFile) -> int:
    """The same for an attachment: as base64, with what stands around it."""
    return 4 * (len(file.data) + 2) // 3 + 6 * len(file.name) + 300


def _is_header(name: str, value: str) -> bool:
    fits = len(name) + len(value) <= _LONGEST_HEADER
    return bool(fits and _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value))


def _size_objection(message: Message) -> str | None:
    for file in message.attachments:
        if len(file.name) > _LONGEST_FILE_NAME or len(file.content_type) > _LONGEST_TYPE:
            return "the name of an attachment is too long"
    words = (message.subject, message.text, message.html or "")
    # a character of the words may need four bytes in the mail
    if 4 * sum(map(len, words)) + sum(len(file.data) for file in message.attachments) > LONGEST_MAIL:
        return "larger than 40 MB"
    return None
