"""Marks in the archive of how far a wave has come: by them an old copy of the ledger is noticed."""

from pipeline.delivery.world import World
from pipeline.errors import PipelineError
from pipeline.ledger.entry import Revision, WaveRecord


def mark(world: World, revision: Revision) -> None:
    """Remember how many are reserved and accepted by now: in a ledger that is whole these never fall."""
    for record in world.ledger.waves(revision).values():
        world.archive.create(_key(revision, record), b"{}")


def assert_no_old_copy(world: World, revision: Revision) -> None:
    """Raise PipelineError when the archive has seen more of a wave than the ledger knows."""
    # The marks first: another sender may go on in between, and a mark is never ahead of the ledger.
    marks = [key.rpartition("/")[2] for key in world.archive.keys(_prefix(revision))]
    waves = world.ledger.waves(revision)
    for wave, reserved, accepted in (map(int, name.split("-")) for name in marks):
        known = waves.get(wave)
        if known is None or known.reserved < reserved or known.accepted < accepted:
            raise PipelineError(
                f"The archive knows that {reserved:,} of wave {wave} of {revision.campaign} were reserved, "
                f"the ledger knows of {known.reserved if known else 0:,}: it is an old copy.",
                "Bring the newest ledger back. By this one some people would get the mail twice, so nothing "
                "is sent.",
            )


def _prefix(revision: Revision) -> str:
    return f"progress/{revision.campaign}/{revision.number:04d}/"


def _key(revision: Revision, record: WaveRecord) -> str:
    return f"{_prefix(revision)}{record.wave:02d}-{record.reserved:09d}-{record.accepted:09d}"
