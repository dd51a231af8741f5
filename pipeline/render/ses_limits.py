"""What SES takes in one call. Looked at before the call, because botocore looks at almost nothing.

Sources: the service model sesv2 2019-09-27 and the developer guide; a request that breaks one of these is
refused as a whole, and may take 49 innocent people with it. Whatever no `Message` can be is not looked at
again: it has no line break in a subject, and in headers and tags no character that SES would not take.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final

import orjson

from pipeline.render.attachment import AttachedFile
from pipeline.render.message import Letterhead, Message
from pipeline.render.stencil import Filling

#: Recipients in one call of SendBulkEmail.
MOST_ENTRIES: Final = 50
#: The whole request with an inline template, in bytes of JSON (1 MB, and some room).
LONGEST_BULK: Final = 990_000
#: The values of one recipient, in characters.
LONGEST_DATA: Final = 262_144
#: One message with its attachments, in bytes as mailed (40 MB); base64 makes 4 of 3.
LONGEST_MAIL: Final = 40_000_000 * 3 // 4
_MOST_HEADERS: Final = 15
_MOST_TAGS: Final = 50
_LONGEST_FILE_NAME: Final = 255
_LONGEST_TYPE: Final = 78
#: A line of a mail (RFC 5322, 2.1.1).
_LONGEST_SUBJECT: Final = 998
#: ASCII only, RFC 5321 4.5.3.1: SES takes no address with other letters, not even before the @.
_ADDRESS: Final = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,255}")
_CONFIGURATION_SET: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Breach(StrEnum):
    """What SES would not take, in a few words for the ledger."""

    MANY_HEADERS = "too many headers"
    MANY_TAGS = "too many tags"
    LONG_SUBJECT = "a subject of more than 998 characters"
    FILE_NAME = "the name of an attachment is too long"
    SIZE = "larger than 40 MB"
    SENDER = "a sender's address that is not all ASCII"
    REPLY_TO = "a reply-to address that is not all ASCII"
    CONFIGURATION_SET = "a configuration set whose name SES does not know"


def objection(message: Message) -> Breach | None:
    """Why SES would not take this message; None when it would."""
    return next(breaches(message), None)


def breaches(message: Message) -> Iterator[Breach]:
    """Everything for which SES would not take this message."""
    if len(message.headers) > _MOST_HEADERS:
        yield Breach.MANY_HEADERS
    if len(message.letterhead.tags) + bool(message.tag) > _MOST_TAGS:
        yield Breach.MANY_TAGS
    if len(message.subject) > _LONGEST_SUBJECT:
        yield Breach.LONG_SUBJECT
    size = 4 * message.said.length  # a character of the words may need four bytes in the mail
    for file in message.letterhead.attachments:
        size += len(file.data)
        if len(file.name) > _LONGEST_FILE_NAME or len(file.content_type) > _LONGEST_TYPE:
            yield Breach.FILE_NAME
    if size > LONGEST_MAIL:
        yield Breach.SIZE


def letterhead_breaches(letterhead: Letterhead, configuration_set: str | None) -> Iterator[Breach]:
    """What SES would refuse of what all mails of a campaign share, with the set that their sender uses."""
    if not _ADDRESS.fullmatch(letterhead.sender.address):
        yield Breach.SENDER
    if letterhead.reply_to is not None and not _ADDRESS.fullmatch(letterhead.reply_to):
        yield Breach.REPLY_TO
    if configuration_set is not None and not _CONFIGURATION_SET.fullmatch(configuration_set):
        yield Breach.CONFIGURATION_SET


def goes_alone(message: Message) -> bool:
    """Whether a mail is too large for any call with several recipients: each then needs one of its own."""
    said = message.words
    words = size_of({"words": [said.subject, said.text, said.html]})
    return words + sum(map(size_of_file, message.letterhead.attachments)) > LONGEST_BULK


def data_of(filling: Filling) -> str:
    """The values of one recipient as SES wants them: JSON with every slot."""
    return orjson.dumps(filling.data).decode()


def size_of(piece: Any) -> int:
    """How long a piece of a bulk request is, in bytes of the JSON that we write."""
    return len(orjson.dumps(piece))


def size_of_file(file: AttachedFile) -> int:
    """The same for an attachment: as base64, with what stands around it."""
    return 4 * (len(file.data) + 2) // 3 + 6 * len(file.name) + 300
