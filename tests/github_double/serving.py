"""The double over HTTP: conditional requests, limits, and every way in which an answer can be bad."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.github_double.answers import answer
from tests.github_double.description import filled, objection, problem, query_of, route_of
from tests.github_double.graphql import GRAPHQL, graph
from tests.github_double.hub import NAME, Hub
from tests.github_double.question import Answer, Question, gone
from tests.github_double.writes import written

TOKEN: Final = "invented-token"
_PREFIX: Final = "/repos/{owner}/{repo}"


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` answers of a route, named by what it is below the repository.

    `change` alters the parsed body, on purpose against the description; `cut` sends half of the bytes;
    `status` answers with an error instead.
    """

    below: str
    times: int = 1
    change: Callable[[Any], Any] | None = None
    cut: bool = False
    drop: bool = False
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    message: str = "Scripted"


@dataclass(slots=True)
class Asked:
    """A question that arrived, and the status of its answer."""

    target: str
    below: str
    status: int


class Double(ThreadingHTTPServer):
    """`hub` at `address`; `asked` are the questions so far, `lies` what GitHub would never have said."""

    daemon_threads = True

    def __init__(self, hub: Hub) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.hub = hub
        self.asked: list[Asked] = []
        self.lies: list[str] = []
        self.faults: list[Fault] = []
        self.address = f"http://127.0.0.1:{self.server_port}"

    @property
    def environment(self) -> dict[str, str]:
        """For a client of the double."""
        return {"GITHUB_API_URL": self.address, "GITHUB_TOKEN": TOKEN}

    def fault_of(self, below: str) -> Fault | None:
        """What is to go wrong now."""
        for fault in self.faults:
            if fault.times and fault.below in {below, "*"}:
                fault.times -= 1
                return fault
        return None


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet an answer: two, and the second waits for the first to be acknowledged.
    wbufsize = 65536
    disable_nagle_algorithm = True
    server: Double

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
        """Silent."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        found = route_of(parts.path)
        query = dict(parse_qsl(parts.query))
        if found is None or not self._may_ask(query, found[0]):
            self._send("?", 404, gone().body, {})
            return
        route, words = found
        below = route.removeprefix(_PREFIX)
        if f"{words['owner']}/{words['repo']}" != NAME:
            made = gone()
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            made = gone("Bad credentials", 401)
        else:
            made = answer(self.server.hub, below, Question(words, query))
        self._give(route, below, made)

    def do_POST(self) -> None:
        self._write("POST")

    def do_PATCH(self) -> None:
        self._write("PATCH")

    def _write(self, method: str) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/graphql":
            told = graph(self.server.hub, body)
            if told is None:
                self.server.lies.append(f"GraphQL is asked {body}")
            self._end(GRAPHQL, told or {}, {})
            return
        found = route_of(self.path, method)
        lie = f"{method} {self.path} is not described" if found is None else objection(found[0], body)
        if found is None or lie is not None:
            self.server.lies.append(str(lie))
            self._send("?", 404, gone().body, {})
            return
        route, words = found
        below = route.replace(_PREFIX, "")
        if f"{words['owner']}/{words['repo']}" != NAME:
            made = gone()
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            made = gone("Bad credentials", 401)
        else:
            made = written(self.server.hub, below, Question(words, {}), body)
        self._give(route, below, made)

    def _may_ask(self, query: dict[str, str], route: str) -> bool:
        """GitHub ignores what it does not know; a client of ours must not rely on that."""
        unknown = query.keys() - query_of(route)
        if unknown:
            self.server.lies.append(f"{route} is asked for {sorted(unknown)}, which is not described")
        return not unknown

    def _give(self, route: str, below: str, made: Answer) -> None:
        whole = filled(route, made.status, made.body)
        lie = problem(route, made.status, json.dumps(whole, sort_keys=True))
        if lie is not None:
            self.server.lies.append(lie)
        headers = {}
        if made.next is not None:
            path = urlsplit(self.path).path
            headers["Link"] = f'<{self.server.address}{path}?{urlencode(made.next)}>; rel="next"'
        self._end(below, whole, headers, made.status)

    def _end(self, below: str, whole: Any, headers: dict[str, str], status: int = 200) -> None:
        """Send it, or what is to go wrong."""
        fault = self.server.fault_of(below)
        if fault is not None:
            self._fail(below, fault, whole, headers)
            return
        self._send(below, status, whole, headers)

    def _fail(self, below: str, fault: Fault, whole: Any, headers: dict[str, str]) -> None:
        if fault.drop:
            self.server.asked.append(Asked(self.path, below, 0))
            self.close_connection = True
            return
        if fault.change is not None:
            whole = fault.change(whole)
        if fault.status is not None:
            whole = {"message": fault.message}
        self._send(below, fault.status or 200, whole, headers | fault.headers, cut=fault.cut)

    def _send(
        self, below: str, status: int, body: Any, headers: dict[str, str], *, cut: bool = False
    ) -> None:
        data = json.dumps(body, ensure_ascii=False).encode()
        tag = f'W/"{hashlib.sha256(data).hexdigest()}"'
        if status == 200 and self.command == "GET":
            headers = {"ETag": tag, **headers}
            if self.headers.get("If-None-Match") == tag:
                status, data = 304, b""
        self.server.asked.append(Asked(self.path, below, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        if cut:
            self.close_connection = True


@contextmanager
def running(hub: Hub) -> Iterator[Double]:
    """The double, answering until the end of the block, which fails when it ever told a lie."""
    with Double(hub) as double:
        thread = threading.Thread(target=double.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield double
        finally:
            double.shutdown()
            thread.join()
    assert not double.lies, f"GitHub would never: {double.lies}"
