"""One person who will get it, or will not and why."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a person gets nothing. The value is what reports and files say."""

    #: The address breaks the rules of addresses.
    INVALID_ADDRESS = "invalid-address"
    #: The row has no id, so the ledger could not remember it.
    MISSING_ID = "missing-id"
    #: The same id stands in an earlier row.
    DUPLICATE_ID = "duplicate-id"
    #: The same address, after normalising, stands in another row.
    DUPLICATE_ADDRESS = "duplicate-address"
    UNSUBSCRIBED = "unsubscribed"
    #: On a suppression list of the policy other than the unsubscribed.
    SUPPRESSED = "suppressed"
    NO_CONSENT = "no-consent"
    #: A member of a segment that this segment excludes.
    EXCLUDED_SEGMENT = "excluded-segment"
    #: Reserved by an earlier revision of the same campaign.
    ALREADY_HAD_IT = "already-had-it"
    #: Found when the batch was sent: the row is gone from the contact source.
    GONE = "gone"
    #: Found when the batch was sent: the address in the source is another one now.
    ADDRESS_CHANGED = "address-changed"


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of a frozen audience: address and merge data, never apart.

    `id` is the contact source's id, `address` is normalised, `fields` are the segment's columns as text
    (an absent value is the empty string).
    """

    id: str
    address: str
    fields: Mapping[str, str]

    @property
    def seal(self) -> str:
        """A hash over id, address and merge data: compared at the last step before a message leaves."""
        row = json.dumps([self.id, self.address, sorted(self.fields.items())], ensure_ascii=False)
        return hashlib.sha256(row.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One row that gets nothing. `row` is the row's id in the source, or `#n` where it has none."""

    row: str
    reason: Reason
