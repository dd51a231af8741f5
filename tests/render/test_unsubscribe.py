"""One-click unsubscribe: nobody can unsubscribe somebody else, and the key stays a secret."""

import base64
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import PipelineError
from pipeline.render.unsubscribe import (
    FILE_VARIABLE,
    KEY_VARIABLE,
    Unsubscribe,
    UnsubscribeKey,
    link,
    load_key,
    sign,
    verify,
)

KEY = UnsubscribeKey(b"k" * 32)
words = st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=40)


@given(campaign=st.from_regex(r"[a-z0-9][a-z0-9-]{0,63}", fullmatch=True), row=words)
def test_a_link_says_which_row_and_which_campaign(campaign: str, row: str) -> None:
    assert verify(sign(campaign, row, KEY), KEY) == Unsubscribe(campaign, row)


@given(place=st.integers(0, 200), letter=st.sampled_from("ABCz019-_.="))
def test_a_link_that_was_altered_anywhere_is_worth_nothing(place: int, letter: str) -> None:
    token = sign("winter", "m1", KEY)
    altered = token[: place % len(token)] + letter + token[place % len(token) + 1 :]
    assert altered == token or verify(altered, KEY) is None


@given(st.text(max_size=80))
def test_nonsense_is_no_link(token: str) -> None:
    assert verify(token, KEY) is None


def test_a_link_of_another_key_is_worth_nothing() -> None:
    assert verify(sign("winter", "m1", UnsubscribeKey(b"other" * 8)), KEY) is None


def test_a_link_is_plain_enough_for_a_header_and_never_holds_the_address() -> None:
    url = link("https://u.hanamori.example/", "winter", "会員1", KEY)
    assert url.startswith("https://u.hanamori.example/")
    assert url.count("//") == 1
    assert url.isascii()
    assert " " not in url


def test_a_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    first = load_key(tmp_path, {}, create=True)
    assert load_key(tmp_path, {}, create=True) == first
    assert load_key(tmp_path, {}, create=False) == first
    assert (tmp_path / ".postmerge/unsubscribe.key").stat().st_mode & 0o777 == 0o600
    assert len(base64.urlsafe_b64decode(first.secret)) == 32


def test_no_key_is_made_where_that_is_not_allowed(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="no unsubscribe key"):
        load_key(tmp_path, {}, create=False)
    assert not (tmp_path / ".postmerge").exists()


def test_two_repositories_have_two_keys(tmp_path: Path) -> None:
    assert load_key(tmp_path / "a", {}, create=True) != load_key(tmp_path / "b", {}, create=True)


def test_the_environment_comes_first(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.key").write_text("f" * 40 + "\n")
    both = {KEY_VARIABLE: "e" * 40, FILE_VARIABLE: str(tmp_path / "elsewhere.key")}
    assert load_key(tmp_path, both, create=True).secret == b"e" * 40
    assert load_key(tmp_path, {FILE_VARIABLE: both[FILE_VARIABLE]}, create=True).secret == b"f" * 40
    assert not (tmp_path / ".postmerge").exists()


def test_a_missing_file_that_was_named_is_not_replaced_by_a_new_key(tmp_path: Path) -> None:
    with pytest.raises(PipelineError):
        load_key(tmp_path, {FILE_VARIABLE: "gone.key"}, create=True)
    assert list(tmp_path.iterdir()) == []


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="31 bytes"):
        load_key(tmp_path, {KEY_VARIABLE: "x" * 31}, create=True)


def test_a_key_that_git_tracks_is_refused(tmp_path: Path) -> None:
    load_key(tmp_path, {}, create=True)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    load_key(tmp_path, {}, create=False)
    subprocess.run(["git", "-C", str(tmp_path), "add", "-f", ".postmerge/unsubscribe.key"], check=True)
    with pytest.raises(PipelineError, match="tracked by git"):
        load_key(tmp_path, {}, create=False)


def test_the_key_does_not_show_in_logs() -> None:
    assert "kkk" not in repr(KEY)
