"""What a test can find out, and the life of the process."""

import http.client
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.ses_double import Double, running
from tests.ses_double.calls import SENDER, bulk, entry, simple

ANN = "ann@home.example"
ROOT = Path(__file__).parents[2]


def test_a_second_message_to_a_person_is_seen_whatever_becomes_of_it(client: Any, double: Double) -> None:
    client.send_bulk_email(**bulk(entry(), entry("bob@home.example")))
    assert double.twice() == {}
    client.put_suppressed_destination(EmailAddress="bob@home.example", Reason="BOUNCE")
    client.send_email(**simple("ANN@home.example"))
    client.send_email(**simple("Bob <bob@home.example>"))
    assert double.twice() == {ANN: 2, "bob@home.example": 2}
    assert double.counts() == {ANN: 2, "bob@home.example": 1}
    assert len(double.mailbox("bob@home.example")) == 1, "the suppressed one is not in the mailbox"
    assert [mail["fate"] for mail in double.mails()][-1] == "suppressed"


def test_a_mailbox_shows_what_its_owner_reads(client: Any, double: Double) -> None:
    call = bulk(entry(data={"f0": "Ann"}), subject="S {{f0}}", text="T {{f0}}", html="<p>{{f0}}</p>")
    client.send_bulk_email(**call, ReplyToAddresses=["reply@mail.hanamori.example"])
    (mail,) = double.mailbox(ANN)
    assert (mail["subject"], mail["text"], mail["html"]) == ("S Ann", "T Ann", "<p>Ann</p>")
    assert (mail["from"], mail["reply_to"]) == (SENDER, ["reply@mail.hanamori.example"])
    assert double.mails() == [mail]
    assert double.mailbox("nobody@home.example") == []


def test_when_calls_were_accepted_can_be_asked(client: Any, double: Double) -> None:
    start = double.advance(0)
    client.send_bulk_email(**bulk(entry(), entry("bob@home.example")))
    double.advance(90)
    client.send_email(**simple())
    assert double.moments() == [(start, 2), (start + 90, 1)]


def test_a_benchmark_keeps_only_numbers(client: Any, double: Double) -> None:
    double.change(keep="counts")
    client.send_bulk_email(**bulk())
    assert double.counts() == {ANN: 1}
    assert double.mails() == []


def test_a_reset_forgets_everything_but_message_ids(client: Any, double: Double) -> None:
    first = client.send_email(**simple())["MessageId"]
    double.change(max_send_rate=1)
    double.faults({"kind": "throttle"})
    double.reset()
    assert (double.counts(), double.requests(), double.events()) == ({}, {}, [])
    assert client.send_email(**simple())["MessageId"] != first
    assert client.get_account()["SendQuota"]["SentLast24Hours"] == 1.0


def test_many_clients_at_once_lose_and_double_nothing(client: Any, double: Double) -> None:
    def send(number: int) -> None:
        client.send_bulk_email(**bulk(*(entry(f"p{number}-{place}@home.example") for place in range(10))))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(40)))
    assert len(double.counts()) == 400
    assert double.twice() == {}


def test_a_double_begins_with_the_settings_it_is_given() -> None:
    with running(max_send_rate=14) as double:
        client = double.client()
        assert client.get_account()["SendQuota"]["MaxSendRate"] == 14.0
        client.close()


def test_a_process_with_the_environment_of_the_double_talks_to_it(
    double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in double.environment.items():
        monkeypatch.setenv(name, value)
    client = boto3.session.Session().client("sesv2")
    client.send_email(**simple())
    client.close()
    assert double.counts() == {ANN: 1}


def test_a_connection_is_kept_for_the_next_request(double: Double) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", double.port, timeout=20)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        connection.request("GET", "/v2/email/account", headers={"Authorization": "AWS4-HMAC-SHA256 invented"})
        assert b"SendQuota" in connection.getresponse().read()
    assert connection.sock is first
    connection.close()


def _alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_double_ends_with_its_parent_however_that_ends() -> None:
    words = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-m', 'tests.ses_double'], stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", words], cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _alive(pid)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while _alive(pid) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _alive(pid)
