"""Pages that are meant to keep the rules of the heading display busy: what they cost grows with the page."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.checklist.catalogue import RULES
from pipeline.checklist.display.hosts import distance
from pipeline.checklist.display.styles import looks, own_words
from pipeline.checklist.display.validity import _faults
from pipeline.checklist.domains import organisational
from pipeline.checklist.markup import read_page
from pipeline.checklist.report import Status
from tests.checklist.drafts import Case
from tests.checklist.work import counted

DISPLAY = tuple(rule for rule in RULES if rule.heading == "display" and rule.check is not None)


def calls_of(work: Callable[[], Any]) -> int:
    """How many calls of Python functions some work takes."""
    return counted(work).total()


@pytest.mark.parametrize(
    "piece",
    [
        "<div style='color:#111;background:#fff'>a",
        "<a href='https://www.hanamori.example/x'>",
        "</b>",
        "<!-- ",
        "{% if a %}<b>",
        '<a title="',
        "{{ '",
        "<style>",
    ],
)
def test_the_work_grows_with_the_page_and_no_faster(piece: str) -> None:
    def work(times: int) -> Callable[[], Any]:
        text = piece * times
        return lambda: (list(_faults(text)), *_read(text))

    small, large = calls_of(work(200)), calls_of(work(800))
    assert large < 5 * small + 1_000


def _read(text: str) -> tuple[Any, ...]:
    page = read_page(text)
    return list(looks(page)), own_words(page)


def test_far_names_are_not_compared_to_the_end() -> None:
    assert distance("a" * 253, "b" * 253, 2) == 3
    assert calls_of(lambda: distance("a" * 100_000, "b" * 253, 2)) < 50
    assert calls_of(lambda: distance("a" * 253, "b" * 253, 2)) < 5_000
    assert organisational("a." * 100_000 + "co.jp") == "a.co.jp"


def test_a_thousand_links_and_deep_nesting_end_in_findings() -> None:
    web = "http" + "://"
    links = "".join(f'<a href="{web}h{n}.elsewhere.example/{n}">x</a>' for n in range(2_100))
    page = "<div>" * 400 + links + "</div>" * 400
    report = Case({"html": page}).report(*DISPLAY)
    statuses = {item.rule: item.status for item in report.items}
    assert Status.COULD_NOT_RUN not in statuses.values()
    assert statuses["display/url-not-allowed"] is Status.FAIL
    assert statuses["display/html-size"] is Status.FAIL
    assert len(report.findings) < 200
