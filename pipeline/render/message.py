"""One rendered mail for one recipient."""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Final

from pipeline.models.recipient import Recipient
from pipeline.render.attachment import AttachedFile
from pipeline.render.source import Mailbox
from pipeline.render.stencil import Filling, Readable, Words
from pipeline.sentence import Sentence

# One address of plain ASCII: no list, no display name, no quoting, no route, no line break.
_ADDRESS: Final = re.compile(r"[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_TAG_WORD: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
#: The only tag in which the mails of a batch differ.
OWN_TAG: Final = "recipient"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_LONGEST_HEADER: Final = 900  # SES takes 995; RFC 5322 allows lines of 998
_HEADER_NAME: Final = re.compile(r"X-Postmerge-[A-Za-z0-9-]{1,60}")
#: Every other header of ours would be a way to address somebody else, or to speak for somebody else.
_HEADERS: Final = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post", "List-ID", "Feedback-ID"})


#: The parts of a message as Japanese readers call them.
_PARTS: Final = {
    "recipient's address": "宛先のアドレス",
    "sender's address": "差出人のアドレス",
    "reply-to address": "返信先のアドレス",
    "subject": "件名",
    "sender's name": "差出人名",
}


class Malformed(ValueError):
    """A message that could do harm cannot be made. The text says which part is at fault, never its value."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(en, ja)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the mails of a batch have in common beside words: looked at once, and not again for every mail.

    `tags` are what SES and the ledger know all of them by. Raises Malformed.
    """

    sender: Mailbox
    reply_to: str | None = None
    attachments: tuple[AttachedFile, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        _address("sender's address", self.sender.address)
        if self.reply_to is not None:
            _address("reply-to address", self.reply_to)
        _line("sender's name", self.sender.name)
        for word in [word for tag in self.tags for word in tag]:
            _tag_word(word)
        names = {OWN_TAG, *(name for name, _ in self.tags)}
        if len(names) <= len(self.tags):
            raise Malformed("A tag stands in the message twice.", "同じタグがメールに2つあります。")


@dataclass(frozen=True, slots=True)
class Message(Readable):
    """One mail to one address (law 10). There is no field for a second To, a Cc or a Bcc.

    `seal` is `Recipient.seal` of the row that was rendered; `assert_same_row` compares it at the last
    step. Raises Malformed.
    """

    letterhead: Letterhead
    to: str
    recipient_id: str
    seal: str
    #: What the recipient reads; or the stencil that others share, for transports that can use it, and values.
    said: Words | Filling = field(repr=False)
    headers: tuple[tuple[str, str], ...] = ()
    #: `recipient_tag`, by which SES and the ledger know this one; empty where nobody keeps a ledger.
    tag: str = ""
    #: Of the words the subject, put together once.
    subject: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _address("recipient's address", self.to)
        subject = self.said.subject
        _line("subject", subject)
        object.__setattr__(self, "subject", subject)
        if len({name.lower() for name, _ in self.headers}) != len(self.headers):
            raise Malformed("A header stands in the message twice.", "同じヘッダーがメールに2つあります。")
        for name, value in self.headers:
            _header(name, value)
        if self.tag:
            _tag_word(self.tag)

    @property
    def tags(self) -> tuple[tuple[str, str], ...]:
        """All of them, in the one order that equal messages share."""
        own = ((OWN_TAG, self.tag),) if self.tag else ()
        return tuple(sorted((*self.letterhead.tags, *own)))

    def as_email(self, date: datetime) -> bytes:
        """The whole mail as it goes over the wire; `date` carries a zone.

        Equal messages at equal dates are equal byte for byte: boundaries and the Message-ID are hashes
        of the content. No line is longer than 998 bytes (RFC 5322, 2.1.1).
        """
        assert date.tzinfo is not None, "a date without a zone is no moment"
        words, sender = self.words, self.letterhead.sender
        name = self._fingerprint(words, date)
        mail = EmailMessage(policy=_WIRE)
        mail["From"] = Address(sender.name, addr_spec=sender.address)
        mail["To"] = self.to
        if self.letterhead.reply_to is not None:
            mail["Reply-To"] = self.letterhead.reply_to
        mail["Subject"] = words.subject
        mail["Date"] = format_datetime(date)
        mail["Message-ID"] = f"<{name}@{sender.address.rpartition('@')[2]}>"
        for header, value in self.headers:
            mail[header] = value
        for tag, value in self.tags:
            mail[f"X-Postmerge-Tag-{tag.replace('_', '-')}"] = value
        self._fill(mail, words, name)
        return mail.as_bytes()

    def _fill(self, mail: EmailMessage, words: Words, name: str) -> None:
        mail.set_content(words.text, cte=_encoding(words.text))
        if words.html is not None:
            mail.add_alternative(words.html, subtype="html", cte=_encoding(words.html))
        for file in self.letterhead.attachments:
            main, _, sub = file.content_type.partition("/")
            mail.add_attachment(file.data, maintype=main, subtype=sub, filename=file.name)
        for number, part in enumerate(mail.walk()):
            if part.is_multipart():
                part.set_boundary(f"=_{name}_{number}")

    def _fingerprint(self, words: Words, date: datetime) -> str:
        digest, head = hashlib.sha256(), self.letterhead
        pieces = [self.to, self.recipient_id, self.seal]
        pieces += [words.subject, words.text, words.html or "", str(date)]
        pieces += [head.sender.name, head.sender.address, head.reply_to or ""]
        pieces += [piece for pair in (*self.headers, *self.tags) for piece in pair]
        for chunk in (*(piece.encode() for piece in pieces), *(file.data for file in head.attachments)):
            digest.update(len(chunk).to_bytes(8, "big") + chunk)
        return digest.hexdigest()[:40]


def assert_same_row(message: Message, recipient: Recipient) -> None:
    """The last step before a message leaves: its address, id and merge data are those of this row.

    Raises AssertionError: a mixed-up message is a bug of ours and must stop everything, also under -O.
    """
    made_for = message.recipient_id, message.to, message.seal
    if made_for != (recipient.id, recipient.address, recipient.seal):
        raise AssertionError(
            f"the message of row {message.recipient_id} was about to go to row {recipient.id}"
        )


def recipient_tag(campaign: str, recipient_id: str) -> str:
    """The tag that names a recipient of a campaign without saying who it is."""
    return hashlib.sha256(f"{campaign}\n{recipient_id}".encode()).hexdigest()[:32]


class _Wire(EmailPolicy):
    """SMTP's policy, but short ASCII headers stay on one line.

    The standard library folds a long List-Unsubscribe into encoded words, which no mailbox provider
    reads as a link (RFC 8058 wants the plain URI).
    """

    def fold(self, name: str, value: str) -> str:
        plain = str(value)
        if plain.isascii() and not _CONTROL.search(plain) and len(name) + len(plain) < 990:  # noqa: PLR2004 RFC 5322
            return f"{name}: {plain}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii", "surrogateescape")


_WIRE: Final = _Wire(**{**SMTP.__dict__, "cte_type": "7bit"})


def _encoding(words: str) -> str:
    # both keep lines at 76 characters, whatever the template does
    return "quoted-printable" if words.isascii() else "base64"


def _address(what: str, value: str) -> None:
    if not _ADDRESS.fullmatch(value):
        raise Malformed(
            f"The {what} is not exactly one plain mail address.",
            f"{_PARTS[what]}が、1つの正しいメールアドレスではありません。",
        )


def _line(what: str, value: str) -> None:
    if not value.strip() or _CONTROL.search(value):
        raise Malformed(
            f"The {what} is empty, or holds a line break or a control character.",
            f"{_PARTS[what]}が空か、改行または制御文字が含まれています。",
        )


def _tag_word(word: str) -> None:
    if not _TAG_WORD.fullmatch(word):
        raise Malformed(
            "A tag may hold letters, digits, _ and - only, at most 256 of them.",
            "配信の記録に使うタグは、半角英数字と_と-で256文字までです。",
        )


def _header(name: str, value: str) -> None:
    if name not in _HEADERS and not _HEADER_NAME.fullmatch(name):
        raise Malformed(
            f"The header {name!r} is none that Postmerge sets.", f"ヘッダー{name!r}は使えません。"
        )
    # of ASCII exactly what stands between space and tilde is printable
    if not (value.isascii() and value.isprintable() and 0 < len(value) <= _LONGEST_HEADER):
        raise Malformed(
            f"The header {name} is not plain ASCII of one line with at most 900 characters.",
            f"ヘッダー{name}は、半角英数字と記号だけの1行で、900文字までにしてください。",
        )
