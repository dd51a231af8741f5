"""The page and the pictures, in a real Chromium."""

import http.client
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline.cli.options import Place
from pipeline.cli.preview import Looking, album_at
from pipeline.preview import chromium
from pipeline.preview.modes import MODES
from pipeline.preview.page import page
from pipeline.preview.pictures import write_pictures
from pipeline.preview.serving import Showing, server_of
from pipeline.preview.sheet import Album, Person
from pipeline.preview.studio import Studio
from pipeline.sentence import SILENCE, Sentence
from tests.preview.browser import needs_a_browser
from tests.preview.scene import HOSTILE, PAGE, TEXT, YAML, scene

pytestmark = pytest.mark.slow


@dataclass
class Shown:
    """A preview on disk, and a window to look at it."""

    album: Album
    file: Path
    browser: Any


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (320, 60), "#b45309").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """A campaign that was changed, in pictures, and a new one that is hostile, in frames; made once."""
    needs_a_browser()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 not there without the extra

    root = tmp_path_factory.mktemp("preview")
    story = scene(root / "repository")
    (story.root / "campaigns/sale/hero.png").write_bytes(picture())
    story.git("add", "-A")
    story.git("commit", "-q", "-m", "The picture")
    story.merge()
    changed = PAGE.replace("6,860 yen", "5,480 yen").replace("MORE", "")
    story.change(
        {"campaigns/sale/body.html": changed, "campaigns/sale/body.txt": TEXT.replace("6,860", "5,480")}
    )
    hostile = PAGE.replace("MORE", HOSTILE)
    story.write({"campaigns/second/campaign.yaml": YAML, "campaigns/second/body.html": hostile})
    story.write({"campaigns/second/body.txt": TEXT})
    pictured = looked_at(story.root)
    framed = album_at(
        Looking(
            Place(story.root),
            ("second",),
            "main",
            no_camera=Sentence("it is not asked for", "撮影しない設定です"),
        )
    )
    album = replace(pictured, sheets=(*pictured.sheets, *framed.sheets))
    file = root / "index.html"
    file.write_text(page(album), encoding="utf-8", newline="\n")
    with sync_playwright() as driver:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = driver.chromium.launch(executable_path=chromium.find(os.environ), args=arguments)
        yield Shown(album, file, browser)
        browser.close()


def looked_at(root: Path) -> Album:
    """The campaign that was changed, with pictures."""
    with Studio(lambda: chromium.chromium(os.environ)) as studio:
        return album_at(Looking(Place(root), ("sale",), "main", studio=studio))


@dataclass
class Window:
    page: Any
    requests: list[Any]
    complaints: list[str]

    def asked(self, request: Any) -> None:
        """The page asks for something; Playwright takes no `list.append` for this."""
        self.requests.append(request)

    def seen(self, selector: str) -> list[str]:
        """The ids or names of what is visible."""
        found: list[str] = self.page.evaluate(
            "(s) => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility())"
            ".map((e) => e.dataset.p || e.dataset.m || e.id || e.textContent.trim())",
            selector,
        )
        return found


@contextmanager
def window(shown: Shown, **options: Any) -> Iterator[Window]:
    context = shown.browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
    context.set_default_timeout(120_000)  # a machine that others use, too
    opened = Window(context.new_page(), [], [])
    opened.page.on("request", opened.asked)
    opened.page.on("console", lambda message: opened.complaints.append(f"{message.type}: {message.text}"))
    opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.page.on("dialog", lambda dialog: opened.complaints.append(dialog.message))
    opened.page.goto(shown.file.as_uri())
    yield opened
    context.close()


def person(shown: Shown, kind: str, campaign: str = "sale") -> Person:
    (sheet,) = (sheet for sheet in shown.album.sheets if sheet.id == campaign)
    return next(each for each in sheet.people if each.part.kind == kind)


def test_people_and_modes_are_switched_by_mouse_and_by_keyboard(shown: Shown) -> None:
    with window(shown) as at:
        assert at.seen("#c0 .view") == ["0"]
        assert at.seen("#c0 .view[data-p='0'] .shot") == ["desktop"]
        at.page.locator("label", has=at.page.locator("#c0-p2")).click()
        assert at.seen("#c0 .view") == ["2"]
        at.page.keyboard.press("j")
        at.page.keyboard.press("m")
        assert at.seen("#c0 .view") == ["3"]
        assert at.seen("#c0 .view .shot") == ["phone"]
        at.page.keyboard.press("k")
        at.page.keyboard.press("n")
        assert at.seen("#c0 .view") == ["2"]
        assert at.seen("#c0 .shot") == ["desktop"]
        assert at.seen("#c0 .paper.before") == []
        at.page.keyboard.press("c")
        assert len(at.seen("#c0 .paper.before")) == 1
        at.page.keyboard.press("?")
        assert at.seen("dialog") == ["help"]
        at.page.keyboard.press("Escape")
        address = at.page.url
        at.page.reload()
        assert (at.seen("#c0 .view"), at.page.url) == (["2"], address)


def test_brackets_turn_to_the_next_campaign_and_back(shown: Shown) -> None:
    top = "(id) => Math.abs(document.getElementById(id).getBoundingClientRect().top) < innerHeight / 3"
    with window(shown) as at:
        assert not at.page.evaluate(top, "c1")
        at.page.keyboard.press("]")
        assert at.page.evaluate(top, "c1")
        at.page.keyboard.press("j")  # keys are about the campaign in sight
        assert (at.seen("#c0 .view"), at.seen("#c1 .view")) == (["0"], ["1"])
        at.page.keyboard.press("[")
        assert at.page.evaluate(top, "c0")


def test_every_mode_of_every_person_has_something_to_see(shown: Shown) -> None:
    with window(shown) as at:
        for mode in [*(mode.id for mode in MODES), "text", "frame"]:
            at.page.evaluate("(m) => { document.getElementById(`c0-m-${m}`).click() }", mode)
            assert len(at.seen("#c0 .view .shot")) == 1, mode


def test_no_request_leaves_the_page(shown: Shown) -> None:
    with window(shown) as at:
        for campaign, mode in (("c0", "frame"), ("c1", "desktop")):
            at.page.evaluate("(id) => { document.getElementById(id).click() }", f"{campaign}-m-{mode}")
            at.page.locator(f"#{campaign} .view iframe:visible").scroll_into_view_if_needed()
        at.page.frame_locator("#c1 .view iframe:visible").locator("text=See the sale").wait_for()
        kinds = ("data:", "about:", shown.file.as_uri())
        # Chromium tells of requests that it then refuses: "csp" by the policy, "other" a file asked for by a
        # frame without an origin. One that left would have an answer or an error of the network.
        outside = [request for request in at.requests if not request.url.startswith(kinds)]
        left = [each.url for each in outside if each.response() or each.failure not in {"csp", "other"}]
        assert left == []


def test_an_ordinary_preview_has_no_complaint_in_the_console(shown: Shown, tmp_path: Path) -> None:
    file = tmp_path / "one.html"
    file.write_text(page(replace(shown.album, sheets=shown.album.sheets[:1])), encoding="utf-8")
    with window(replace(shown, file=file)) as at:
        at.page.evaluate("() => { document.getElementById('c0-m-frame').click() }")
        at.page.frame_locator("#c0 .view iframe:visible").locator("text=See the sale").wait_for()
        assert at.complaints == []


def test_a_script_in_a_template_does_not_run_and_cannot_break_out(shown: Shown) -> None:
    with window(shown) as at:
        at.page.frame_locator("#c1 .view iframe:visible").locator("text=See the sale").wait_for()
        assert at.page.title().endswith("Sale · Sale")
        assert at.page.url.startswith(shown.file.as_uri())
        assert at.page.evaluate(
            "[...document.querySelectorAll('iframe')].every((f) => f.getAttribute('sandbox') === '')"
        )
        assert at.page.evaluate("document.scripts.length") == 1
        assert (
            at.page.evaluate("document.querySelectorAll('base, form:not([method=dialog]), link').length") == 0
        )


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 844}}])
def test_axe_finds_no_serious_violation(shown: Shown, look: dict[str, Any], tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 see `shown`

    sheets = tuple(replace(sheet, people=sheet.people[:2]) for sheet in shown.album.sheets[:1])
    file = tmp_path / "few.html"  # of equal parts two tell what there is to tell
    file.write_text(page(replace(shown.album, sheets=sheets)), encoding="utf-8")
    with window(replace(shown, file=file), **look) as at:
        found = (
            Axe()
            .run(at.page, options={"iframes": False, "resultTypes": ["violations"]})
            .response["violations"]
        )
        serious = [
            (each["id"], [node["html"][:120] for node in each["nodes"]][:3])
            for each in found
            if each["impact"] in {"serious", "critical"}
        ]
        assert serious == []


def test_a_phone_does_not_have_to_scroll_sideways(shown: Shown) -> None:
    with window(shown, viewport={"width": 390, "height": 844}, is_mobile=True) as at:
        assert at.page.evaluate("document.documentElement.scrollWidth") == 390


def test_on_paper_everybody_is_shown_and_nothing_to_press(shown: Shown) -> None:
    with window(shown) as opened:
        assert len(opened.seen("article:first-of-type .view")) == 1
        opened.page.emulate_media(media="print")
        people = [each.part.kind for each in shown.album.sheets[0].people]
        assert len(opened.seen("article:first-of-type .view")) == len(people) > 5
        shots = opened.seen("article:first-of-type .shot")
        assert len(shots) == len(people)
        assert all("desktop" in shot.split() for shot in shots)
        assert opened.seen(".controls, .people, #help-open") == []


def test_the_difference_marks_the_price_and_nothing_else(shown: Shown) -> None:
    ordinary = person(shown, "ordinary")
    for view in ordinary.views:
        ((left, top, right, bottom),) = view.change.after
        scale = view.picture.width / (375 if "phone" in view.modes else 800)
        assert (right - left) / scale < 60, "four digits"
        assert (bottom - top) / scale < 30, "one line"
    assert (
        ordinary.text_change
        == (
            " Dear 鈴木 花子,",
            "-the blanket is 6,860 yen.",
            "+the blanket is 5,480 yen.",
            f" {ordinary.mail.text.splitlines()[-1] if ordinary.mail else ''}",
        )
        or "-the blanket is 6,860 yen." in ordinary.text_change
    )


@pytest.mark.parametrize("mode", ["desktop", "phone"])
def test_before_and_after_stand_alone_side_by_side_or_one_over_the_other(shown: Shown, mode: str) -> None:
    papers = "#c0 .view .shot:not([hidden]) .paper"
    with window(shown) as at:
        at.page.evaluate("(id) => { document.getElementById(id).click() }", f"c0-m-{mode}")
        found = {}
        for way in ("now", "before", "beside", "over"):
            at.page.evaluate("(id) => { document.getElementById(id).click() }", f"c0-k-{way}")
            found[way] = at.page.evaluate(
                """(s) => Object.fromEntries([...document.querySelectorAll(s)]
                .filter((e) => e.checkVisibility())
                .map((e) => [e.className,
                    [e.getBoundingClientRect(), e.querySelectorAll(".mark").length]]))""",
                papers,
            )
    after, before = "paper now", "paper before"
    assert [set(found[way]) for way in found] == [{after}, {before}, {after, before}, {after, before}]
    assert {marks for boxes in found.values() for _, marks in boxes.values()} == {1}
    boxes = {way: [found[way][paper][0] for paper in (before, after)] for way in ("beside", "over")}
    left, right = boxes["beside"]
    assert left["right"] <= right["left"]
    under, above = boxes["over"]
    assert [under[side] for side in ("left", "top", "width")] == [
        above[side] for side in ("left", "top", "width")
    ]


def test_a_new_campaign_is_compared_with_the_last_one_of_its_segment(shown: Shown) -> None:
    (sheet,) = (sheet for sheet in shown.album.sheets if sheet.id == "second")
    assert sheet.against == "sale"


def test_modes_show_what_they_say(shown: Shown) -> None:
    pictures = {
        mode: Image.open(BytesIO(view.picture.png)).convert("L")
        for view in person(shown, "ordinary").views
        for mode in view.modes
    }
    corner = {mode: list(image.tobytes())[-1] for mode, image in pictures.items()}
    assert corner["desktop"] > 240
    assert max(corner["dark"], corner["forced-dark"]) < 60
    assert pictures["phone"].width == 750
    hero = pictures["desktop"].crop((150, 90, 151, 91)).tobytes()[0]
    assert 100 < hero < 150, "the image of the folder stands in for the one on the web"
    assert pictures["images-off"].tobytes() != pictures["desktop"].tobytes()


def test_the_same_input_gives_the_same_bytes(shown: Shown, tmp_path: Path) -> None:
    looking = Looking(
        Place(shown.file.parent / "repository"),
        ("sale",),
        no_camera=Sentence("it is not asked for", "撮影しない設定です"),
    )
    assert page(album_at(looking)) == page(album_at(looking))
    with Studio(lambda: chromium.chromium(os.environ)) as studio:
        again = album_at(replace(looking, studio=studio, no_camera=SILENCE))
    (sheet,) = again.sheets
    for one, other in zip(shown.album.sheets[0].people, sheet.people, strict=True):
        assert [(view.modes, view.picture) for view in one.views] == [
            (view.modes, view.picture) for view in other.views
        ]
    count = write_pictures(again, tmp_path)
    files = list(tmp_path.rglob("*.png"))
    assert len(files) == count == sum(len(each.views) for each in sheet.people) > 10
    assert page(again) == page(again)


def test_a_served_page_is_shown_again_after_a_change_and_to_nobody_else(shown: Shown) -> None:
    showing = Showing(page(shown.album, live=True))
    server = server_of(showing, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        context = shown.browser.new_context()
        at = context.new_page()
        at.set_default_timeout(120_000)  # a machine that others use, too
        at.goto(f"http://127.0.0.1:{server.server_port}/")
        showing.replace("<title>newer</title>")
        from playwright.sync_api import expect  # noqa: PLC0415 see `shown`

        expect(at).to_have_title("newer", timeout=120_000)
        context.close()
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        connection.request("GET", "/", headers={"Host": "rebound.example"})
        answer = connection.getresponse()
        assert (answer.status, b"<" in answer.read()) == (403, False)
        connection.close()
    finally:
        server.shutdown()
        server.server_close()
