from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pipeline.plan.columns import aligned, padded, wrapped

WORDS = st.lists(
    st.sampled_from(["sale", "冬のセール", "12,345", "2026-12-01", "です。", "「割引」"]), max_size=60
)


@given(WORDS, st.sampled_from([" ", ", "]))
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(words: list[str], between: str) -> None:
    text = between.join(words)
    broken = wrapped(text, first="  held: ", rest="    ")
    assert all(cell_len(line) <= 80 for line in broken.split("\n"))
    kept = "".join(broken.removeprefix("  held:").split())
    assert kept == "".join(text.split())


def test_further_lines_are_indented() -> None:
    assert wrapped("one two three", first="- ", rest="  ", width=9) == "- one two\n  three"


def test_a_word_longer_than_the_line_stays_whole() -> None:
    assert wrapped("a " + "x" * 30, width=10) == "a\n" + "x" * 30


def test_a_line_does_not_begin_with_a_japanese_full_stop() -> None:
    assert wrapped("あいうえ。", width=8) == "あいう\nえ。"


def test_words_with_a_no_break_space_stay_together() -> None:
    assert wrapped("gone 1, no\u00a0consent\u00a022", width=12) == "gone 1,\nno consent 22"


def test_columns_stand_below_each_other_in_any_script() -> None:
    assert padded("除外", 6) == "除外  "
    assert aligned([("除外", "x"), ("pace", "y")], indent=" ") == [" 除外  x", " pace  y"]
