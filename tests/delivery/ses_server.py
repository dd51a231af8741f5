"""The smallest thing that takes calls to SES: it keeps what came, and answers what the test told it to."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status and body; `cut` ends the connection without one."""

    status: int
    body: bytes
    code: str = ""
    cut: bool = False
    content_type: str = "application/json"


Answering = Callable[[str, Json], Reply]


def fine(path: str, request: Json) -> Reply:
    """Everybody is accepted."""
    if path.endswith("outbound-emails"):
        return Reply(200, b'{"MessageId": "one"}')
    results = [{"Status": "SUCCESS", "MessageId": f"m{n}"} for n, _ in enumerate(request["BulkEmailEntries"])]
    return Reply(200, json.dumps({"BulkEmailEntryResults": results}).encode())


def statuses(*said: str) -> Answering:
    """Each entry has the status that stands at its place; the last one is repeated."""

    def answer(_path: str, request: Json) -> Reply:
        results = []
        for place, _ in enumerate(request["BulkEmailEntries"]):
            status = said[min(place, len(said) - 1)]
            results.append({"Status": status, **({"MessageId": "x"} if status == "SUCCESS" else {})})
        return Reply(200, json.dumps({"BulkEmailEntryResults": results}).encode())

    return answer


def refusal(code: str, status: int = 400, message: str = "no") -> Reply:
    """An error as SES says it."""
    return Reply(status, json.dumps({"message": message}).encode(), code)


@dataclass(slots=True)
class Server:
    """Where the server is, what it got, what it answers."""

    url: str
    answering: Answering = fine
    requests: list[tuple[str, Json]] = field(default_factory=list)

    @property
    def addresses(self) -> list[str]:
        """Everybody whom a call named, in order."""
        found: list[str] = []
        for _, request in self.requests:
            entries = request.get("BulkEmailEntries", [request])
            found += [entry["Destination"]["ToAddresses"][0] for entry in entries]
        return found


@contextmanager
def serving() -> Iterator[Server]:
    """A server in a thread, at an address of its own."""
    server = Server("")

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # an answer in one piece
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.requests.append((self.path, request))
            reply = server.answering(self.path, request)
            if reply.cut:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            if reply.code:
                self.send_header("x-amzn-ErrorType", reply.code)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    listening.daemon_threads = True
    thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{listening.server_address[1]}"
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
