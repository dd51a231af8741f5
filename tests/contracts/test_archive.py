"""What every archive promises. A new implementation adds itself to `PARAMETERS` and to nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.archive.folder import FolderArchive
from pipeline.archive.s3 import S3Archive
from pipeline.archive.store import Archive
from pipeline.errors import PipelineError
from tests.cloud import BUCKET, REGION, make_bucket


def _s3(_: Path) -> Archive:
    make_bucket()
    return S3Archive(BUCKET, region=REGION)


PARAMETERS: dict[str, Callable[[Path], Archive]] = {
    "folder": lambda path: FolderArchive(path / "archive"),
    "s3": _s3,
}


@pytest.fixture(params=sorted(PARAMETERS))
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    return PARAMETERS[request.param](tmp_path)


def test_what_was_written_can_be_read(archive: Archive) -> None:
    assert archive.create("audiences/sale/one.json", b"\x00data") is True
    assert archive.read("audiences/sale/one.json") == b"\x00data"
    assert archive.exists("audiences/sale/one.json")


def test_writing_the_same_again_changes_nothing_and_is_told(archive: Archive) -> None:
    archive.create("a/b", b"same")
    assert archive.create("a/b", b"same") is False


def test_other_bytes_under_the_same_key_are_refused_and_the_first_stay(archive: Archive) -> None:
    archive.create("a/b", b"first")
    with pytest.raises(PipelineError, match="something else under a/b"):
        archive.create("a/b", b"second")
    assert archive.read("a/b") == b"first"


def test_an_empty_object_is_an_object(archive: Archive) -> None:
    archive.create("a/empty", b"")
    assert archive.exists("a/empty")
    assert archive.read("a/empty") == b""


def test_a_missing_object_is_named(archive: Archive) -> None:
    assert not archive.exists("a/none")
    with pytest.raises(PipelineError, match="a/none"):
        archive.read("a/none")


def test_the_middle_of_a_key_is_no_object(archive: Archive) -> None:
    archive.create("a/b/c", b"x")
    assert not archive.exists("a/b")
    with pytest.raises(PipelineError):
        archive.read("a/b")


def test_keys_are_found_by_their_beginning_in_order(archive: Archive) -> None:
    for key in ("events/10", "events/2", "events.old", "events/2/deep", "other/1", "events-1"):
        if key != "events/2":
            archive.create(key, key.encode())
    assert list(archive.keys("events")) == ["events-1", "events.old", "events/10", "events/2/deep"]
    assert list(archive.keys("events/")) == ["events/10", "events/2/deep"]
    assert list(archive.keys("events/1")) == ["events/10"]
    assert list(archive.keys("nothing/here/")) == []
    assert len(list(archive.keys(""))) == 5


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", "../a", "a/../b", "a b", "a~b", "名", "a\n"])
def test_a_key_that_could_lead_astray_is_a_bug(archive: Archive, key: str) -> None:
    with pytest.raises(AssertionError):
        archive.create(key, b"x")
    with pytest.raises(AssertionError):
        archive.read(key)


def test_of_many_who_create_at_once_exactly_one_writes(archive: Archive) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            key = f"race/{number}"
            wrote = list(pool.map(lambda _, key=key: archive.create(key, b"x" * 1000), range(8)))
            assert wrote.count(True) == 1
