import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.finding import Finding, Position
from pipeline.workspace.yaml_file import MAX_BYTES, YamlFile, parse


def good(text: str | bytes) -> YamlFile:
    file = parse("a.yaml", text.encode() if isinstance(text, str) else text)
    assert isinstance(file, YamlFile), file
    return file


def bad(text: str | bytes) -> tuple[Finding, ...]:
    findings = parse("a.yaml", text.encode() if isinstance(text, str) else text)
    assert isinstance(findings, tuple)
    assert findings
    for finding in findings:
        assert finding.rule == "settings/yaml"
        assert finding.remedy
    return findings


def test_a_time_a_no_and_a_leading_zero_stay_what_the_author_wrote() -> None:
    file = good("time: 10:30\nanswer: NO\ncode: 012\nswitch: on\nday: 2026-03-01\nshare: 1%\n")
    assert file.data == {
        "time": "10:30",
        "answer": "NO",
        "code": "012",
        "switch": "on",
        "day": "2026-03-01",
        "share": "1%",
    }


def test_an_empty_value_and_null_are_absent_but_quoted_ones_are_text() -> None:
    data = good("a:\nb: null\nc: ~\nd: ''\ne: 'null'\nf: [null, x]\n").data
    assert data == {"a": None, "b": None, "c": None, "d": "", "e": "null", "f": [None, "x"]}


def test_a_byte_order_mark_does_not_move_the_first_key() -> None:
    file = good(b"\xef\xbb\xbfa: 1\n")
    assert file.data == {"a": "1"}
    assert file.position(("a",)) == Position(1, 1)


def test_every_path_knows_its_line_and_column() -> None:
    file = good("a:\n  - b: 1\n    c: {d: x}\nあ: い\n")
    assert file.position(("a",)) == Position(1, 1)
    assert file.position(("a", 0)) == Position(2, 5)
    assert file.position(("a", 0, "c", "d")) == Position(3, 9)
    assert file.value_position(("a", 0, "c", "d")) == Position(3, 12)
    assert file.value_position(("あ",)) == Position(4, 4)


def test_steps_that_are_no_keys_are_skipped_on_the_way_to_a_position() -> None:
    file = good("top:\n  ses:\n    region: x\n")
    assert file.position(("top", "Ses", "ses", "SesRegion", "region")) == Position(3, 5)
    assert file.position(("top", "Ses", "ses", "missing")) == Position(2, 3)
    assert file.position(("missing",)) == Position(1, 1)


@pytest.mark.parametrize("amount", ["5,000円", "1,234,567円", "1,000", "30%", "-5,000"])
def test_an_amount_within_braces_keeps_its_thousands(amount: str) -> None:
    assert good(f"amounts: {{a: {amount}, b: x}}\n").data == {"amounts": {"a": amount, "b": "x"}}


@pytest.mark.parametrize(
    "text", ["{a: 5, 000円}", "{a: 5,000円: }", "{a: x,000}", "{a: '5',000}", "{a: 5,0000}"]
)
def test_nothing_else_is_put_together_at_a_comma(text: str) -> None:
    assert len(good(f"amounts: {text}\n").data["amounts"]) == 2


def test_numbers_in_a_list_stay_apart() -> None:
    assert good("waves: [1,200,300]\n").data == {"waves": ["1", "200", "300"]}


@pytest.mark.parametrize(
    ("text", "words", "position"),
    [
        ("a: 1\na: 2\n", "second time", Position(2, 1)),
        ("x:\n  a: {b: 1, b: 2}\n", "second time", Position(2, 13)),
        ("a: &here 1\n", "Anchors", Position(1, 4)),
        ("a: *here\n", "Aliases", Position(1, 4)),
        ("a: !!python/object:os.system x\n", "Tags", Position(1, 4)),
        ("a: !secret x\n", "Tags", Position(1, 4)),
        ("<<: {a: 1}\n", "Merge keys", Position(1, 1)),
        ("a: 1\n---\nb: 2\n", "second document", Position(2, 1)),
        ("%YAML 1.1\n---\na: 1\n", "%", Position(1, 1)),
        ("- a\n", "key: value", Position(1, 1)),
        ("text\n", "key: value", Position(1, 1)),
        ("? [a]\n: b\n", "cannot be a key", Position(1, 3)),
        ("a: {{ b }}\n", "cannot be a key", Position(1, 5)),
        ("~: b\n", "no key", Position(1, 1)),
        ("a: 1\n\tb: 2\n", "tab", Position(2, 1)),
        ("a: b: c\n", "colon", Position(1, 5)),
        ("a: {b: 1\n", "bracket", Position(2, 1)),
        ('a: "b\n', "never closed", Position(2, 1)),
        ("a: 1\nb\n", "neither", Position(3, 1)),
        ("a: \x07\n", "control character", Position(1, 4)),
        ("a: 1\nb: \0\n", "control character", Position(2, 4)),
    ],
)
def test_a_mistake_is_named_in_plain_words_at_its_place(text: str, words: str, position: Position) -> None:
    finding = bad(text)[0]
    assert words in finding.message.en
    assert finding.position == position


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\n\n"])
def test_an_empty_file_is_a_mistake(text: str) -> None:
    bad(text)


def test_several_mistakes_are_told_at_once() -> None:
    assert len(bad("a: 1\na: 2\nb: &x 1\nc: !t 2\n")) == 3


def test_a_file_full_of_mistakes_tells_only_the_first_ones() -> None:
    assert len(bad("a: 1\n" * 5000)) <= 21


@pytest.mark.parametrize("bracket", ["[", "{", "[["])
def test_a_hundred_thousand_brackets_are_left_at_the_twentieth(bracket: str) -> None:
    finding = bad("a: " + bracket * (100_000 // len(bracket)))[0]
    assert "20 levels" in finding.message.en or "cannot be a key" in finding.message.en


def test_nesting_in_block_style_is_bounded_too() -> None:
    assert "20 levels" in bad("a:\n " + "- " * 50_000)[0].message.en
    assert "20 levels" in bad("".join(" " * n + "a:\n" for n in range(40)))[0].message.en


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    assert "Anchors" in bad(bomb)[0].message.en  # fmt: skip


def test_a_file_of_more_than_256_kb_is_refused_unread() -> None:
    assert good("a: " + "x" * (MAX_BYTES - 4) + "\n").data["a"]
    assert "256 KB" in bad("a: " + "x" * MAX_BYTES)[0].message.en


@pytest.mark.parametrize(
    "data", [b"a: 1\nb: \xff\xfe", "a: 日本".encode("shift_jis"), "a: 1".encode("utf-16")]
)
def test_a_file_in_another_encoding_is_refused(data: bytes) -> None:
    assert "UTF-8" in bad(data)[0].message.en


def test_the_place_of_a_wrong_byte_is_told() -> None:
    assert bad(b"a: 1\nb: \xff")[0].position == Position(2, 4)


@given(st.text(alphabet="ab:-?[]{},&*!|>'\"%@#\n\t 0\\<~円", max_size=60) | st.text(max_size=40))
def test_no_text_at_all_makes_the_reader_fail(text: str) -> None:
    found = parse("a.yaml", text.encode("utf-8", "surrogatepass"))
    assert isinstance(found, YamlFile) or all(finding.message.en for finding in found)


@given(st.binary(max_size=60))
def test_no_bytes_at_all_make_the_reader_fail(data: bytes) -> None:
    assert parse("a.yaml", data) is not None
