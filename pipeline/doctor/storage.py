"""What must be true of ledger and archive; each kind says what it can."""

from collections.abc import Callable, Iterator
from typing import Final, Protocol, runtime_checkable

from pipeline.archive.store import Archive
from pipeline.doctor.line import Line, State, asked, judged
from pipeline.ledger.store import Ledger

#: The same object every time: the archive takes it once, and nothing that is there is touched.
_TRIED: Final = (
    "doctor/tried.txt",
    b"Written by postmerge doctor, to see whether the archive can be written.\n",
)


@runtime_checkable
class SharedLedger(Protocol):
    """What a ledger at AWS can say about itself beside the port."""

    def point_in_time_recovery_enabled(self) -> bool:
        """Whether it can be brought back as it was at any moment of the last weeks."""
        ...

    def try_writing(self) -> None:
        """Ask for a write that changes nothing. Raises PipelineError when it is not allowed."""
        ...


@runtime_checkable
class SharedArchive(Protocol):
    """What an archive at AWS can say about itself beside the port."""

    def versioning_enabled(self) -> bool:
        """Whether it keeps what is deleted or put over."""
        ...


def ledger_lines(opened: Callable[[], Ledger]) -> Iterator[Line]:
    """`opened` opens the ledger for reading; the caller closes it."""
    yield from asked("ledger", opened, _about_ledger)


def _about_ledger(ledger: Ledger) -> Iterator[Line]:
    known = len(ledger.campaigns())
    yield Line("ledger", State.FINE, f"readable, and of this repository; knows {known:,} campaigns")
    if isinstance(ledger, SharedLedger):
        yield from asked("ledger, rights", ledger.try_writing, _writable)
        yield from asked("ledger, recovery", ledger.point_in_time_recovery_enabled, _recovery)


def _writable(_: None) -> Iterator[Line]:
    yield Line("ledger, rights", State.FINE, "may be written")


def _recovery(enabled: bool) -> Iterator[Line]:  # noqa: FBT001 a fact is passed on as it is
    yield judged(
        "ledger, recovery",
        "can be brought back to any second of the last weeks",
        fine=enabled,
        otherwise="point-in-time recovery is off: a table that is lost has forgotten who has the mail",
        remedy="Switch it on: aws dynamodb update-continuous-backups (see infra/postmerge.json).",
    )


def archive_lines(archive: Archive) -> Iterator[Line]:
    """Reading, writing one small object of our own, and what protects the rest."""
    key, data = _TRIED
    yield from asked("archive", lambda: (archive.create(key, data), archive.read(key)), _kept)
    if isinstance(archive, SharedArchive):
        yield from asked("archive, versions", archive.versioning_enabled, _versions)


def _kept(_: object) -> Iterator[Line]:
    yield Line("archive", State.FINE, "can be written and read")


def _versions(enabled: bool) -> Iterator[Line]:  # noqa: FBT001 a fact is passed on as it is
    yield judged(
        "archive, versions",
        "kept",
        fine=enabled,
        otherwise="versioning is off: what somebody deletes is gone, and deliveries under way cannot go on",
        remedy="Switch versioning on for the bucket (see infra/postmerge.json).",
    )


def planned(ledger: Ledger) -> int:
    """How many recipients the campaigns on the way still have to reach, as far as the ledger knows."""
    return sum(_left(ledger, campaign) for campaign in ledger.campaigns())


def _left(ledger: Ledger, campaign: str) -> int:
    revisions = ledger.revisions(campaign)
    if revisions:
        return 0 if ledger.has_ended(campaign, revisions[-1].number) else ledger.account(campaign).held
    orders = ledger.orders(campaign)
    return orders[-1].recipients if orders else 0
