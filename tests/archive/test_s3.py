"""The archive in S3: answers that are lost, writes that meet, and buckets that are not there."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from pipeline.archive.s3 import S3Archive
from pipeline.clock import ManualClock
from pipeline.errors import PipelineError
from tests.cloud import BUCKET, REGION, LostAnswers, Replies, admin, cloud, make_bucket
from tests.ledger.books import minute


@pytest.fixture(autouse=True)
def _cloud() -> Iterator[None]:
    """An account with the bucket; the client does not wait between its tries."""
    with cloud(), mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None)):
        make_bucket()
        yield


@pytest.fixture
def archive() -> S3Archive:
    return _open()


def _open(bucket: str = BUCKET) -> S3Archive:
    archive = S3Archive(bucket, region=REGION)
    archive._clock = ManualClock(minute(0))  # type: ignore[assignment]
    return archive


def _client(archive: S3Archive) -> Any:
    return archive._client


def _error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()


def test_an_object_whose_answer_was_lost_was_written_by_us(archive: S3Archive) -> None:
    lost = LostAnswers(_client(archive), "PutObject")
    assert archive.create("a/b", b"data") is True
    assert lost.seen == 2
    assert archive.create("a/b", b"data") is False


def test_an_object_of_somebody_else_is_not_taken_for_ours_when_an_answer_was_lost(archive: S3Archive) -> None:
    _open().create("a/b", b"theirs")
    LostAnswers(_client(archive), "PutObject")
    with pytest.raises(PipelineError, match="something else under a/b"):
        archive.create("a/b", b"ours")
    assert archive.read("a/b") == b"theirs"


def test_two_who_write_at_the_same_moment_are_told_apart(archive: S3Archive) -> None:
    replies = Replies(_client(archive), "PutObject", 409, _error("ConditionalRequestConflict"), times=3)
    assert archive.create("a/b", b"data") is True
    assert replies.seen == 4


def test_a_write_that_always_meets_others_is_given_up(archive: S3Archive) -> None:
    Replies(_client(archive), "PutObject", 409, _error("ConditionalRequestConflict"), times=100)
    with pytest.raises(PipelineError, match="could not write a/b"):
        archive.create("a/b", b"data")
    assert not archive.exists("a/b")


def test_a_missing_bucket_is_named_and_is_no_empty_archive() -> None:
    archive = _open("other-archive")
    deeds: tuple[Callable[[], object], ...] = (
        lambda: archive.create("a", b"x"),
        lambda: archive.read("a"),
        lambda: archive.exists("a"),
        lambda: list(archive.keys("")),
        archive.versioning_enabled,
    )
    for deed in deeds:
        with pytest.raises(PipelineError, match="archive bucket other-archive does not exist") as error:
            deed()
        assert "policy.yaml" in error.value.remedy


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        ("ExpiredToken", 400, "credentials have expired"),
        ("InvalidAccessKeyId", 403, "does not know these credentials"),
        ("AccessDenied", 403, "may not be used"),
        ("SlowDown", 503, "slowed us down"),
        ("InternalError", 500, "failure at AWS"),
    ],
)
def test_a_bucket_that_cannot_be_used_says_why(archive: S3Archive, code: str, status: int, told: str) -> None:
    archive.create("a/there", b"x")
    deeds: dict[str, Callable[[], object]] = {
        "PutObject": lambda: archive.create("a/b", b"x"),
        "GetObject": lambda: archive.read("a/there"),
        "ListObjectsV2": lambda: archive.exists("a/there"),
    }
    for operation, deed in deeds.items():
        Replies(_client(archive), operation, status, _error(code), times=6)
        with pytest.raises(PipelineError, match=told) as error:
            deed()
        assert BUCKET in error.value.sentence
        assert error.value.remedy


@pytest.mark.parametrize(
    "headers", [{"content_length": "16"}, {"content_length": "4", "x_amz_checksum_crc32": "AAAAAA=="}]
)
def test_bytes_that_were_cut_or_spoilt_on_the_way_are_read_again(
    archive: S3Archive, headers: dict[str, str]
) -> None:
    archive.create("a/b", b"what was written")
    replies = Replies(_client(archive), "GetObject", 200, b"what", times=2, **headers)
    assert archive.read("a/b") == b"what was written"
    assert replies.seen == 3


def test_bytes_that_are_always_spoilt_are_not_handed_out(archive: S3Archive) -> None:
    archive.create("a/b", b"what was written")
    Replies(_client(archive), "GetObject", 200, b"what", times=100, content_length="16")
    with pytest.raises(PipelineError, match=BUCKET):
        archive.read("a/b")


def test_a_list_of_many_pages_is_read_to_the_end(archive: S3Archive) -> None:
    keys = [f"events/{number:02d}" for number in range(7)]
    for key in keys:
        archive.create(key, b"x")

    def a_little(params: dict[str, Any], **_: Any) -> None:
        params["MaxKeys"] = 2

    _client(archive).meta.events.register("provide-client-params.s3.ListObjectsV2", a_little)
    assert list(archive.keys("events/")) == keys


def test_every_write_asks_s3_not_to_replace_anything(archive: S3Archive) -> None:
    asked: list[Any] = []
    _client(archive).meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: asked.append(params.get("IfNoneMatch"))
    )
    archive.create("a/b", b"x")
    archive.create("a/b", b"x")
    assert asked == ["*", "*"]


def test_whether_the_bucket_keeps_versions_is_known(archive: S3Archive) -> None:
    assert archive.versioning_enabled() is False
    admin("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    assert archive.versioning_enabled() is True
