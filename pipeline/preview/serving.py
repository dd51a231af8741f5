"""A preview in a browser on this machine, made again after every change."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from pipeline.errors import PipelineError, UsageError

_HOST: Final = "127.0.0.1"
#: Seconds between two looks at the files.
_PAUSE: Final = 0.7


class Showing:
    """The newest page, and the number that tells an older one that it is. For several threads."""

    def __init__(self, html: str) -> None:
        self._lock = threading.Lock()
        self._html, self._version = html, 1

    def replace(self, html: str) -> None:
        """Show another page from now on."""
        with self._lock:
            self._html, self._version = html, self._version + 1

    def now(self) -> tuple[str, int]:
        """The page and its number."""
        with self._lock:
            return self._html, self._version


def serve_pages(
    make: Callable[[], str], state: Callable[[], str], *, port: int, say: Callable[[str], None]
) -> None:
    """Serve the page until Ctrl-C; make it anew whenever `state` says something else.

    A page that cannot be made leaves the one before in place, and says why. Raises UsageError when the
    port is taken.
    """
    seen = state()
    showing = Showing(make())
    server = server_of(showing, port)
    port = server.server_port
    say(f"http://{_HOST}:{port}/  (Ctrl-C ends it)")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pause = threading.Event()
    try:
        while not pause.wait(_PAUSE):
            seen = _renewed(showing, make, state, seen, say)
    except KeyboardInterrupt:
        say("")
    finally:
        server.shutdown()
        server.server_close()


def _renewed(
    showing: Showing, make: Callable[[], str], state: Callable[[], str], seen: str, say: Callable[[str], None]
) -> str:
    """What was seen last; when it is something else than before, the page has been made anew."""
    try:
        now = state()
        if now != seen:
            showing.replace(make())
            say("changed: shown again")
    except PipelineError as error:
        say(f"{error.sentence} {error.remedy}".strip())
        return seen
    return now


class _Server(ThreadingHTTPServer):
    """Listens on the loopback address only."""

    daemon_threads = True

    def __init__(self, showing: Showing, port: int) -> None:
        super().__init__((_HOST, port), _Answer)
        self.showing = showing
        #: What the Host header of an honest request says: not a name that somebody pointed at this machine.
        self.names = frozenset({f"{_HOST}:{self.server_port}", f"localhost:{self.server_port}"})


class _Answer(BaseHTTPRequestHandler):
    """Answers for the page and its number; another site's name for this address is refused."""

    server: _Server

    def do_GET(self) -> None:
        """One request."""
        html, version = self.server.showing.now()
        if self.headers.get("Host", "") not in self.server.names:
            self._say(403, "text/plain", "This page is only for a browser on this machine.")
        elif self.path == "/version":
            self._say(200, "text/plain", str(version))
        elif self.path.partition("?")[0] == "/":
            self._say(200, "text/html", html)
        else:
            self._say(404, "text/plain", "There is nothing here.")

    def _say(self, status: int, kind: str, words: str) -> None:
        body = words.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("X-Frame-Options", "DENY")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the library's name
        """Say nothing: the pages themselves show that they were asked for."""


def server_of(showing: Showing, port: int) -> ThreadingHTTPServer:
    """A server for this machine alone; port 0 takes any. Raises UsageError when the port is taken."""
    try:
        return _Server(showing, port)
    except OSError as error:
        raise UsageError(
            f"Port {port} is taken: {error.strerror}.", "Give another one with --port."
        ) from error
