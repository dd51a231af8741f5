"""The workflow that reads events, played on a queue that answers over HTTP."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from moto.core.models import botocore_stubber

from pipeline.ledger.sqlite import SqliteLedger
from tests.cloud import QUEUE, REGION, cloud, make_queue, publish
from tests.feedback.reports import body
from tests.ledger.books import CAMPAIGN, REVISION, first_batch
from tests.stories.story import POLICY, make_story
from tests.workflows.runner import Hosted

_HOST = f"sqs.{REGION}.amazonaws.com"
_ROLE = {"POSTMERGE_FEEDBACK_ROLE": "arn:feedback", "POSTMERGE_REGION": REGION}


class _Answering(BaseHTTPRequestHandler):
    """What moto says in this process, for others."""

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"]))
        asked = AWSRequest("POST", f"https://{_HOST}/", headers=dict(self.headers), data=said)
        answer = botocore_stubber("before-send.sqs", asked.prepare())
        assert answer is not None, "moto knows the address"
        self.send_response(answer.status_code)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _served() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    """A repository at GitHub, a ledger that knows a delivery, and a queue."""
    production = (
        f"  production:\n    transport: {{ses: {{region: {REGION}}}}}\n    feedback: {{sqs: {QUEUE}}}\n"
        f"    ledger: {{sqlite: {tmp_path}/ledger.db}}\n    archive: {{folder: {tmp_path}/archive}}\n"
        "    reviews: trailers\n"
    )
    story = make_story(tmp_path / "remote", members=1)
    story.commit({"policy.yaml": POLICY.replace("targets:\n", f"targets:\n{production}")})
    ledger = SqliteLedger(tmp_path / "ledger.db")
    assert ledger.open_revision(REVISION)
    ledger.close()
    with cloud(), _served() as address:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_EC2_METADATA_DISABLED")
        yield Hosted(
            tmp_path,
            story.root,
            lambda _: None,
            cloud={"AWS_ENDPOINT_URL_SQS": address, **{name: os.environ[name] for name in names}},
            github={"server_url": "https://github.example", "repository": "hanamori/campaigns"},
            variables=_ROLE,
        )


def _played(hosted: Hosted, **event: Any) -> Any:
    return hosted.run("feedback.yml", event or {"event_name": "schedule"})["feedback"]


@pytest.mark.slow
def test_the_workflow_reads_the_queue_and_says_what_it_heard(hosted: Hosted) -> None:
    batch = first_batch().id
    publish(make_queue(), body("Delivery", batch, "m1"), body("Bounce", batch, "m2"))
    played = _played(hosted)
    assert played.result == "success", played.log
    assert f"| {CAMPAIGN} | 2 | 1 | 1 | 0 | 0 | 0 |" in played.summary
    assert "people.example" not in played.log + played.summary
    publish(make_queue(), body("Complaint", batch, "m1"))
    stays = _played(hosted, event_name="workflow_dispatch", inputs={"for": "1s"})
    assert f"| {CAMPAIGN} | 1 | 1 | 1 | 1 | 0 | 0 |" in stays.summary
    nasty = _played(hosted, event_name="workflow_dispatch", inputs={"for": "$(touch pwned)"})
    assert (nasty.result, list(hosted.root.rglob("pwned"))) == ("failure", [])
    hosted.variables = {}
    assert _played(hosted).result == "skipped", "where no role is set up there is no queue"
