"""Who may still get it: judged for a whole source at once, asked for fifty recipients at a time."""
# ruff: noqa: S608 every name is our own

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Protocol, Self

from pipeline.audience.database import Database, text
from pipeline.models.recipient import Reason, Recipient

#: Bytes of a hash: at 128 bits two of a billion people never share one.
_WIDTH = 16
_BETWEEN = "\x1f"


class ClosableDatabase(Database, Protocol):
    """A database that this module owns from now on."""

    def close(self) -> None:
        """Forget everything."""
        ...


class JudgedStanding:
    """Sorted hashes of everybody who may get it; only for the others the database is asked why.

    `picked`(row, id, consent) and `cleaned`(row, address) are every row of the source; `bars` are the
    branches of `selection.barred`.
    """

    def __init__(self, database: ClosableDatabase, picked: str, cleaned: str, bars: str) -> None:
        self._database = database
        self._bars = bars
        self._lock = Lock()
        database.run(
            f"CREATE TABLE present AS SELECT id, lower(address) AS key, consent FROM {picked} "
            f"LEFT JOIN {cleaned} USING (row) WHERE id IS NOT NULL"
        )
        fine = database.rows(
            f"SELECT unhex(substr(sha256(id || {text(_BETWEEN)} || key), 1, {2 * _WIDTH})) AS hash "
            f"FROM (SELECT *, CASE {bars}END AS reason FROM present WHERE key IS NOT NULL) "
            "WHERE reason IS NULL ORDER BY hash"
        )
        self._fine = _Sorted(b"".join(hash_ for chunk in fine for (hash_,) in chunk))

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
            "WITH mine AS (SELECT id, key, bool_or(consent) AS consent FROM present "
            "WHERE id IN (SELECT id FROM suspects) GROUP BY id, key) "
            f"SELECT id, CASE {self._bars}WHEN id NOT IN (SELECT id FROM mine) THEN {text(Reason.GONE)} "
            f"ELSE {text(Reason.ADDRESS_CHANGED)} END "
            "FROM suspects LEFT JOIN mine USING (id, key)"
        )
        return {id_: Reason(reason) for chunk in answer for id_, reason in chunk}


class _Sorted:
    """Hashes of one width, one behind the other."""

    def __init__(self, hashes: bytes) -> None:
        self._hashes = hashes

    def __len__(self) -> int:
        return len(self._hashes) // _WIDTH

    def __getitem__(self, index: int) -> bytes:
        return self._hashes[index * _WIDTH : (index + 1) * _WIDTH]

    def __contains__(self, hash_: bytes) -> bool:
        place = bisect_left(self, hash_)
        return self[place] == hash_


def _hash(recipient: Recipient) -> bytes:
    person = f"{recipient.id}{_BETWEEN}{recipient.address.lower()}"
    return hashlib.sha256(person.encode()).digest()[:_WIDTH]
