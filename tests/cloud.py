"""Amazon Web Services in this process, through moto: a table and a bucket as infra/postmerge.json has them."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from moto.core.models import botocore_stubber

REGION = "ap-northeast-1"
TABLE = "postmerge-ledger"
BUCKET = "postmerge-archive"
REPOSITORY = "hanamori/campaigns"

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "invented",
    "AWS_SECRET_ACCESS_KEY": "invented",
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def _properties(resource: str) -> Any:
    template = Path(__file__).parents[1] / "infra" / "postmerge.json"
    return json.loads(template.read_text("utf-8"))["Resources"][resource]["Properties"]


@contextmanager
def cloud() -> Iterator[None]:
    """An empty account, and credentials for nothing else."""
    with mock.patch.dict(os.environ, _ENVIRONMENT), mock_aws():
        yield


def make_table(name: str = TABLE, **other: Any) -> None:
    """The table of the template, if it is not there."""
    client = boto3.client("dynamodb", region_name=REGION)
    if name in client.list_tables()["TableNames"]:
        return
    properties = _properties("Ledger")
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema")
    client.create_table(TableName=name, **{word: properties[word] for word in wanted} | other)


def make_bucket(name: str = BUCKET) -> None:
    """A bucket where SES is."""
    place: Any = {"LocationConstraint": REGION}
    boto3.client("s3", region_name=REGION).create_bucket(Bucket=name, CreateBucketConfiguration=place)


class LostAnswers:
    """Lets the next calls through to AWS and loses the answers, as a network does."""

    def __init__(self, client: Any, operation: str, times: int = 1) -> None:
        self.seen = 0
        self._left = times
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"before-send.{service}.{operation}", self._lose)

    def _lose(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> None:
        self.seen += 1
        if self._left:
            self._left -= 1
            botocore_stubber(event_name, request)
            raise ReadTimeoutError(endpoint_url=request.url)
