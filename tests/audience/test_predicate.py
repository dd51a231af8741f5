"""What a segment may ask, and where an objection points."""
# ruff: noqa: E501, S608 tables of cases are read by line; SQL of our own making

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audience.predicate import Objection, Predicate, unknown_columns
from pipeline.audience.where import parse
from tests.audience.people import where


def test_the_condition_of_the_documentation_is_understood() -> None:
    predicate = where("prefecture = '東京都' and last_order_on >= date '2025-12-01' and not is_staff")
    assert predicate.columns == (("prefecture", 0), ("last_order_on", 23), ("is_staff", 66))
    assert predicate.sql == (
        '"prefecture" = \'東京都\' AND "last_order_on" >= CAST(\'2025-12-01\' AS DATE) AND NOT "is_staff"'
    )


@pytest.mark.parametrize(
    "text",
    [
        "a in ('x', 'y') or b not in (1, -2)",
        "a between 1 and 2 or a is not null or c is true",
        "a like 'x%' or a not ilike '!%y' escape '!'",
        "(a + 1) * 2 / 3 - b % 4 > 0",
        "try_cast(a as decimal(10, 2)) > 1 and cast(b as date) < timestamp '2025-12-01 10:00'",
        "lower(trim(a)) = upper('x') and length(a) > 3 and coalesce(a, '') <> ''",
        "substr(a, 1, 2) = substring(b, 1) and starts_with(a, 'x') and ends_with(a, 'y') and contains(a, 'z')",
        "abs(a) > round(b, 1) and year(c) = 2025 and month(c) = 1 and day(c) = 2",
        "\"column with space\" = 1 and 都道府県 = '東京都'",
        "a is distinct from b",
    ],
)
def test_what_segments_need_is_allowed(text: str) -> None:
    assert isinstance(parse(text), Predicate)


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a in (select 1)", 6),
        ("exists (select 1)", 0),
        ("a = 1; drop table x", 5),
        ("a = 1 -- and b = 2", 0),
        ("a = 1 /* and b = 2 */", 0),
        ("/* x */ a = 1", 0),
        ("b = 1 and\n  read_csv('/etc/passwd') = 1", 12),
        ("a > now()", 4),
        ("a > current_date", 0),
        ("a > today()", 4),
        ("random() < 0.5", 0),
        ("getenv('HOME') = 'x'", 0),
        ("count(*) > 1", 0),
        ("sum(a) over () > 1", 0),
        ("row_number() over () > 1", 0),
        ("a = ?", 0),
        ("a = $1", 0),
        ("a = :x", 0),
        ("b = 1 and *", 0),
        ("members.a = 1", 0),
        ("list_filter(a, x -> x > 1)", 0),
        ("a[1] = 1", 0),
        ("a = date 'today'", 9),
        ("a = timestamp 'now'", 14),
        ("a = cast('now' as timestamp)", 9),
        ("a::timestamptz > b", 0),
        ("a::json = '1'", 0),
        ("a in (b)", 0),
        ("a in ()", 0),
        ("case when a then b end", 10),
        ("a ~ 'x'", 0),
        ("a = 'x' collate nocase", 4),
        ("a = interval 1 day", 4),
        ("{'a': 1} = a", 6),
        ("true", 0),
        ("1 = 1", 0),
        ("", 0),
        (" \n", 0),
        ("a = 'x", 0),
        ("a and", 2),
        ("a = 1 )", 6),
        ("a = 1 order by b", 6),
        ("x" * 4001, 0),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, offset: int) -> None:
    answer = parse(text)
    assert isinstance(answer, tuple), answer
    assert answer[0].sentence
    assert answer[0].remedy
    if offset:
        assert answer[0].offset == offset


@pytest.mark.parametrize(
    "text", ["(" * 1000 + "a" + ")" * 1000, "not " * 900 + "a", "- " * 1000 + "a = 1", "a = 1" + " or a = 1" * 400, "a + " * 900 + "1 = 1"]
)  # fmt: skip
def test_a_thousand_brackets_or_words_are_refused_and_not_a_crash(text: str) -> None:
    answer = parse(text)
    assert isinstance(answer, tuple)
    assert answer[0].sentence


@given(st.text(max_size=60) | st.text(alphabet="ab()'\"=<>-/*;,.$?:{}[]| \n1nortisulde", max_size=60))
def test_no_text_whatever_crashes_it(text: str) -> None:
    answer = parse(text)
    assert isinstance(answer, Predicate) or all(isinstance(each, Objection) for each in answer)


VALUES = st.sampled_from(["a", "b", "c", "1", "2", "-1", "null"])
COMPARED = st.builds(
    "{} {} {}".format,
    VALUES,
    st.sampled_from(["=", "<>", "<", ">=", "+ 1 >", "is distinct from", "- 2 ="]),
    VALUES,
)
TESTS = st.builds(
    "{} {}".format,
    st.sampled_from("abc"),
    st.sampled_from(
        ["is null", "is not null", "in (1, 2)", "not in (1, null)", "between 0 and 2", "not between 1 and 1"]
    ),
)
CONDITIONS = st.recursive(
    COMPARED | TESTS,
    lambda inner: st.builds("({})".format, inner) | st.builds("not {}".format, inner)
    | st.builds("{} and {}".format, inner, inner) | st.builds("{} or {}".format, inner, inner),
    max_leaves=6,
)  # fmt: skip


@pytest.mark.slow
@given(CONDITIONS.filter(lambda text: any(name in text.split() for name in "abc")))
def test_what_is_written_anew_means_what_the_author_wrote(text: str) -> None:
    table = "(SELECT a, b, c FROM unnest([0, 1, 2, NULL]) t(a), unnest([1, -1, NULL]) u(b), unnest([1, NULL]) v(c))"
    predicate = parse(text)
    if isinstance(predicate, tuple):  # a name that stands only inside brackets
        return
    with duckdb.connect() as connection:
        meant = connection.execute(f"SELECT a, b, c, ({text}) FROM {table} ORDER BY ALL").fetchall()
        ran = connection.execute(f"SELECT a, b, c, ({predicate.sql}) FROM {table} ORDER BY ALL").fetchall()
    assert ran == meant


@given(CONDITIONS)
def test_what_is_written_anew_is_a_predicate_again(text: str) -> None:
    predicate = parse(text)
    if isinstance(predicate, Predicate):
        again = parse(predicate.sql)
        assert isinstance(again, Predicate)
        assert again.sql == predicate.sql


def test_an_unknown_column_is_told_with_its_place_and_the_nearest_name() -> None:
    found = unknown_columns(
        where("Prefecture = 'x' and lastorder_on is null and zzz = 1"), ["prefecture", "last_order_on"]
    )
    assert [(each.offset, each.remedy.en) for each in found] == [
        (21, "Did you mean last_order_on?"),
        (46, "The source has: last_order_on, prefecture."),
    ]


def test_columns_that_are_used_as_text_are_known() -> None:
    predicate = where("starts_with(a, '1') and b = '0012' and c > 1 and d in ('x') and (e) || f = g")
    assert predicate.texts == {"a", "b", "d", "e", "f"}
