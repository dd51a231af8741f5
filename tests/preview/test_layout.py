"""What is wrong with a page, from what was measured on it."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.preview.layout import contrast, troubles
from pipeline.preview.measured import Box, Colour, Image, Measured, Tap, Text

BLACK: Colour = (0, 0, 0, 1)
WHITE: Colour = (255, 255, 255, 1)
GOOD = Text("Hello", Box(10, 10, 100, 20), 0, 16, BLACK, (WHITE,))
PAGE = Measured(375, 375, 900, (GOOD,))


def rules(page: Measured, mode: str = "phone") -> list[str]:
    return [trouble.rule.removeprefix("display/") for _, trouble in troubles({mode: page})]


def with_text(**changes: Any) -> Measured:
    changes = {"words": "World", "box": Box(10, 90, 100, 20), "element": 1, **changes}
    return replace(PAGE, texts=(GOOD, replace(GOOD, **changes)))


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (PAGE, []),
        (replace(PAGE, scroll_width=376), []),
        (replace(PAGE, scroll_width=600), ["horizontal-overflow"]),
        (replace(PAGE, beyond=(("wide", Box(300, 0, 120, 20)),)), ["beyond-edge"]),
        (
            replace(PAGE, images=(Image("https://a.example/a.png", "a", Box(0, 0, 9, 9), loaded=False),)),
            ["image-loads"],
        ),
        (replace(PAGE, images=(Image("data:x", "a", Box(0, 0, 9, 9), loaded=True),)), []),
        (with_text(size=11.5), ["small-text"]),
        (with_text(size=12), []),
        (with_text(colour=(150, 150, 150, 1)), ["contrast-on-screen"]),
        (with_text(colour=(150, 150, 150, 1), behind=None), []),
        (with_text(colour=(140, 140, 140, 1), size=24), []),
        (with_text(colour=(140, 140, 140, 1), size=19, bold=True), []),
        (with_text(colour=(140, 140, 140, 1), size=19), ["contrast-on-screen"]),
        (with_text(colour=(0, 0, 0, 0.3)), ["contrast-on-screen"]),
        (with_text(behind=((0, 0, 0, 0.5), WHITE), colour=WHITE), ["contrast-on-screen"]),
        (with_text(colour=WHITE), ["hidden-text"]),
        (with_text(hidden="opacity"), ["hidden-text"]),
        (with_text(box=Box(20, 15, 100, 20)), ["overlapping-text"]),
        (with_text(box=Box(20, 15, 100, 20), element=0), []),
        (with_text(box=Box(10, 27, 100, 20)), []),
        (replace(PAGE, taps=(Tap("go", Box(0, 0, 90, 18), inline=False),)), ["tap-target"]),
        (replace(PAGE, taps=(Tap("go", Box(0, 0, 90, 18), inline=True),)), []),
        (replace(PAGE, taps=(Tap("go", Box(0, 0, 24, 24), inline=False),)), []),
    ],
)
def test_a_page_has_exactly_these_troubles(page: Measured, found: list[str]) -> None:
    assert rules(page) == found


def test_small_links_are_no_trouble_for_a_mouse() -> None:
    page = replace(PAGE, taps=(Tap("go", Box(0, 0, 90, 18), inline=False),))
    assert rules(page, "desktop") == []


def test_the_line_for_inboxes_may_be_hidden_and_nothing_behind_it() -> None:
    hidden = replace(GOOD, words="preheader", element=5, hidden="display")
    assert rules(replace(PAGE, texts=(hidden, GOOD))) == []
    assert rules(replace(PAGE, texts=(GOOD, hidden))) == ["hidden-text"]


def test_what_is_hidden_on_a_phone_and_seen_on_a_desktop_is_not_hidden() -> None:
    hidden = replace(PAGE, texts=(GOOD, replace(GOOD, words="wide only", element=5, hidden="display")))
    shown = replace(PAGE, texts=(GOOD, replace(GOOD, words="wide only", element=5, box=Box(0, 200, 9, 9))))
    assert troubles({"phone": hidden, "desktop": shown}) == ()


def test_in_the_dark_only_a_background_of_the_mail_is_judged() -> None:
    pale = replace(GOOD, colour=(200, 200, 200, 1), behind=())
    assert rules(replace(PAGE, texts=(pale,)), "dark") == []
    assert rules(replace(PAGE, texts=(replace(pale, behind=(WHITE,)),)), "dark") == ["contrast-on-screen"]


def test_the_contrast_is_that_of_wcag() -> None:
    assert contrast(GOOD) == pytest.approx(21)
    assert contrast(replace(GOOD, colour=(118, 118, 118, 1))) == pytest.approx(4.54, abs=0.01)


def test_a_trouble_says_it_in_both_languages() -> None:
    ((mode, trouble),) = troubles({"phone": replace(PAGE, scroll_width=600)})
    assert mode == "phone"
    assert "600 pixels" in trouble.message
    assert "600ピクセル" in trouble.message_ja
    assert trouble.remedy
    assert trouble.remedy_ja
