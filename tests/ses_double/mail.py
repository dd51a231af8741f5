"""What was accepted, per recipient, and what an addressee would find in the mailbox."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from fnmatch import fnmatchcase
from typing import Any

from tests.ses_double.template import Template

SIMULATOR = "simulator.amazonses.com"
#: What becomes of an accepted message. Only `delivered` and `complaint` reach a mailbox.
FATES = ("delivered", "complaint", "bounce", "soft bounce", "suppressed", "rejected", "unrendered", "lost")
_IN_A_MAILBOX = frozenset({"delivered", "complaint"})
_SIMULATED = {
    "success": "delivered",
    "ooto": "delivered",
    "bounce": "bounce",
    "complaint": "complaint",
    "suppressionlist": "suppressed",
}

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What one call says to everybody: templates to fill, or a text that stands already."""

    sender: str
    reply_to: tuple[str, ...]
    configuration_set: str
    subject: Template
    text: Template | None
    html: Template | None
    raw: bytes = b""
    #: Templated mail is rendered later: its Send event knows no subject.
    templated: bool = False
    #: Every slot of the three.
    names: frozenset[str] = frozenset()


@dataclass(slots=True)  # not frozen: made once for every recipient, and freezing doubles the cost
class Mail:
    """One accepted message to one address. Rendered only when somebody looks."""

    message_id: str
    address: str
    #: Seconds since the epoch, by the double's clock.
    accepted_at: float
    content: Content
    values: Mapping[str, Any]
    headers: Pairs
    tags: Pairs
    fate: str
    #: The slot that nobody filled.
    missing: str = ""

    @property
    def in_a_mailbox(self) -> bool:
        return self.fate in _IN_A_MAILBOX

    def shown(self) -> dict[str, Any]:
        """As the addressee would read it, and how it came."""
        content = self.content
        written = _written(content) if content.raw else self._filled()
        return {
            **written,
            "message_id": self.message_id,
            "to": self.address,
            "from": content.sender,
            "reply_to": list(content.reply_to),
            "tags": dict(self.tags),
            "configuration_set": content.configuration_set,
            "accepted_at": self.accepted_at,
            "fate": self.fate,
        }

    def _filled(self) -> dict[str, Any]:
        content = self.content
        parts = {"subject": content.subject, "text": content.text, "html": content.html}
        readable = self.fate != "unrendered"
        filled = {
            name: part.filled(self.values) if part and readable else None for name, part in parts.items()
        }
        return {**filled, "headers": [list(pair) for pair in self.headers]}


def _written(content: Content) -> dict[str, Any]:
    message = message_from_bytes(content.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    return {
        "subject": message["Subject"],
        "text": text.get_content() if text else None,
        "html": html.get_content() if html else None,
        "headers": [[name, str(value)] for name, value in message.items()],
    }


class Mailboxes:
    """Every accepted message. Addresses that differ only in case are one mailbox."""

    def __init__(self, serial: int = 0) -> None:
        self.mails: list[Mail] = []
        #: Lower-case address -> messages.
        self.accepted = defaultdict[str, int](int)
        self.delivered = defaultdict[str, int](int)
        #: One pair a call that accepted something: when (seconds since the epoch), and how many.
        self.moments: list[tuple[float, int]] = []
        #: Of the last message id.
        self.serial = serial

    def new_id(self) -> str:
        """A message id; never the same twice in the life of the process."""
        self.serial += 1
        return f"0101{self.serial:012x}-00000000-0000-4000-8000-{self.serial:012x}-000000"

    def take(self, mails: Iterable[Mail], *, keep_all: bool) -> None:
        """Put away what one call accepted."""
        count, moment = 0, 0.0
        for mail in mails:
            key = mail.address.lower()
            self.accepted[key] += 1
            if mail.in_a_mailbox:
                self.delivered[key] += 1
            count, moment = count + 1, mail.accepted_at
            if keep_all:
                self.mails.append(mail)
        if count:
            self.moments.append((moment, count))

    def of(self, address: str) -> Iterator[Mail]:
        """What one address finds in its mailbox, oldest first."""
        key = address.lower()
        return (mail for mail in self.mails if mail.address.lower() == key and mail.in_a_mailbox)


def fate_of(address: str, fates: Iterable[Mapping[str, str]]) -> str:
    """What becomes of mail to this address: the mailbox simulator's rules, then the script."""
    local, _, host = address.lower().rpartition("@")
    if host == SIMULATOR:
        return _SIMULATED.get(local.partition("+")[0], "bounce")
    return next((one["fate"] for one in fates if fnmatchcase(address.lower(), one["address"])), "delivered")
