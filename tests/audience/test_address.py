"""One address, or a reason why not."""
# ruff: noqa: E501, S608 tables of cases are read by line; SQL of our own making

import re

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audience import selection
from pipeline.audience.address import (
    PLAIN,
    PLAIN_HOST_MAX,
    PLAIN_LOCAL_MAX,
    Address,
    Invalid,
    Kind,
    mentioned,
    normalise,
)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("hanako@mail.example", "hanako@mail.example"),
        ("Hanako.Sato@MAIL.Example", "Hanako.Sato@mail.example"),
        ("ｈａｎａｋｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ", "hanako@mail.example"),
        ("\u3000\ufeffhanako@mail.example\u200b\r\n", "hanako@mail.example"),
        ("hanako@花.example", "hanako@xn--5w2a.example"),
        ("hanako@mail。example", "hanako@mail.example"),
        ("hanako+sale@mail.test", "hanako+sale@mail.test"),
        ("Postmaster@mail.example", "Postmaster@mail.example"),
    ],
)
def test_an_address_is_cleaned_without_guessing(raw: str, value: str) -> None:
    if "花" in raw:
        value = f"hanako@{'花'.encode('idna').decode()}.example"
    assert normalise(raw) == Address(value)


@pytest.mark.parametrize(
    "raw", ["taro..w@docomo.ne.jp", "taro.@ezweb.ne.jp", ".taro@DOCOMO.ne.jp", "a..@t.vodafone.ne.jp", "a.@softbank.ne.jp"]
)  # fmt: skip
def test_an_old_carrier_address_is_kept_as_a_kind_of_its_own(raw: str) -> None:
    local, host = raw.split("@")
    assert normalise(raw) == Address(f"{local}@{host.lower()}", Kind.RFC_VIOLATING_CARRIER)


def test_a_carrier_address_without_dots_out_of_place_is_ordinary() -> None:
    assert normalise("taro.w@docomo.ne.jp") == Address("taro.w@docomo.ne.jp")


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("", "empty"),
        (" \u3000", "empty"),
        ("a@x.example,b@x.example", "more than one"),
        ("a@x.example; b@x.example", "more than one"),
        ("Taro <a@x.example>", "more than one"),
        ("a@x.example\nBcc: b@x.example", "line break"),
        ("a@x.example\r\nb", "line break"),
        ("a\0b@x.example", "invisible"),
        ("a\u200bb@x.example", "invisible"),
        ("a\u202eb@x.example", "invisible"),
        ("a b@x.example", "space"),
        ("a@b@x.example", "exactly one @"),
        ("nobody", "exactly one @"),
        ("太郎@mail.example", "outside ASCII"),
        ("é@mail.example", "outside ASCII"),
        ("a@localhost", "rules"),
        ("a@nowhere.invalid", "rules"),
        ("a@[127.0.0.1]", "rules"),
        ('"a"@x.example', "rules"),
        ("a..b@x.example", "rules"),
        ("a@x..example", "rules"),
        ("a@-x.example", "rules"),
        ("a@docomo.ne.jp.", "rules"),
        ("...@docomo.ne.jp", "rules"),
        (f"{'a' * 65}@x.example", "longer"),
        (f"{'.a' * 40}@docomo.ne.jp", "longer"),
        (f"a@{'b.' * 130}example", "rules"),
    ],
)
def test_what_is_no_single_address_is_told_why(raw: str, why: str) -> None:
    answer = normalise(raw)
    assert isinstance(answer, Invalid)
    assert why in answer.why


@given(
    st.text(alphabet=st.sampled_from('aB1.@-_+ ,;<>\n\0ａ＠．花é\u200b"()[]:%!x'), max_size=20)
    | st.emails()
    | st.text()
)
def test_cleaning_twice_is_cleaning_once_and_one_address_comes_out(raw: str) -> None:
    answer = normalise(raw)
    if isinstance(answer, Address):
        assert normalise(answer.value) == answer
        assert answer.value.isascii()
        assert answer.value.isprintable()
        assert answer.value.count("@") == 1
        assert not set(answer.value) & set(" ,;<>")
        assert list(mentioned(raw)) == [answer]


PLAIN_ADDRESSES = st.from_regex(re.compile(PLAIN, re.ASCII), fullmatch=True)
LONG = st.builds(
    lambda local, host: f"{'l' * local}@{'h' * host}.example", st.integers(60, 68), st.integers(50, 70)
)


@pytest.mark.slow
@given(
    st.lists(
        PLAIN_ADDRESSES | LONG | st.emails() | st.text(alphabet="aA.@-＠ー \n", max_size=12), max_size=20
    )
)
def test_the_short_way_in_sql_and_the_long_way_in_python_agree(addresses: list[str]) -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT email, {selection._PLAIN} FROM (SELECT unnest(?::VARCHAR[]) AS email)", [addresses]
        ).fetchall()
    assert [email for email, _ in rows] == addresses
    for email, short in rows:
        assert short is None or normalise(email) == Address(short)


def test_the_short_way_is_taken_by_usual_addresses() -> None:
    usual = "Hanako.Sato+x@mail-2.shop.example"
    assert re.fullmatch(PLAIN, usual)
    local, host = usual.split("@")
    assert len(local) <= PLAIN_LOCAL_MAX
    assert len(host) <= PLAIN_HOST_MAX


def test_every_address_that_is_mentioned_counts_for_a_list_of_people_who_get_nothing() -> None:
    found = [
        address.value
        for address in mentioned("Taro <taro@x.example>; mailto:Jiro@x.example, \u3000ｈ＠x.example")
    ]
    assert found == ["taro@x.example", "Jiro@x.example", "h@x.example"]
    assert list(mentioned("nobody at all")) == []


def test_two_spellings_of_one_mailbox_have_one_key() -> None:
    assert Address("Hanako@x.example").key == Address("hanako@x.example").key
