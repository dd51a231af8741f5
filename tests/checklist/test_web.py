"""Asking pages for real: a server on this machine, and addresses that must never be asked."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pipeline.checklist.draft import Answer, NoAnswer
from pipeline.checklist.web import Web, is_public

PAGES = {
    "/sale": (
        200,
        {"Content-Type": "text/html; charset=utf-8"},
        "<title>冬の\n セール &amp; more</title>".encode(),
    ),
    "/sjis": (
        200,
        {"Content-Type": "text/html; charset=shift_jis"},
        "<title>冬のセール</title>".encode("cp932"),
    ),
    "/moved": (301, {"Location": "/sale"}, b""),
    "/away": (302, {"Location": "//10.0.0.1/latest/meta-data"}, b""),
    "/program": (302, {"Location": "file:///etc/passwd"}, b""),
    "/round": (302, {"Location": "/round"}, b""),
    "/long": (200, {"Content-Type": "text/html"}, b"<p>" + b" " * 5_000_000 + b"<title>far behind</title>"),
}


class Site(BaseHTTPRequestHandler):
    """Answers from PAGES; refuses HEAD for some; counts."""

    asked: list[str]

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        self.asked.append(f"{self.command} {self.path} {self.headers['Host']}")
        status, headers, content = PAGES.get(self.path, (404, {}, b""))
        if self.path == "/get-only":
            status, content = (200 if body else 405), b"<title>there</title>"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            try:
                self.wfile.write(content)
            except OSError:
                self.asked.append("hung up")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Counting", (Site,), {"asked": asked}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def _here(address: str) -> bool:
    return address == "127.0.0.1"


def test_a_page_has_a_status_and_a_title(site: tuple[str, list[str]]) -> None:
    base, asked = site
    sale, sjis, none, later = Web(_here)(
        [f"{base}{path}" for path in ("/sale", "/sjis", "/none", "/get-only")]
    )
    assert sale == Answer(f"{base}/sale", 200, "冬の セール & more")
    assert isinstance(sjis, Answer)
    assert sjis.title == "冬のセール"
    assert none == Answer(f"{base}/none", 404)
    assert later == Answer(f"{base}/get-only", 200, "there")
    assert f"HEAD /sale {base.removeprefix('http://')}" in asked


def test_redirects_are_followed_and_shown(site: tuple[str, list[str]]) -> None:
    base, asked = site
    moved, round_ = Web(_here)([f"{base}/moved", f"{base}/round"])
    assert isinstance(moved, Answer)
    assert moved.url == f"{base}/sale"
    assert isinstance(round_, NoAnswer)
    assert "redirected more than" in round_.reason
    assert len(asked) < 20


def test_a_redirect_into_an_inner_network_is_refused(site: tuple[str, list[str]]) -> None:
    base, _ = site
    away, program = Web(_here)([f"{base}/away", f"{base}/program"])
    assert isinstance(away, NoAnswer)
    assert away.reason == "10.0.0.1 is in an inner network, where no reader of a mail is"
    assert program == NoAnswer("it leads to file:, which is no page", "Webページではありません")


def test_this_machine_is_never_asked(site: tuple[str, list[str]]) -> None:
    base, asked = site
    port = base.rpartition(":")[2]
    answers = Web()(
        [f"{base}/sale", f"http://localhost:{port}/sale", f"http://[::ffff:127.0.0.1]:{port}/sale"]
    )
    assert all("inner network" in str(answer) for answer in answers)
    assert asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "::1",
     "fd00:ec2::254", "fe80::1", "::ffff:10.0.0.1", "224.0.0.1", "64:ff9b::10.0.0.1", "2002:a00:1::"],
)  # fmt: skip
def test_addresses_of_inner_networks_are_none_of_the_internet(address: str) -> None:
    assert not is_public(address)


def test_of_a_page_only_the_beginning_is_read(site: tuple[str, list[str]]) -> None:
    base, _ = site
    (answer,) = Web(_here)([f"{base}/long"])
    assert answer == Answer(f"{base}/long", 200)


def test_what_nobody_answers_is_said_in_words() -> None:
    nobody, nowhere = Web(_here)(["http://127.0.0.1:1/x", "http://nowhere.invalid/"])
    assert isinstance(nobody, NoAnswer)
    assert nobody.reason.startswith("nobody answers")
    assert isinstance(nowhere, NoAnswer)
    assert nowhere.reason == "there is no such host"
