"""Hostile text, names and files end in a finding, and what they cost is bounded: in calls, not in seconds."""

import io
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checklist.catalogue import RULES, by_name
from pipeline.checklist.data.survey import flaws_of
from pipeline.checklist.display.styles import looks
from pipeline.checklist.drafting import PART_MAX
from pipeline.checklist.legal import seen
from pipeline.checklist.markup import Page, read_page
from pipeline.checklist.report import Status
from pipeline.checklist.rule import Need
from pipeline.checklist.system import tables
from pipeline.checklist.wording.amounts import amounts
from pipeline.checklist.wording.dates import mentions
from tests.checklist.drafts import Case
from tests.checklist.work import counted

WORDING = tuple(rule for rule in RULES if rule.heading == "wording" and rule.check is not None)


def calls_of(work: Callable[[], Any]) -> int:
    """How many calls of Python functions, our own and built in ones, some work takes."""
    events = counted(work)
    return events["call"] + events["c_call"]


@pytest.mark.parametrize("piece", ["12月1日(火) ", "12月1日〜7日 ", "2026-12-01 ", "December 8, 2026 "])
def test_a_text_of_nothing_but_dates_is_not_read_to_its_end(piece: str) -> None:
    few, many = (calls_of(partial(mentions, piece * times)) for times in (3_000, 12_000))
    assert many < few + 100


@pytest.mark.parametrize("piece", ["1,000円 ", "30% ", "¥5 ", "3割引 ", "10〜20% "])
def test_a_text_of_nothing_but_amounts_is_not_read_to_its_end(piece: str) -> None:
    few, many = (calls_of(partial(amounts, piece * times)) for times in (3_000, 12_000))
    assert many < few + 100


@pytest.mark.parametrize("piece", ["12月1日(火)から", "様", "ｱ", "「", "です。", "https://a.example/ "])
def test_the_wording_rules_take_a_bounded_number_of_steps(piece: str) -> None:
    def work(times: int) -> Callable[[], Any]:
        case = Case({"raw_text": piece * times, "body": {"text": "body.txt"}})
        return lambda: case.report(*WORDING)

    small, large = calls_of(work(400)), calls_of(work(1_600))
    assert large < 5 * small + 5_000


def test_a_mail_of_a_repetition_without_end_is_a_finding_and_no_rule_reads_it() -> None:
    asked = by_name()
    rules = [asked["system/renders-for-every-persona"], *WORDING]
    loop = "{% for i in range(9000) %}" + "あ" * 40 + "{% endfor %}"
    case = Case({"raw_text": loop, "body": {"text": "body.txt"}})
    report = case.report(*rules)
    (finding,) = report.findings
    assert "360,000 characters" in finding.message.en
    assert finding.path.endswith("body.txt")
    assert not report.green
    needy = {rule.id for rule in WORDING if Need.RENDERED in rule.needs}
    assert {item.status for item in report.items if item.rule in needy} == {Status.COULD_NOT_RUN}


def test_a_mail_as_long_as_is_read_is_read() -> None:
    case = Case({"raw_text": "あ" * (PART_MAX - 100), "body": {"text": "body.txt"}})
    report = case.report(by_name()["system/renders-for-every-persona"])
    assert [item.status for item in report.items] == [Status.PASS]


@pytest.mark.parametrize("letter", ["木", "a", "1", "<", "&", "ã", "ｱ", " ", "様", "-", "@"])
def test_a_name_of_ten_thousand_letters_costs_what_one_of_four_hundred_does(letter: str) -> None:
    short, long = (calls_of(partial(_flaws, letter * times)) for times in (400, 10_000))
    assert long <= short


def _flaws(text: str) -> list[object]:
    return list(flaws_of(text))


def _workbook(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return made.getvalue()


def test_of_a_workbook_that_unpacks_to_thirteen_megabytes_a_bounded_part_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    original = zipfile.ZipExtFile.read

    def counting(stream: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        data = original(stream, n)
        read.append(len(data))
        return data

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counting)
    bomb = _workbook(xl__worksheets__sheet1=b"<sheetData>" + b"<row><c><v>1</v></c></row>" * 500_000)
    assert len(bomb) < 200_000
    (table,) = tables.xlsx_tables(bomb)
    assert len(table.rows) == tables.ROWS_MAX
    assert sum(read) <= 4_000_000


def test_entities_that_grow_are_not_read() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><sheetData><row/></sheetData>'
    with pytest.raises(tables.Closed):
        tables.xlsx_tables(_workbook(xl__worksheets__sheet1=laughs))


def _as_it_is_said(page: Page) -> str:
    """What `seen` says, letter by letter."""
    shown = [True] * len(page.text)
    for element, look in looks(page):
        for at in range(element.start, element.end):
            shown[at] = seen._is_readable(look)
    return seen.squeezed("".join(letter for letter, shows in zip(page.text, shown, strict=True) if shows))


_TAGS = st.sampled_from([
    "<p>", "</p>", "<b>", "</b>", "<div style='font-size:1px'>", "</div>", "<span style='opacity:0'>",
    "</span>", "<a style='color:#fff;background:#fff'>", "</a>", "<td style='font-size:20px'>", "</td>",
    "あ", "い", "う", "<br>", "<i style='display:none'>", "</i>", "<p style='color:#000'>",
])  # fmt: skip


@given(st.lists(_TAGS, max_size=30))
def test_what_is_seen_is_found_in_one_walk(pieces: list[str]) -> None:
    page = read_page("<body>" + "".join(pieces))
    assert seen._seen(page) == _as_it_is_said(page)


def test_deep_elements_are_walked_once() -> None:
    def work(depth: int) -> Callable[[], Any]:
        page = read_page("<div style='font-size:9px'>あ" * depth)
        return lambda: seen._seen(page)

    small, large = calls_of(work(500)), calls_of(work(4_000))
    assert large < 9 * small
