"""The words of one mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Composed:
    """The words of one mail, and the row that they were made from."""

    recipient_id: str
    address: str
    seal: str
    subject: str
    html: str | None
    text: str
