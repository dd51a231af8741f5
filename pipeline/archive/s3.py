"""An archive in an S3 bucket."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final

from botocore.exceptions import (
    ClientError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)

from pipeline.archive.store import checked
from pipeline.aws import code_of, patient_client, told
from pipeline.clock import SystemClock
from pipeline.errors import PipelineError

_REMEDY: Final = (
    "Look at targets.<name>.archive.s3 in policy.yaml and at the region. "
    "Make the bucket as infra/postmerge.json says."
)
_REASONS: Final = {
    "NoSuchBucket": ("does not exist", _REMEDY),
    "PermanentRedirect": ("is in another region", _REMEDY),
    "IllegalLocationConstraintException": ("is in another region", _REMEDY),
}
_TAKEN: Final = "PreconditionFailed"
#: Somebody else is writing the same key at this moment (https://docs.aws.amazon.com/AmazonS3/latest/userguide/
#: conditional-writes.html): neither written nor taken, so it is asked again.
_CONFLICT: Final = "ConditionalRequestConflict"
_TRIES: Final = 8
_PAUSE: Final = timedelta(seconds=0.05)
#: The bytes did not arrive, or not all, or others.
_CUT: Final = (IncompleteReadError, FlexibleChecksumError, HTTPClientError)


class S3Archive:
    """Objects in a bucket of their own; encrypted and kept in versions as the bucket says."""

    def __init__(self, bucket: str, *, region: str | None) -> None:
        self._bucket = bucket
        self._subject = f"The archive bucket {bucket}"
        self._client = patient_client("s3", region)
        self._clock = SystemClock()

    def create(self, key: str, data: bytes) -> bool:
        """Ask S3 to write only if nothing is there.

        A write whose answer was lost is repeated by the client and then refused because of itself: the same
        bytes after a repetition are ours.
        """
        for number in range(1, _TRIES + 1):
            refused = self._put(checked(key), data)
            if refused is None:
                return True
            if code_of(refused) == _TAKEN:
                self._assert_same(key, data)
                return bool(refused.response["ResponseMetadata"].get("RetryAttempts", 0))
            self._clock.sleep(_PAUSE * number)
        raise PipelineError(
            f"{self._subject} could not write {key}: others are writing it all the time.",
            "Two senders may be using one archive. Wait a minute and run it again.",
        )

    def _put(self, key: str, data: bytes) -> ClientError | None:
        """None when it was written, else the refusal."""
        with told(self._subject, _REASONS):
            try:
                self._client.put_object(Bucket=self._bucket, Key=key, Body=data, IfNoneMatch="*")
            except ClientError as error:
                if code_of(error) not in {_TAKEN, _CONFLICT}:
                    raise
                return error
        return None

    def _assert_same(self, key: str, data: bytes) -> None:
        if self.read(key) != data:
            raise PipelineError(
                f"The archive already holds something else under {key}.",
                "Nothing was replaced. Two senders may be using one archive, or an object was put by hand.",
            )

    def read(self, key: str) -> bytes:
        """The object's bytes, held against the checksum that S3 keeps; asked for again when they were cut."""
        with told(self._subject, _REASONS):
            for _ in range(_TRIES - 1):
                try:
                    return self._read_once(checked(key))
                except _CUT:
                    continue
            return self._read_once(key)

    def _read_once(self, key: str) -> bytes:
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                raise PipelineError(
                    f"{self._subject} has no {key}.",
                    "Check that the target's archive is the one that was used before; an object that was "
                    "deleted can be brought back from the versions of the bucket.",
                ) from error
            raise
        # Not `with answer["Body"]`: that hands out the raw stream, which compares nothing.
        with closing(answer["Body"]) as body:
            data = body.read()
        assert isinstance(data, bytes), "a body is made of bytes"
        return data

    def exists(self, key: str) -> bool:
        """Tell whether there is an object.

        By the list, not by HEAD: a HEAD answers 404 for a missing bucket as well.
        """
        return next(self.keys(checked(key)), None) == key

    def keys(self, prefix: str) -> Iterator[str]:
        """As S3 lists them: in the order of their bytes."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        with told(self._subject, _REASONS):
            for page in pages:
                yield from (found["Key"] for found in page.get("Contents", ()))

    def versioning_enabled(self) -> bool:
        """Whether the bucket keeps what is deleted or put over."""
        with told(self._subject, _REASONS):
            answer = self._client.get_bucket_versioning(Bucket=self._bucket)
        return bool(answer.get("Status") == "Enabled")
