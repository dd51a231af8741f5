"""Who may still get it: judged for a whole source at once, asked for fifty recipients at a time."""
# ruff: noqa: S608 every name is our own

import hashlib
import sys
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from threading import Lock
from typing import Protocol, Self

from pipeline.audience.database import Database, text
from pipeline.models.recipient import Reason, Recipient

#: Bytes of a hash: at 128 bits two of a billion people never share one.
_WIDTH = 16
#: Two bytes: a million hashes are fifteen for each.
_BEGINNINGS = 1 << 16
_BETWEEN = "\x1f"


class ClosableDatabase(Database, Protocol):
    """A database that this module owns from now on."""

    def close(self) -> None:
        """Forget everything."""
        ...


class JudgedStanding:
    """Sorted hashes of everybody who may get it; only for the others the database is asked why.

    `present`(id, key, consent) is every row of the source; `bars` are the branches of `selection.barred`.
    """

    def __init__(self, database: ClosableDatabase, present: str, bars: str) -> None:
        self._database = database
        self._present = present
        self._bars = bars
        self._lock = Lock()
        fine = database.rows(
            f"SELECT unhex(substr(sha256(id || {text(_BETWEEN)} || key), 1, {2 * _WIDTH})) AS hash "
            f"FROM (SELECT *, CASE {bars}END AS reason FROM {present} WHERE key IS NOT NULL) "
            "WHERE reason IS NULL ORDER BY hash"
        )
        hashes = bytearray()
        for chunk in fine:  # piece by piece: a million small objects at once would be five times as much
            hashes += b"".join([hash_ for (hash_,) in chunk])
        self._fine = _Sorted(bytes(hashes))

    def reasons(self, recipients: Sequence[Recipient]) -> Mapping[str, Reason]:
        """Who of these must not get it now, by id."""
        suspects = [recipient for recipient in recipients if _hash(recipient) not in self._fine]
        if not suspects:
            return {}
        with self._lock:
            return self._why(suspects)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Forget the people."""
        self._database.close()

    def _why(self, suspects: Sequence[Recipient]) -> dict[str, Reason]:
        self._database.run("CREATE OR REPLACE TABLE suspects (id VARCHAR, key VARCHAR)")
        self._database.insert(
            "suspects",
            [recipient.id for recipient in suspects],
            [recipient.address.lower() for recipient in suspects],
        )
        answer = self._database.rows(
            "WITH mine AS (SELECT id, key, bool_or(consent) AS consent "
            f"FROM {self._present} WHERE id IN (SELECT id FROM suspects) GROUP BY id, key) "
            f"SELECT id, CASE {self._bars}WHEN id NOT IN (SELECT id FROM mine) THEN {text(Reason.GONE)} "
            f"ELSE {text(Reason.ADDRESS_CHANGED)} END "
            "FROM suspects LEFT JOIN mine USING (id, key)"
        )
        return {id_: Reason(reason) for chunk in answer for id_, reason in chunk}


class _Sorted:
    """Hashes of one width, sorted, one behind the other; those of one beginning are looked through."""

    def __init__(self, hashes: bytes) -> None:
        self._hashes = hashes
        # both bytes of every beginning side by side: counted in one go, and not one hash after the other
        beginnings = bytearray(2 * (len(hashes) // _WIDTH))
        great, small = (1, 0) if sys.byteorder == "little" else (0, 1)
        beginnings[great::2], beginnings[small::2] = hashes[0::_WIDTH], hashes[1::_WIDTH]
        counted = Counter(memoryview(beginnings).cast("H"))
        self._ends = array("Q", accumulate((_WIDTH * counted[n] for n in range(_BEGINNINGS)), initial=0))

    def __contains__(self, hash_: bytes) -> bool:
        beginning = hash_[0] << 8 | hash_[1]
        start, end = self._ends[beginning], self._ends[beginning + 1]
        place = self._hashes.find(hash_, start, end)
        # what is found across two hashes is none
        while place >= 0 and (place - start) % _WIDTH:
            place = self._hashes.find(hash_, place + 1, end)
        return place >= 0


def _hash(recipient: Recipient) -> bytes:
    person = f"{recipient.id}{_BETWEEN}{recipient.address.lower()}"
    return hashlib.sha256(person.encode()).digest()[:_WIDTH]
