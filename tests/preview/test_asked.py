"""What came back from the pages behind links, in the list of links."""

from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipeline.checklist.draft import Answer, NoAnswer
from pipeline.checklist.web import Web
from pipeline.cli.options import Place
from pipeline.cli.preview import Looking, album_at
from pipeline.preview.page import page
from pipeline.sentence import Sentence
from tests.preview.scene import PAGE, scene

pytestmark = pytest.mark.slow


def test_links_are_listed_with_status_and_title_where_the_network_was_allowed(tmp_path: Path) -> None:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Counting", (Shop,), {"asked": asked}))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    shop = f"http://127.0.0.1:{server.server_port}"
    links = "".join(f'<a href="{shop}/{name}?utm_source=n">{name}</a> ' for name in ("sale", "gone", "old"))
    story = scene(tmp_path / "repository", PAGE.replace("MORE", links))
    looking = Looking(
        Place(story.root),
        no_camera=Sentence("it is not asked for", "撮影しない設定です"),
        fetch=Web(lambda ip: ip == "127.0.0.1"),
    )
    (sheet,) = (album := album_at(looking)).sheets
    server.shutdown()
    server.server_close()
    (mail,) = {person.mail for person in sheet.people if person.part.kind == "ordinary"}
    assert mail is not None
    answers = {link.words: (link.answer, link.moved) for link in mail.links}
    assert answers["sale"] == (Answer(f"{shop}/sale", 200, "冬 & sale"), False)
    assert answers["gone"] == (Answer(f"{shop}/gone", 404), False)
    assert answers["old"] == (Answer(f"{shop}/sale", 200, "冬 & sale"), True)
    assert isinstance(answers["See the sale"][0], NoAnswer)
    assert answers["Unsubscribe from these mails"] == (None, False)
    assert sorted({path for path in asked if path.startswith("GET")}) == ["GET /gone", "GET /sale"]
    html = page(album)
    assert f"redirected to {shop}/sale" in html
    assert "冬 &amp; sale" in html
    assert "no answer" in html
    assert "were not asked" not in html
    assert "were not asked" in page(album_at(replace(looking, fetch=None)))


class Shop(BaseHTTPRequestHandler):
    """One page, an old address of it, and no other."""

    asked: list[str]

    def do_GET(self) -> None:
        """One request."""
        self.asked.append(f"{self.command} {self.path}")
        status, place = {"/sale": (200, ""), "/old": (301, "/sale")}.get(self.path, (404, ""))
        self.send_response(status)
        self.send_header("Location", place)
        body = "<title>冬 &amp; sale</title>".encode() if status == 200 else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        """The same, without the page."""
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
