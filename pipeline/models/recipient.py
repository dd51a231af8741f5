"""One person who will get it, or will not and why."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import orjson


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
    #: A hash over id, address and merge data: compared at the last step before a message leaves. Made once,
    #: with the row; whoever renders a row makes it anew from what he was given.
    seal: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        said = [self.id, self.address, self.fields]
        try:
            row = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            row = json.dumps(said, sort_keys=True).encode()  # half a character, which orjson does not take
        object.__setattr__(self, "seal", hashlib.sha256(row).hexdigest()[:32])


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One row that gets nothing. `row` is the row's id in the source, or `#n` where it has none."""

    row: str
    reason: Reason
