"""Amazon Web Services in this process, through moto; a table as infra/postmerge.json has it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from unittest import mock

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

REGION = "ap-northeast-1"
TABLE = "postmerge-ledger"
BUCKET = "postmerge-archive"
QUEUE = "postmerge-events"
REPOSITORY = "hanamori/campaigns"

_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "invented",
    "AWS_SECRET_ACCESS_KEY": "invented",
    "AWS_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


#: A request that never arrives at moto.
_ANSWERED = "X-Answered"


def _properties(resource: str) -> Any:
    template = Path(__file__).parents[1] / "infra" / "postmerge.json"
    return json.loads(template.read_text("utf-8"))["Resources"][resource]["Properties"]


@contextmanager
def cloud() -> Iterator[None]:
    """An empty account, and credentials for nothing else."""
    answered, one_at_a_time = botocore_stubber.process_request, Lock()

    def process_request(request: AWSPreparedRequest) -> Any:
        # What is one step at AWS is several in moto: threads would come between.
        with one_at_a_time:
            return None if _ANSWERED in request.headers else answered(request)

    with (
        mock.patch.dict(os.environ, _ENVIRONMENT),
        mock.patch.object(botocore_stubber, "process_request", process_request),
        mock_aws(),
    ):
        yield


@cache
def admin(service: str) -> Any:
    """A client of the test's own."""
    return boto3.client(service, region_name=REGION)


def make_table(name: str = TABLE, **other: Any) -> None:
    """The table of the template, if it is not there."""
    client = admin("dynamodb")
    if name in client.list_tables()["TableNames"]:
        return
    properties = _properties("Ledger")
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema")
    client.create_table(TableName=name, **{word: properties[word] for word in wanted} | other)


def make_bucket(name: str = BUCKET) -> None:
    """A bucket where SES is."""
    place: Any = {"LocationConstraint": REGION}
    admin("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)


def make_queue(name: str = QUEUE) -> str:
    """The queue of the template, where SES is; what it is written to by."""
    properties = {word: str(value) for word, value in _properties("Events").items() if word != "QueueName"}
    return str(admin("sqs").create_queue(QueueName=name, Attributes=properties)["QueueUrl"])


def publish(url: str, *bodies: str) -> None:
    """Put texts into a queue, as SNS does with raw delivery."""
    for start in range(0, len(bodies), 10):
        entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[start : start + 10])]
        admin("sqs").send_message_batch(QueueUrl=url, Entries=entries)


class Replies:
    """Answers the next calls in the place of AWS."""

    def __init__(
        self, client: Any, operation: str, status: int, body: bytes, times: int = 1, **headers: str
    ) -> None:
        self.seen = 0
        self._answer = (status, body)
        self._headers = HTTPHeaders.from_dict(
            {name.replace("_", "-"): text for name, text in headers.items()}
        )
        self._left = times
        service = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register_first(f"before-send.{service}.{operation}", self._reply)

    def _reply(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        self.seen += 1
        if not self._left:
            return None
        self._left -= 1
        status, body = self._answer
        request.headers[_ANSWERED] = "by the test"
        return AWSResponse(request.url, status, self._headers, MockRawResponse(body))


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
