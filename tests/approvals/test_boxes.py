import pytest

from pipeline.approvals.boxes import boxes


@pytest.mark.parametrize(
    "line",
    [
        "- [x] content-is-true",
        "- [X] content-is-true: 内容は正しい",
        "* [x] `content-is-true`: it is",
        "+ [x] **content-is-true** it is",
        "1. [x] content-is-true",
        "  - [x]  content-is-true: below another",
        "- [x] <!-- for the reviewer --> content-is-true",
        "- [x] content-is-true：全角",
    ],
)
def test_a_ticked_box_is_read_however_it_is_written(line: str) -> None:
    assert boxes(line) == {"content-is-true": True}


@pytest.mark.parametrize("line", ["- [ ] content-is-true: …", "- [ ] content-is-true"])
def test_an_empty_box_is_not_ticked(line: str) -> None:
    assert boxes(line) == {"content-is-true": False}


@pytest.mark.parametrize(
    "text",
    [
        "content-is-true",
        "[x] content-is-true",
        "-[x] content-is-true",
        "- [x]content-is-true",
        "- [y] content-is-true",
        "- [ x ] content-is-true",
        "- [x] ~~content-is-true~~",
        "    - [x] content-is-true",
        "\t- [x] content-is-true",
        "> - [x] content-is-true",
        "```\n- [x] content-is-true\n```",
        "````\n```\n- [x] content-is-true\n````",
        "~~~ markdown\n- [x] content-is-true",
        "<!-- - [x] content-is-true -->",
        "<!--\n\n- [x] content-is-true\n-->",
        "<!-- x --> - [x] content-is-true",
        "words <!--\n- [x] content-is-true\n-->",
        "words\u2028- [x] content-is-true",
        "words\x0b- [x] content-is-true",
        "",
    ],
)
def test_what_nobody_sees_as_a_ticked_box_is_none(text: str) -> None:
    assert boxes(text) == {}


def test_another_item_is_another_item() -> None:
    assert boxes("- [x] content-is-true-too\n- [x] Content-is-true\n- [x] content_is_true") == {
        "content-is-true-too": True
    }


def test_a_box_that_stands_twice_is_ticked_when_both_are() -> None:
    assert boxes("- [x] a-b\n- [ ] a-b\n- [x] c\n- [x] c") == {"a-b": False, "c": True}


def test_boxes_around_code_and_comments_are_read_with_any_line_end() -> None:
    text = "- [x] a\r\n```\r\n- [x] b\r\n```\r\n- [x] c\r<!-- -->\n- [x] d\n<!-- \n --> \n- [x] e"
    assert boxes(text) == dict.fromkeys("acde", True)
