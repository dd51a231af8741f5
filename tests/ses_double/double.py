"""The double as tests and benchmarks hold it: started, asked, ended."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import orjson
import pytest
from botocore.config import Config

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Double:
    """A double that is running. Addresses are keys in lower case."""

    port: int

    @property
    def endpoint_url(self) -> str:
        """What boto3 takes as `endpoint_url`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What makes any boto3 client of a process talk to the double, and to nobody else's account."""
        return {
            "AWS_ENDPOINT_URL_SESV2": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "invented",
            "AWS_SECRET_ACCESS_KEY": "invented",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def lend(self, patch: pytest.MonkeyPatch) -> None:
        """Let `postmerge` in this process send through the double, with an invented key for its links."""
        for name, value in self.environment.items():
            patch.setenv(name, value)
        patch.setenv("POSTMERGE_UNSUBSCRIBE_KEY", "k" * 40)

    def client(self, *, read_timeout_seconds: float = 20.0, checks: bool = True) -> Any:
        """A boto3 client that tries once; without `checks` it sends whatever it is given."""
        return boto3.client(
            "sesv2",
            region_name="us-east-1",
            endpoint_url=self.endpoint_url,
            aws_access_key_id="invented",
            aws_secret_access_key="invented",
            config=Config(
                retries={"total_max_attempts": 1, "mode": "standard"},
                connect_timeout=5,
                read_timeout=read_timeout_seconds,
                parameter_validation=checks,
            ),
        )

    def counts(self) -> dict[str, int]:
        """Address -> messages in its mailbox."""
        answer: dict[str, int] = self._ask("counts")
        return answer

    def accepted(self) -> dict[str, int]:
        """Address -> messages accepted for it, also those that then bounced or could not be rendered."""
        answer: dict[str, int] = self._ask("accepted")
        return answer

    def wait_until_accepted(self, count: int) -> None:
        """Until so many messages were accepted in all: a client may have given up before that."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while sum(self.accepted().values()) < count:
            assert time.monotonic() < end, f"the double never accepted {count}: {self.accepted()}"
            time.sleep(0.01)

    def mailbox(self, address: str) -> list[dict[str, Any]]:
        """What one address finds, oldest first (see `Mail.shown`)."""
        answer: list[dict[str, Any]] = self._ask(f"mailbox/{quote(address)}")
        return answer

    def mails(self) -> list[dict[str, Any]]:
        """Everything accepted, with its fate, oldest first."""
        answer: list[dict[str, Any]] = self._ask("mails")
        return answer

    def twice(self) -> dict[str, int]:
        """The addresses for which more than one message was accepted, whatever became of them."""
        answer: dict[str, int] = self._ask("twice")
        return answer

    def moments(self) -> list[tuple[float, int]]:
        """Of every call that accepted something: seconds since the epoch, and how many recipients."""
        return [(moment, count) for moment, count in self._ask("moments")]

    def requests(self) -> dict[str, int]:
        """Operation -> HTTP requests whose head arrived, whatever became of them."""
        answer: dict[str, int] = self._ask("requests")
        return answer

    def copies(self) -> int:
        """Cc and Bcc addresses seen in sending calls that were well formed."""
        answer: int = self._ask("copies")
        return answer

    def events(self) -> list[dict[str, Any]]:
        """The events published by now, in the order in which they come."""
        answer: list[dict[str, Any]] = self._ask("events")
        return answer

    def change(self, **settings: Any) -> None:
        """Set some settings (see `Settings`); the others and the mail stay."""
        self._ask("settings", settings)

    def faults(self, *faults: Mapping[str, Any]) -> None:
        """Replace the script of faults (see `Fault`); calls are counted anew from here."""
        self._ask("faults", list(faults))

    def advance(self, seconds: float) -> float:
        """Move the double's clock ahead; gives the new time in seconds since the epoch."""
        answer: float = self._ask("advance", seconds)
        return answer

    def reset(self, **settings: Any) -> None:
        """As if just started with these settings."""
        self._ask("reset", settings)

    def _ask(self, path: str, given: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        try:
            body = b"" if given is None else orjson.dumps(given)
            connection.request("POST", f"/_double/{path}", body)
            response = connection.getresponse()
            answer = orjson.loads(response.read())
        finally:
            connection.close()
        assert response.status == 200, answer["mistake"]
        return answer


@contextmanager
def running(**settings: Any) -> Iterator[Double]:
    """A double in a process of its own, ended at the end, or when this process ends in whatever way."""
    command = [sys.executable, "-m", "tests.ses_double", "--settings", orjson.dumps(settings).decode()]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(command, cwd=_ROOT, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield Double(int(process.stdout.readline()))
        finally:
            process.terminate()
