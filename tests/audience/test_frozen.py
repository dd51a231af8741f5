"""What the sender reads is what was frozen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.archive.folder import FolderArchive
from pipeline.audience.duckdb import DuckDbContacts
from pipeline.audience.frozen import FrozenAudience, freeze
from pipeline.errors import PipelineError
from pipeline.models.recipient import Reason
from tests.audience.people import person, rule

Write = Callable[..., str]


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path / "archive")


@pytest.fixture
def frozen(write: Write, contacts: DuckDbContacts, archive: FolderArchive) -> FrozenAudience:
    write("members.csv", [*(person(number) for number in range(230)), person(1000, email="no"), person(1)])
    with contacts.resolve(rule(columns=("prefecture", "branch"))) as resolution:
        return freeze(archive, resolution, "winter-sale", "abc123", piece_rows=50)


def test_the_counts_and_the_exclusions_are_kept(frozen: FrozenAudience) -> None:
    assert (frozen.count, frozen.campaign, frozen.revision) == (230, "winter-sale", "abc123")
    assert frozen.excluded == {Reason.INVALID_ADDRESS: 1, Reason.DUPLICATE_ID: 1}
    assert [(each.row, each.reason.value) for each in frozen.exclusions()] == [
        ("m1000", "invalid-address"), ("m1", "duplicate-id"),
    ]  # fmt: skip
    assert frozen.columns == ("prefecture", "branch")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(places=st.tuples(st.integers(0, 230), st.integers(0, 230)).map(sorted))
def test_any_stretch_of_it_is_that_stretch(frozen: FrozenAudience, places: list[int]) -> None:
    start, end = places
    whole = frozen.recipients(0, frozen.count)
    assert len({recipient.seal for recipient in whole}) == 230
    assert frozen.recipients(start, end) == whole[start:end]


def test_it_is_the_resolution_in_the_resolutions_order(
    frozen: FrozenAudience, contacts: DuckDbContacts
) -> None:
    with contacts.resolve(rule(columns=("prefecture", "branch"))) as resolution:
        assert frozen.recipients(0, 230) == tuple(row for rows in resolution.rows() for row in rows)


def test_freezing_the_same_again_writes_nothing_and_has_the_same_digest(
    frozen: FrozenAudience, contacts: DuckDbContacts, archive: FolderArchive
) -> None:
    before = list(archive.keys(""))
    with contacts.resolve(rule(columns=("prefecture", "branch"))) as resolution:
        again = freeze(archive, resolution, "winter-sale", "abc123", piece_rows=50)
    assert again.digest == frozen.digest
    assert list(archive.keys("")) == before


def test_another_audience_has_another_digest(
    frozen: FrozenAudience, contacts: DuckDbContacts, archive: FolderArchive
) -> None:
    with contacts.resolve(rule(columns=("prefecture",))) as resolution:
        assert freeze(archive, resolution, "winter-sale", "abc123", piece_rows=50).digest != frozen.digest


def test_an_empty_audience_is_one(write: Write, contacts: DuckDbContacts, archive: FolderArchive) -> None:
    write("members.csv", [])
    with contacts.resolve(rule()) as resolution:
        empty = freeze(archive, resolution, "winter-sale", "abc123")
    assert (empty.count, empty.recipients(0, 0), list(empty.exclusions())) == (0, (), [])


def test_a_damaged_piece_is_never_sent_from(
    frozen: FrozenAudience, archive: FolderArchive, tmp_path: Path
) -> None:
    opened = FrozenAudience.open(archive, "winter-sale", frozen.digest)
    address = frozen.recipients(0, 1)[0].address
    for path in (tmp_path / "archive").rglob("*.jsonl"):
        path.write_bytes(path.read_bytes().replace(address.encode(), b"evil@mail.example"))
    with pytest.raises(PipelineError, match="damaged"):
        opened.recipients(0, 50)


def test_a_damaged_or_missing_manifest_is_told(
    frozen: FrozenAudience, archive: FolderArchive, tmp_path: Path
) -> None:
    with pytest.raises(PipelineError, match="has no"):
        FrozenAudience.open(archive, "winter-sale", "0" * 64)
    manifest = next((tmp_path / "archive").rglob("manifest.json"))
    manifest.write_bytes(manifest.read_bytes().replace(b"230", b"999"))
    with pytest.raises(PipelineError, match="damaged"):
        FrozenAudience.open(archive, "winter-sale", frozen.digest)


def test_positions_outside_are_a_bug(frozen: FrozenAudience) -> None:
    with pytest.raises(AssertionError):
        frozen.recipients(0, 231)
