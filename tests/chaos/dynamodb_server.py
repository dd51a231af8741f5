"""`python -m tests.chaos.dynamodb_server`: moto as a server of its own, with a diary of what was written.

One request at a time: what is one step at AWS is several in moto. So the diary has the transactions in their
true order, whoever made them.
"""

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSRequest
from moto.core.models import botocore_stubber
from moto.dynamodb.models import dynamodb_backends

from tests.cloud import REGION, TABLE, cloud, make_table

_HOST = f"dynamodb.{REGION}.amazonaws.com"
_URL = f"https://{_HOST}/"
_ACCOUNT = "123456789012"

Json = dict[str, Any]


class Diary:
    """What was written, in the words of the one in SQLite."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, Json]] = []
        self._settled: set[tuple[str, str]] = set()
        self._tokens: set[str] = set()

    def note(self, request: Json) -> None:
        """A transaction has been made."""
        token = request.get("ClientRequestToken", "")
        if token in self._tokens:
            return  # the client did not hear the answer; DynamoDB makes it once
        self._tokens.add(token)
        for action in request["TransactItems"]:
            if "Put" in action:
                self.lines += _created(action["Put"]["Item"])
            elif "Update" in action:
                self.lines += self._changed(action["Update"]["Key"])

    def _changed(self, key: Json) -> Iterator[tuple[str, Json]]:
        place = (key["pk"]["S"], key["sk"]["S"])
        if not place[0].startswith("batches/") or place in self._settled:
            return
        _, found = answer("GetItem", {"TableName": TABLE, "Key": key, "ConsistentRead": True})
        item = json.loads(found)["Item"]
        if "states" in item:
            self._settled.add(place)
            yield "settlement", {**_batch(*place), "states": item["states"]["S"]}


def _created(item: Json) -> Iterator[tuple[str, Json]]:
    plain = {name: next(iter(value.values())) for name, value in item.items()}
    partition, sort = plain["pk"], plain["sk"]
    kind, _, rest = sort.partition("/")
    if partition.startswith("batches/"):
        yield "reservation", {**_batch(partition, sort), "positions": _positions(plain["positions"])}
    elif partition.startswith("campaign/") and kind == "revision":
        numbers = {name: int(plain[name]) for name in ("number", "recipients", "barred")}
        yield "revision", {**numbers, "digest": plain["digest"], "audience": plain["audience"]}
    elif partition.startswith("campaign/") and kind == "end":
        yield "revision_end", {"number": int(rest)}
    elif partition.startswith("holds/"):
        scope = partition.partition("/")[2]
        yield kind, {"id": rest, "scope": scope} if kind == "hold" else {"hold": rest}


def _batch(partition: str, sort: str) -> Json:
    _, _, revision, wave = partition.split("/")
    number, attempt = sort.split("/")
    return {"revision": int(revision), "wave": int(wave), "batch": int(number), "attempt": int(attempt)}


def _positions(text: str) -> list[int]:
    runs = [run.split("-") for run in text.split(",")]
    return [position for run in runs for position in range(int(run[0]), int(run[-1]) + 1)]


def answer(operation: str, request: Mapping[str, Any]) -> tuple[int, bytes]:
    """What moto says."""
    headers = {
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": f"AWS4-HMAC-SHA256 Credential=invented/20260101/{REGION}/dynamodb/aws4_request",
    }
    asked = AWSRequest("POST", _URL, headers=headers, data=json.dumps(request)).prepare()
    said = botocore_stubber("before-send.dynamodb", asked)
    assert said is not None, "moto knows the address"
    return said.status_code, said.content


class Desk:
    """The server's state."""

    def __init__(self) -> None:
        self.diary = Diary()
        self.lock = Lock()

    def control(self, verb: str, said: Json) -> Any:
        """What the test asks of the server itself."""
        if verb == "reset":
            dynamodb_backends[_ACCOUNT][REGION].reset()
            make_table()
            self.diary = Diary()
        elif verb == "remark":
            self.diary.lines.append(("remark", said))
        return self.diary.lines if verb == "diary" else None

    def serve(self, target: str, path: str, body: bytes) -> tuple[int, bytes]:
        """One request, alone."""
        with self.lock:
            said = json.loads(body or b"{}")
            if path.startswith("/_desk/"):
                return 200, json.dumps(self.control(path.removeprefix("/_desk/"), said)).encode()
            operation = target.rpartition(".")[2]
            status, answered = answer(operation, said)
            if operation == "TransactWriteItems" and status == 200:
                self.diary.note(said)
            return status, answered


def main() -> None:
    """Serve until somebody ends it."""
    desk = Desk()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # an answer in one piece: in two, the second waits 40 ms for the client's kernel
        wbufsize = 65536
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, answered = desk.serve(self.headers.get("X-Amz-Target", ""), self.path, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, *_: object) -> None:
            pass

    with cloud():
        listening = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        listening.daemon_threads = True
        print("ready", flush=True)
        print(listening.server_address[1], flush=True)
        listening.serve_forever()


if __name__ == "__main__":
    main()
