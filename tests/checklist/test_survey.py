"""A million values are looked at as a few thousand: that changes no answer."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.checklist.catalogue import by_name
from pipeline.checklist.data.columns import shape_of
from pipeline.checklist.data.survey import flaws_of
from pipeline.checklist.report import Status
from tests.checklist.drafts import Case

_ALIKE = str.maketrans("2345689", "1111177")
_PIECES = st.sampled_from([
    "090", "080-1234-5678", "03", "100-0001", "〒", "2026-12-01", "丁目", "番地", "1-2-3", "&#39;", "&#8211;",
    "<b>", "{{", "1,234", "0", "0.5", "-12", "12345 Main Street", "+81", "０９０", "様", "鈴木", "ｱ", "縺",
    "ã\x81", "å¤ª", "@people2.example", "https://", " ", "　", "A1", "Mr 5",
])  # fmt: skip


@given(st.lists(st.one_of(_PIECES, st.from_regex(r"[0-9]{1,8}", fullmatch=True), st.text(max_size=3))))
def test_what_is_said_of_a_value_does_not_depend_on_which_digits_it_has(pieces: list[str]) -> None:
    text = "".join(pieces)
    alike = text.translate(_ALIKE)
    assert list(flaws_of(alike)) == list(flaws_of(text))
    assert shape_of(alike) == shape_of(text)


def test_amounts_that_only_differ_in_their_digits_are_not_the_same_for_all() -> None:
    def status(points: list[str]) -> Status:
        rows = [{"family_name": "鈴木" if n % 2 else "佐藤", "points": p} for n, p in enumerate(points)]
        given = {
            "segment": {"columns": ["family_name", "points"]},
            "rows": rows,
            "text": "{{ recipient.points }}ポイント",
        }
        report = Case(given).report(by_name()["data/constant-column"])
        (item,) = (item for item in report.items if item.rule == "data/constant-column")
        return item.status

    assert status(["1200", "3400"] * 15) is Status.PASS
    assert status(["1200"] * 30) is Status.WARN
