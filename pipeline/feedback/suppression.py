"""The suppression list that events make: addresses that bounced for good or complained, of all campaigns.

Events name a recipient by a tag, so the address comes from the audience as it was frozen: it is the one that
the mail was sent to, also where a forwarder reports another one.
"""

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from pipeline.archive.store import Archive
from pipeline.audience.frozen import FrozenAudience
from pipeline.errors import PipelineError
from pipeline.feedback.extract import Suppressing
from pipeline.feedback.kept import Kept
from pipeline.ledger.entry import Revision
from pipeline.ledger.store import Ledger
from pipeline.models.recipient import Recipient
from pipeline.render.message import recipient_tag

#: Recipients that are looked through at once: those of one object of the archive.
_PIECE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address that is to get no more mail, why, and after which campaign."""

    address: str
    why: Suppressing
    campaign: str


def suppressed(ledger: Ledger, archive: Archive, kept: Kept) -> tuple[Suppressed, ...]:
    """Everybody of whom an event says so, once, sorted by address; a complaint counts more than a bounce.

    Raises PipelineError when the archive cannot be read or lacks an audience.
    """
    found: dict[str, Suppressed] = {}
    for campaign in ledger.campaigns():
        for address, why in _known_of(campaign, ledger.revisions(campaign), archive, kept):
            known = found.get(address.lower())
            if known is None or (known.why, why) == (Suppressing.BOUNCED, Suppressing.COMPLAINED):
                found[address.lower()] = Suppressed(address, why, campaign)
    return tuple(found[key] for key in sorted(found))


def _known_of(
    campaign: str, revisions: Sequence[Revision], archive: Archive, kept: Kept
) -> Iterator[tuple[str, Suppressing]]:
    """Of one campaign. Kept in the archive: its audiences are read again when more has been heard, only."""
    state = "\n".join([kept.state(campaign), *(revision.audience for revision in revisions)])
    key = f"suppression/{campaign}/{hashlib.sha256(state.encode()).hexdigest()}.json"
    if not archive.exists(key):
        archive.create(key, orjson.dumps(list(_read_of(campaign, revisions, archive, kept))))
    yield from ((address, Suppressing(why)) for address, why in orjson.loads(archive.read(key)))


def _read_of(
    campaign: str, revisions: Sequence[Revision], archive: Archive, kept: Kept
) -> Iterator[tuple[str, Suppressing]]:
    said = kept.suppressing(campaign)
    for revision in revisions:
        if people := said.get(revision.number):
            yield from _addresses(FrozenAudience.open(archive, campaign, revision.audience), people)


def _addresses(
    audience: FrozenAudience, people: Mapping[str, Suppressing]
) -> Iterator[tuple[str, Suppressing]]:
    """Of the people with these tags; a tag that nobody of the audience has is left out."""
    left = dict(people)
    for row in _rows(audience):
        if not left:
            return
        if why := left.pop(recipient_tag(audience.campaign, row.id), None):
            yield row.address, why


def _rows(audience: FrozenAudience) -> Iterator[Recipient]:
    for start in range(0, audience.count, _PIECE):
        yield from audience.recipients(start, min(start + _PIECE, audience.count))


def write(path: Path, listed: tuple[Suppressed, ...]) -> None:
    """Put the list at `path`, as `suppression` of the policy reads it: whole, or the one before stays.

    For the eyes of its owner alone. Raises PipelineError when it cannot be written.
    """
    try:
        number, unfinished = tempfile.mkstemp(prefix=".postmerge-", dir=path.parent)
        try:
            with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
                lines = csv.writer(file, lineterminator="\n")
                lines.writerow(("email", "why", "campaign"))
                lines.writerows((one.address, one.why, one.campaign) for one in listed)
                file.flush()
                os.fsync(file.fileno())
            Path(unfinished).replace(path)
        finally:
            Path(unfinished).unlink(missing_ok=True)
    except OSError as error:
        raise PipelineError(
            f"{path} cannot be written: {error.strerror}.", "What stood there before stays as it is."
        ) from error
