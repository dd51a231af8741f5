"""Pictures by a real Chromium: what is in front of the camera does nothing, and a browser may die."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from pipeline.checklist.report import CampaignReport
from pipeline.models.finding import Finding
from pipeline.models.recipient import Recipient
from pipeline.preview import chromium
from pipeline.preview.camera import Camera, CameraBroke, Shot, Sitter
from pipeline.preview.layout import troubles
from pipeline.preview.layout_findings import Looked, spotted
from pipeline.preview.modes import PHONE_WIDTH, Mode
from pipeline.preview.page import _spot_of
from pipeline.preview.picture import opened
from pipeline.preview.sheet import Person
from pipeline.preview.studio import Pair, Roll, Studio
from pipeline.render.cast import Cast, Part
from pipeline.sentence import Sentence
from tests.preview.browser import needs_a_browser

pytestmark = pytest.mark.slow
#: Everything that only a browser sees to be wrong.
BAD = """\
<html lang="en"><body style="margin:0;background:#fff;color:#222;font:16px sans-serif">
<p>Hello there</p><div style="width:1200px">A very wide table</div>
<p style="font-size:9px">Small print</p><p style="color:#fb8">Pale words</p>
<p style="color:#fff">Secret words</p>
<img src="https://www.hanamori.example/1.png" alt="" width="9" height="9">
<div style="height:20px">Lower line</div><div style="margin-top:-20px">Upper line</div>
<a href="https://www.hanamori.example/" style="display:block;font-size:12px;height:15px">tap</a>
</body></html>"""


def test_a_script_does_not_run_in_front_of_the_camera_and_nothing_is_asked_for() -> None:
    needs_a_browser()
    asked = '<img src="https://evil.example/1.png" alt=""><p id="p">quiet</p>'
    calm, loud = (
        f"{asked}<p>here</p>",
        f"{asked}<p>here</p><script>document.body.textContent = 'loud'</script>",
    )
    with Studio(lambda: chromium.chromium(os.environ)) as studio:
        one, other, bad = studio.rolls([Pair(Sitter(calm)), Pair(Sitter(loud)), Pair(Sitter(BAD, cut=True))])
    assert [text.words for text in other.measured["desktop"].texts] == ["quiet", "here"]
    assert [view.picture.png for view in one.views] == [view.picture.png for view in other.views]
    assert one.refused == ("https://evil.example/1.png",)
    assert all(view.cut for view in bad.views)
    assert bad.measured["phone"].width == PHONE_WIDTH, "also without a viewport in the mail"
    _assert_spots_are_where_it_is_wrong(bad)
    found = {trouble.rule.removeprefix("display/") for _, trouble in troubles(bad.measured)}
    assert found == {
        "beyond-edge",
        "contrast-on-screen",
        "hidden-text",
        "horizontal-overflow",
        "image-loads",
        "overlapping-text",
        "small-text",
        "tap-target",
    }


def test_a_page_is_pictured_as_if_nothing_had_been_shown_before_it() -> None:
    """The window is the same, and so is the address of the image; a policy of a mail is only its own.

    Each is the first, or follows one that would show in it, in one order and not in the other.
    """
    needs_a_browser()
    shown = '<p style="color:#b91c1c">Red words</p><img src="https://www.hanamori.example/1.png" alt="">'
    policy = """<meta HTTP-EQUIV='Content-Security-Policy' content="style-src 'none'">"""
    harmless = '<meta http-equiv="X-UA-Compatible" content="IE=edge">'
    place = "https://www.hanamori.example/1.png"
    red, blue = ({place: ("image/png", _png(colour))} for colour in ("red", "blue"))
    mails = [
        Sitter(harmless + shown, red),
        Sitter(policy + shown, red),
        Sitter(shown, red),
        Sitter(shown, blue),
        Sitter(f"{shown}<p>more</p>"),
        Sitter(f"{shown}<p>and more</p>"),
    ]
    forwards, backwards = _rolls(mails), _rolls(mails[::-1])[::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert [view.picture.png for view in one.views] == [view.picture.png for view in other.views]
        assert one.measured == other.measured
        assert one.refused == other.refused
    assert forwards[0].views[0].picture.png != forwards[3].views[0].picture.png, "another image"
    assert forwards[0].views[0].picture.png != forwards[1].views[0].picture.png, "no colours of its own"


def _rolls(mails: list[Sitter]) -> list[Roll]:
    """Of a browser of their own."""
    with Studio(lambda: chromium.chromium(os.environ)) as studio:
        return list(studio.rolls([Pair(mail) for mail in mails]))


def _png(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 40), colour).save(out, "PNG")
    return out.getvalue()


def _assert_spots_are_where_it_is_wrong(bad: Roll) -> None:
    """In the picture, only the pale words are of their colour."""
    row = Recipient("m1", "a@personas.example", {})
    someone = Person(Part("ordinary", row, frozenset()), None, views=bad.views)
    looked = Looked([bad.measured], Cast((), ()))
    finding = Finding("display/contrast-on-screen", "body.html", Sentence("pale", "薄い"))
    (person,) = spotted([someone], looked, CampaignReport("sale", None, (), (finding,)))
    for view in person.views:
        if view.modes[0] not in {"desktop", "phone"}:
            continue
        (spot,) = view.spots
        assert "Pale words" in spot.message.en
        picture, box = opened(view.picture.png), _spot_of(spot, view)
        pixels = picture.tobytes()
        pale = [n for n in range(0, len(pixels), 3) if pixels[n : n + 3] == b"\xff\xbb\x88"]
        places = [divmod(n // 3, picture.width) for n in pale]
        assert places
        assert all(box[0] <= x < box[2] and box[1] <= y < box[3] for y, x in places)
    (elsewhere,) = spotted([someone], looked, CampaignReport("sale", None, (), ()))
    assert not any(view.spots for view in elsewhere.views), "a rule that is set aside marks nothing"


def test_after_two_pages_that_kill_every_browser_the_others_are_not_tried() -> None:
    opened: list[str] = []

    @contextmanager
    def never() -> Iterator[Camera]:
        opened.append("once more")
        raise CameraBroke("it fell over")
        yield  # type: ignore[unreachable]  # a context manager is a generator

    with Studio(never) as studio:
        rolls = studio.rolls([Pair(Sitter(f"<p>page {n}</p>")) for n in range(9)])
    assert [roll.broke for roll in rolls] == ["it fell over"] * 9
    assert len(opened) == 1 + 2 * 2


def _browser_of(camera: Any) -> Any:
    return next(iter(camera._windows.values())).page.context.browser


class Dying:
    """A real browser that crashes in the middle of its second page."""

    crashed = 0

    def __init__(self, camera: Camera) -> None:
        self._camera: Any = camera
        self._pages = 0

    @property
    def name(self) -> str:
        return str(self._camera.name)

    def shots(self, sitter: Sitter, modes: tuple[Mode, ...]) -> Any:
        self._pages += 1
        if self._pages == 2 and not Dying.crashed:
            Dying.crashed += 1
            with pytest.raises(Exception, match="closed"):
                _browser_of(self._camera).new_browser_cdp_session().send("Browser.crash")
        found: dict[str, Shot] = self._camera.shots(sitter, modes)
        return found


def test_a_browser_that_dies_midway_is_started_again() -> None:
    needs_a_browser()

    @contextmanager
    def dying() -> Iterator[Camera]:
        with chromium.chromium(os.environ) as camera:
            yield Dying(camera)

    with Studio(dying) as studio:
        rolls = studio.rolls([Pair(Sitter(f"<p>page {n}</p>")) for n in range(3)])
    assert Dying.crashed == 1
    assert [(roll.broke, bool(roll.views)) for roll in rolls] == [("", True)] * 3
