"""Who is on the list that events make: by the address that the mail was sent to, once, under the worst."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.archive.folder import FolderArchive
from pipeline.audience.frozen import freeze
from pipeline.errors import PipelineError
from pipeline.feedback.event import Event, event_of
from pipeline.feedback.extract import Suppressing
from pipeline.feedback.kept import Kept
from pipeline.feedback.suppression import Suppressed, suppressed
from pipeline.ledger.entry import BatchId
from pipeline.models.recipient import Recipient
from tests.feedback.reports import event


@dataclass
class People:
    """A resolution of these rows."""

    people: Sequence[Recipient]
    excluded: dict[Any, int] = field(default_factory=dict)

    @property
    def recipients(self) -> int:
        return len(self.people)

    def rows(self) -> Iterator[Sequence[Recipient]]:
        yield self.people

    def exclusions(self) -> Iterator[Sequence[Any]]:
        return iter(())

    def columns(self) -> tuple[str, ...]:
        return ()


@dataclass
class Books:
    """A ledger that knows these revisions, and the archive behind it."""

    archive: FolderArchive
    told: dict[str, list[Any]] = field(default_factory=dict)

    def send(self, campaign: str, **people: str) -> None:
        """A revision more: an id of the contacts and its address."""
        rows = [Recipient(id_, address, {}) for id_, address in people.items()]
        frozen = freeze(self.archive, People(rows), campaign, "c0ffee", piece_rows=50)  # type: ignore[arg-type]
        revisions = self.told.setdefault(campaign, [])
        revisions.append(SimpleNamespace(number=len(revisions) + 1, audience=frozen.digest))

    def hear(self, kind: str, campaign: str, revision: int, person: str, bounce: str = "Permanent") -> None:
        """One page with one event."""
        read = event_of(event(kind, BatchId(campaign, revision, 1, 1), person, bounce=bounce))
        assert isinstance(read, Event)
        Kept(self.archive).keep(campaign, [read], [f"{kind} {revision} {person}\n".encode()])

    def campaigns(self) -> tuple[str, ...]:
        return tuple(sorted(self.told))

    def revisions(self, campaign: str) -> tuple[Any, ...]:
        return tuple(self.told[campaign])

    def listed(self) -> list[Suppressed]:
        return list(suppressed(self, self.archive, Kept(self.archive)))  # type: ignore[arg-type]


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(FolderArchive(tmp_path))


def test_the_same_address_in_two_campaigns_stands_there_once_under_the_complaint(books: Books) -> None:
    for campaign, address in (
        ("a", "Ann@home.example"),
        ("b", "ann@home.example"),
        ("c", "ann@home.example"),
    ):
        books.send(campaign, m1=address, m2="bob@home.example")
    books.hear("Bounce", "a", 1, "m1")
    books.hear("Complaint", "b", 1, "m1")
    books.hear("Bounce", "c", 1, "m1")
    books.hear("Bounce", "c", 1, "m2")
    books.hear("Bounce", "b", 1, "m2")
    assert books.listed() == [
        Suppressed("ann@home.example", Suppressing.COMPLAINED, "b"),
        Suppressed("bob@home.example", Suppressing.BOUNCED, "b"),
    ]


@pytest.mark.parametrize("kinds", [["Bounce", "Complaint"], ["Complaint", "Bounce"]])
def test_a_complaint_counts_more_than_a_bounce_in_whatever_order_they_come(
    books: Books, kinds: list[str]
) -> None:
    books.send("a", m1="ann@home.example")
    for kind in kinds:
        books.hear(kind, "a", 1, "m1")
    assert [one.why for one in books.listed()] == [Suppressing.COMPLAINED]


def test_the_address_is_the_one_of_the_revision_that_bounced(books: Books) -> None:
    books.send("a", m1="old@home.example", m2="bob@home.example")
    books.send("a", m1="new@home.example", m3="cy@home.example")
    books.hear("Bounce", "a", 1, "m1")
    assert [one.address for one in books.listed()] == ["old@home.example"]
    books.hear("Bounce", "a", 2, "m1")
    assert [one.address for one in books.listed()] == ["new@home.example", "old@home.example"]


def test_only_what_is_final_puts_somebody_on_the_list(books: Books) -> None:
    books.send("a", m1="ann@home.example")
    for kind in ("Send", "Delivery", "Open", "Click", "DeliveryDelay", "Reject", "Rendering Failure"):
        books.hear(kind, "a", 1, "m1")
    books.hear("Bounce", "a", 1, "m1", bounce="Transient")
    books.hear("Bounce", "a", 1, "nobody of this audience")
    assert books.listed() == []


def test_an_audience_that_the_archive_has_lost_makes_no_shorter_list(books: Books, tmp_path: Path) -> None:
    books.send("a", m1="ann@home.example")
    books.send("b", m1="bob@home.example")
    for campaign in ("a", "b"):
        books.hear("Bounce", campaign, 1, "m1")
    for file in (tmp_path / "audiences/b").rglob("*.jsonl"):
        file.unlink()
    with pytest.raises(PipelineError):
        books.listed()


def test_the_audience_of_a_campaign_is_read_again_only_when_more_was_heard_of_it(
    books: Books, tmp_path: Path
) -> None:
    books.send("a", m1="ann@home.example", m2="bob@home.example")
    books.hear("Bounce", "a", 1, "m1")
    before = books.listed()
    audience = tmp_path / "audiences"
    audience.rename(tmp_path / "elsewhere")
    assert books.listed() == before
    books.hear("Complaint", "a", 1, "m2")
    with pytest.raises(PipelineError):
        books.listed()
    (tmp_path / "elsewhere").rename(audience)
    assert [one.why for one in books.listed()] == [Suppressing.BOUNCED, Suppressing.COMPLAINED]
