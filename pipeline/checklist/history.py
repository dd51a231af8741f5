"""The ledger's revisions, and whom they reached, as rules see them."""

from pipeline.archive.store import Archive
from pipeline.audience.frozen import FrozenAudience
from pipeline.checklist.draft import Earlier
from pipeline.ledger.entry import Revision
from pipeline.ledger.store import Ledger

#: Recipients that are read from the archive at once: one piece of it.
_PIECE = 5_000


def history_of(ledger: Ledger, archive: Archive) -> tuple[Earlier, ...]:
    """Every revision of every campaign, newest first. Raises PipelineError when the ledger is unreadable."""
    revisions = [each for campaign in ledger.campaigns() for each in ledger.revisions(campaign)]
    return tuple(
        _earlier(ledger, archive, each)
        for each in sorted(revisions, key=lambda each: each.opened_at, reverse=True)
    )


def _earlier(ledger: Ledger, archive: Archive, revision: Revision) -> Earlier:
    return Earlier(
        campaign=revision.campaign,
        segment=revision.segment,
        at=revision.opened_at,
        recipients=revision.recipients,
        reached=lambda: _reached(ledger, archive, revision),
    )


def _reached(ledger: Ledger, archive: Archive, revision: Revision) -> frozenset[str]:
    """Ids of everybody who was reserved and is not known to have been left out."""
    positions = set(ledger.reserved_positions(revision))
    if not positions:
        return frozenset()
    frozen = FrozenAudience.open(archive, revision.campaign, revision.audience)
    return frozenset(
        recipient.id
        for start in range(0, frozen.count, _PIECE)
        for position, recipient in enumerate(
            frozen.recipients(start, min(start + _PIECE, frozen.count)), start
        )
        if position in positions
    )
