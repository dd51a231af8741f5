"""Who is in and who is out, over real files."""
# ruff: noqa: E501, S608 tables of cases are read by line; SQL of our own making

import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.audience.contacts import Contacts, Resolution, objections
from pipeline.audience.duckdb import DuckDbContacts
from pipeline.audience.rule import AudienceRule
from pipeline.errors import PipelineError, Refused
from pipeline.models.policy import ContactSource
from pipeline.models.recipient import Reason, Recipient
from tests.audience.people import HEADER, person, rule, where

Write = Callable[..., str]


def picked(contacts: Contacts, wanted: AudienceRule) -> tuple[list[Recipient], dict[str, Reason]]:
    with contacts.resolve(wanted) as resolution:
        people = [row for rows in resolution.rows() for row in rows]
        out = [row for rows in resolution.exclusions() for row in rows]
        assert resolution.recipients == len(people)
        assert_columns_say_the_same(resolution, people)
        assert dict(resolution.excluded) == dict(Counter(row.reason for row in out))
    return people, {row.row: row.reason for row in out}


def assert_columns_say_the_same(resolution: Resolution, people: list[Recipient]) -> None:
    """The view by columns against the one by rows, in order; and every value with how often it is there."""
    columns = resolution.columns()
    flat = [
        row
        for rows in resolution.columnar(*columns)
        for row in zip(rows.ids, rows.addresses, *(rows.fields[name] for name in columns), strict=True)
    ]
    assert flat == [(row.id, row.address, *(row.fields[name] for name in columns)) for row in people]
    for name in columns:
        counted = {value.text: value.rows for value in resolution.values(name)}
        assert counted == Counter(row.fields[name] for row in people)
        for value in resolution.values(name):
            assert 0 < len(value.ids) <= min(5, value.rows)
            assert set(value.ids) <= {row.id for row in people if row.fields[name] == value.text}


def ids(contacts: Contacts, wanted: AudienceRule) -> set[str]:
    return {person.id for person in picked(contacts, wanted)[0]}


def test_a_segment_picks_its_people_with_their_columns_as_text(
    write: Write, contacts: DuckDbContacts
) -> None:
    write(
        "members.csv",
        [person(1), person(2, prefecture="大阪府"), person(3, is_staff="true"), person(4, branch="")],
    )
    tokyo = where(
        "prefecture = '東京都' and last_order_on >= date '2025-12-01' and not is_staff and points > 99"
    )
    people, out = picked(contacts, rule(where=tokyo, columns=("branch", "points")))
    assert {person.id: person.fields for person in people} == {
        "m1": {"branch": "0012", "points": "100"},
        "m4": {"branch": "", "points": "100"},
    }
    assert out == {}


def test_every_reason_is_told_and_the_first_that_applies_wins(write: Write, contacts: DuckDbContacts) -> None:
    write("out.csv", [["PERSON5@mail.example"], ["Taro <person6@mail.example>"]], header=["email"])
    write("bounced.csv", [["x", "ｐｅｒｓｏｎ7@mail.example"]], header=["why", "Email"])
    write(
        "members.csv",
        [
            person(1),
            person(2, member_id=" "),
            person(3, email="nobody"),
            person(1, email="other@mail.example"),
            person(4),
            person(5),
            person(6, consent_at=""),
            person(7, consent_at=""),
            person(8, consent_at="false"),
            person(9, prefecture="沖縄県"),
            person(10, email="Person1@MAIL.example"),
            person(11, email="person4@mail.example"),
        ],
    )
    okinawa = rule(segment="okinawa", where=where("prefecture = '沖縄県'"), consent_required=False)
    wanted = rule(suppression=(("unsubscribed", "out.csv"), ("bounced", "bounced.csv")), excluded=(okinawa,))
    with contacts.resolve(wanted, [("m4", "person4@mail.example")]) as resolution:
        people = [row.id for rows in resolution.rows() for row in rows]
        out = [(row.row, row.reason) for rows in resolution.exclusions() for row in rows]
    assert people == ["m1"]
    assert out == [
        ("#2", Reason.MISSING_ID),
        ("m3", Reason.INVALID_ADDRESS),
        ("m1", Reason.DUPLICATE_ID),
        ("m4", Reason.ALREADY_HAD_IT),
        ("m5", Reason.UNSUBSCRIBED),
        ("m6", Reason.UNSUBSCRIBED),
        ("m7", Reason.SUPPRESSED),
        ("m8", Reason.NO_CONSENT),
        ("m9", Reason.EXCLUDED_SEGMENT),
        ("m10", Reason.DUPLICATE_ADDRESS),
        ("m11", Reason.ALREADY_HAD_IT),
    ]


def test_a_doubled_address_goes_to_the_first_row_that_may_get_it(
    write: Write, contacts: DuckDbContacts
) -> None:
    write(
        "members.csv",
        [
            person(1, consent_at=""),
            person(2, email="person1@mail.example"),
            person(3, email="PERSON1@mail.example"),
        ],
    )
    people, out = picked(contacts, rule())
    assert [person.id for person in people] == ["m2"]
    assert out == {"m1": Reason.NO_CONSENT, "m3": Reason.DUPLICATE_ADDRESS}


def test_a_member_of_an_excluded_segment_is_out_under_a_second_id_too(
    write: Write, contacts: DuckDbContacts
) -> None:
    write("members.csv", [person(1, points="0"), person(2, email="person1@mail.example"), person(3)])
    poor = rule(segment="poor", where=where("points = 0"), consent_required=False)
    assert picked(contacts, rule(excluded=(poor,)))[1] == {
        "m1": Reason.EXCLUDED_SEGMENT, "m2": Reason.EXCLUDED_SEGMENT,
    }  # fmt: skip


def test_an_excluded_segment_of_another_source_matches_by_address_not_by_id(
    write: Write, contacts: DuckDbContacts
) -> None:
    write("members.csv", [person(1), person(2)])
    write("shop.csv", [person(1, email="person2@mail.example")])
    assert ids(contacts, rule(excluded=(rule("shop.csv", segment="shop"),))) == {"m1"}


def test_members_of_a_segment_are_those_it_does_not_exclude_itself(
    write: Write, contacts: DuckDbContacts
) -> None:
    write("members.csv", [person(1, points="0"), person(2, points="0", is_staff="true"), person(3)])
    staff = rule(segment="staff", where=where("is_staff"))
    poor = rule(segment="poor", where=where("points = 0"), excluded=(staff,))
    assert ids(contacts, rule(excluded=(poor,))) == {"m2", "m3"}


def test_consent_is_not_asked_where_the_law_does_not(write: Write, contacts: DuckDbContacts) -> None:
    write("members.csv", [person(1, consent_at="")])
    assert ids(contacts, rule(consent_required=False)) == {"m1"}


def test_the_order_is_by_hash_of_campaign_and_id(write: Write, contacts: DuckDbContacts) -> None:
    write("members.csv", [person(number) for number in range(200)])
    for campaign in ("winter-sale", "spring"):
        people, _ = picked(contacts, rule(order_key=campaign))
        hashes = [hashlib.sha256(f"{campaign}{person.id}".encode()).hexdigest() for person in people]
        assert hashes == sorted(hashes)


EMAILS = st.sampled_from(
    ["a@x.example", "A@x.example", "b@x.example", "", "no", "ａ@x.example", "c..d@docomo.ne.jp"]
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["1", "2", "3", "4", "", " "]), EMAILS, st.sampled_from(["", "2026-01-01"]), st.sampled_from(["0", "5", ""])),
    max_size=12,
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, out=st.lists(EMAILS, max_size=3), consent=st.booleans())
def test_every_row_is_accounted_for_and_nobody_who_may_not_is_in(
    write: Write, contacts: DuckDbContacts, rows: list[tuple[str, ...]], out: list[str], *, consent: bool
) -> None:
    header = ("member_id", "email", "consent_at", "points")
    write("members.csv", rows, header=header)
    write("out.csv", [["x", email] for email in out], header=("n", "email"))
    wanted = rule(suppression=(("unsubscribed", "out.csv"),), consent_required=consent)
    people, _ = picked(contacts, wanted)
    with contacts.resolve(wanted) as resolution, contacts.standing(wanted) as standing:
        assert resolution.recipients + sum(resolution.excluded.values()) == len(rows)
        assert standing.reasons(people) == {}
    keys = [person.address.lower() for person in people]
    assert len(set(keys)) == len(keys)
    assert len({person.id for person in people}) == len(people)
    assert not {email.lower() for email in out} & set(keys)


@pytest.mark.parametrize(
    ("values", "condition", "found"),
    [
        (["0012", "12", "13"], "branch = '0012'", {"m0"}),
        (["12", "13"], "branch = '0012'", set()),
        (["1000001", "2000002"], "starts_with(branch, '1')", {"m0"}),
        (["9", "10", ""], "branch > 9", {"m1"}),
        (["1.5", "2", ""], "branch + 1 >= 3", {"m1"}),
        (["2026-01-01", "", "2025-01-01"], "branch < date '2026-01-01'", {"m2"}),
        (["2026-01-01 10:00:00", ""], "branch > timestamp '2026-01-01 09:00'", {"m0"}),
        (["TRUE", "false", ""], "not branch", {"m1"}),
        (["", ""], "branch + 1 > 3", set()),
        (["", "x"], "branch is null", {"m0"}),
        ([], "branch + 1 > 3", set()),
        (["a\nb", 'say "hi"'], "contains(branch, 'hi')", {"m1"}),
    ],
)  # fmt: skip
def test_a_column_of_a_csv_file_has_the_type_of_all_its_values(
    write: Write, contacts: DuckDbContacts, values: list[str], condition: str, found: set[str]
) -> None:
    write("members.csv", [person(number, branch=value) for number, value in enumerate(values)])
    assert ids(contacts, rule(where=where(condition))) == found


def test_a_comparison_that_makes_no_sense_is_refused_without_quoting_anybody(
    write: Write, contacts: DuckDbContacts
) -> None:
    write("members.csv", [person(1, branch="secret")])
    with pytest.raises(Refused) as told:
        ids(contacts, rule(where=where("branch > 3")))
    assert "secret" not in told.value.sentence
    assert told.value.__suppress_context__


def test_parquet_and_sqlite_give_the_same_people_as_csv(
    write: Write, contacts: DuckDbContacts, tmp_path: Path
) -> None:
    rows = [
        person(1),
        person(2, points="5"),
        person(3, member_id=""),
        person(4, email=""),
        person(5, branch=""),
    ]
    write("members.csv", rows)
    connection = duckdb.connect()
    connection.execute(f"copy (select * replace (points::int as points, last_order_on::date as last_order_on) from "
                       f"read_csv('{tmp_path}/members.csv', all_varchar = true)) to '{tmp_path}/members.parquet'")  # fmt: skip
    connection.close()
    database = sqlite3.connect(tmp_path / "members.db")
    database.execute(f"create table members ({', '.join(HEADER)})")
    database.executemany(f"insert into members values ({', '.join('?' * len(HEADER))})", rows)
    database.commit()
    database.close()
    wanted = rule(
        where=where("points >= 100 and last_order_on > date '2026-01-01'"),
        columns=("branch", "last_order_on"),
    )
    expected = picked(contacts, wanted)
    assert len(expected[0]) == 2
    parquet = wanted.source.model_copy(update={"kind": "parquet", "path": "members.parquet"})
    sqlite = wanted.source.model_copy(update={"kind": "sqlite", "path": "members.db", "table": "members"})
    assert picked(contacts, replace(wanted, source=parquet)) == expected
    assert picked(contacts, replace(wanted, source=sqlite)) == expected
    assert list(contacts.columns(sqlite)) == list(contacts.columns(parquet)) == list(HEADER)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_line_ends_and_quoted_line_breaks_are_no_trouble(
    contacts: DuckDbContacts, tmp_path: Path, end: str
) -> None:
    text = end.join(
        [
            "member_id,email,consent_at,full name",
            'm1,a@x.example,2026,"A',
            'B"',
            "",
            "m2,b@x.example,2026,C",
            "",
        ]
    )
    (tmp_path / "members.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    people, _ = picked(contacts, rule(columns=("full name",)))
    assert {person.id: person.fields["full name"] for person in people} == {"m1": f"A{end}B", "m2": "C"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"member_id,email,consent_at\nm1,a@x.example,2026\nm2,b@x.example\n", "line 3 .* has 2 values"),
        (b"member_id,email,consent_at\nm1,a@x.example,2026,extra\n", "line 2 .* has 4 values"),
        (b'member_id,email,consent_at\nm1,"a@x.example,2026\n', "no CSV"),
        ("member_id,email,consent_at\nm1,a@x.example,東京\n".encode("cp932"), "not UTF-8"),
        (b"member_id,email,email\n", "name every column"),
        (b"", "name every column"),
        (b"member_id,consent_at\nm1,2026\n", "no column email"),
    ],
)
def test_a_broken_file_is_told_and_not_half_read(
    contacts: DuckDbContacts, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "members.csv").write_bytes(content)
    with pytest.raises(PipelineError, match=told):
        contacts.resolve(rule())


def test_a_missing_file_or_list_is_never_an_empty_one(write: Write, contacts: DuckDbContacts) -> None:
    with pytest.raises(PipelineError, match=r"members\.csv cannot be found"):
        contacts.resolve(rule())
    write("members.csv", [person(1)])
    listed = rule(suppression=(("unsubscribed", "out.csv"),))
    for ask in (contacts.resolve, contacts.standing, contacts.fingerprint):
        with pytest.raises(PipelineError, match=r"out\.csv cannot be found"):
            ask(listed)
    write("out.csv", [["x"]], header=["address"])
    with pytest.raises(PipelineError, match="no column email"):
        contacts.resolve(listed)


def test_a_file_that_is_no_parquet_is_told(contacts: DuckDbContacts, tmp_path: Path) -> None:
    (tmp_path / "members.parquet").write_bytes(b"nonsense")
    source = ContactSource(kind="parquet", path="members.parquet", id="a", email="b")
    with pytest.raises(PipelineError, match="could not be read"):
        contacts.columns(source)


def test_columns_that_the_source_lacks_are_found_with_their_place(
    write: Write, contacts: DuckDbContacts
) -> None:
    write("members.csv", [person(1)])
    wanted = rule(where=where("points > 1 and prefectur = 'x'"), columns=("branch", "pionts"))
    found = objections(wanted, contacts.columns)
    assert [(o.file, o.path, o.offset, o.remedy.en) for o in found] == [
        ("segments/all.yaml", ("columns", 1), 0, "Did you mean points?"),
        ("segments/all.yaml", ("where",), 15, "Did you mean prefecture?"),
    ]
    with pytest.raises(PipelineError, match="prefectur"):
        contacts.resolve(replace(wanted, columns=()))


def test_no_name_of_a_column_gets_in_the_way(write: Write, contacts: DuckDbContacts) -> None:
    header = ("id", "email", "row", "f0", "key", "reason", "consent", "f1")
    write("members.csv", [["m1", "a@x.example", "1", "2", "3", "4", "5", "6"]], header=header)
    source = ContactSource(kind="csv", path="members.csv", id="id", email="email", consent="consent")
    odd = where("f0 = 2 and f1 = 6 and row = 1 and id = 'm1' and key = 3 and consent = 5 and reason = 4")
    people, _ = picked(contacts, rule(source=source, where=odd, columns=("reason", "f1", "row")))
    assert [person.fields for person in people] == [{"reason": "4", "f1": "6", "row": "1"}]


def test_the_clock_is_not_reached_by_a_column_that_is_called_like_it(
    write: Write, contacts: DuckDbContacts
) -> None:
    write("members.csv", [person(1)])
    with pytest.raises(PipelineError, match="no column current_date"):
        contacts.resolve(rule(where=where("\"current_date\" > date '2020-01-01'")))


def test_the_fingerprint_is_another_one_after_every_change(
    write: Write, contacts: DuckDbContacts, tmp_path: Path
) -> None:
    write("members.csv", [person(1)])
    write("out.csv", [], header=["email"])
    wanted = rule(suppression=(("unsubscribed", "out.csv"),))
    before = contacts.fingerprint(wanted)
    assert contacts.fingerprint(wanted) == before
    write("out.csv", [["person1@mail.example"]], header=["email"])
    after = contacts.fingerprint(wanted)
    assert after != before
    (tmp_path / "members.csv").rename(tmp_path / "old.csv")
    write("members.csv", [person(1)])
    old = (tmp_path / "old.csv").stat()
    os.utime(tmp_path / "members.csv", ns=(old.st_atime_ns, old.st_mtime_ns))
    assert contacts.fingerprint(wanted) != after


def test_the_fingerprint_sees_what_sqlite_wrote_beside_the_file(
    contacts: DuckDbContacts, tmp_path: Path
) -> None:
    database = sqlite3.connect(tmp_path / "members.db")
    database.execute("pragma journal_mode = wal")
    database.execute("create table members (id, email)")
    database.commit()
    source = ContactSource(kind="sqlite", path="members.db", table="members", id="id", email="email")
    wanted = rule(source=source, consent_required=False)
    before = contacts.fingerprint(wanted)
    database.execute("insert into members values (7, 'a@x.example')")
    database.commit()
    assert contacts.fingerprint(wanted) != before
    assert ids(contacts, wanted) == {"7"}
    database.close()


def test_nothing_is_left_on_the_disk(
    write: Write, contacts: DuckDbContacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spill = tmp_path / "tmp"
    spill.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spill))
    write("members.csv", [person(1)])
    with contacts.resolve(rule()), contacts.standing(rule()):
        assert len(list(spill.iterdir())) == 2
    with pytest.raises(PipelineError):
        contacts.resolve(rule(columns=("nothing",)))
    assert list(spill.iterdir()) == []


def test_at_send_time_each_reason_to_leave_somebody_out_is_seen(
    write: Write, contacts: DuckDbContacts
) -> None:
    write("out.csv", [], header=["email"])
    write("bounced.csv", [], header=["email"])
    staff = rule(segment="staff", where=where("is_staff"))
    wanted = rule(
        where=where("points = 100"), excluded=(staff,),
        suppression=(("unsubscribed", "out.csv"), ("bounced", "bounced.csv")),
    )  # fmt: skip
    write("members.csv", [person(number) for number in range(9)])
    people, _ = picked(contacts, wanted)
    assert len(people) == 9
    with contacts.standing(wanted) as standing:
        assert standing.reasons(people) == {}
    write(
        "members.csv",
        [
            person(0),
            person(1, email="PERSON1@mail.example"),
            person(2, points="0"),
            person(3, consent_at=""),
            person(4, email="moved@mail.example"),
            person(5, is_staff="true"),
            person(7),
            person(8),
        ],
    )
    write("out.csv", [["Person7@mail.example"]], header=["email"])
    write("bounced.csv", [["person8@mail.example"], ["person7@mail.example"]], header=["email"])
    with contacts.standing(wanted) as standing:
        assert standing.reasons(people) == {
            "m3": Reason.NO_CONSENT,
            "m4": Reason.ADDRESS_CHANGED,
            "m5": Reason.EXCLUDED_SEGMENT,
            "m6": Reason.GONE,
            "m7": Reason.UNSUBSCRIBED,
            "m8": Reason.SUPPRESSED,
        }


def test_at_send_time_an_address_that_had_to_be_mended_is_still_the_same(
    write: Write, contacts: DuckDbContacts
) -> None:
    wanted = rule(suppression=(("unsubscribed", "out.csv"),))
    write("out.csv", [], header=["email"])
    odd = ["　Person1@mail.example ", "ｐｅｒｓｏｎ２@mail.example", "person3@花森.example"]
    write("members.csv", [person(number, email=email) for number, email in enumerate(odd, 1)])
    people, _ = picked(contacts, wanted)
    assert [row.address for row in sorted(people, key=lambda row: row.id)] == [
        "Person1@mail.example", "person2@mail.example", "person3@xn--32vn36c.example",
    ]  # fmt: skip
    with contacts.standing(wanted) as standing:
        assert standing.reasons(people) == {}
    write("out.csv", [["PERSON1@mail.example"], ["ｐerson3@花森.example"]], header=["email"])
    with contacts.standing(wanted) as standing:
        assert standing.reasons(people) == {"m1": Reason.UNSUBSCRIBED, "m3": Reason.UNSUBSCRIBED}


@pytest.fixture
def crowd(write: Write) -> AudienceRule:
    """So many that the least memory of the test below does not do."""
    write("members.csv", [person(n, branch=f"{n:0>200}") for n in range(20_000)])
    return rule(columns=("branch",))


def test_a_crowd_gets_the_memory_that_it_takes(
    crowd: AudienceRule, contacts: DuckDbContacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.audience.duckdb.MEMORY", ("6MB", "512MB"))
    with contacts.resolve(crowd, iter([("m1", "")])) as resolution:
        assert (resolution.recipients, dict(resolution.excluded)) == (19_999, {Reason.ALREADY_HAD_IT: 1})


def test_what_the_most_memory_does_not_do_for_is_said(
    crowd: AudienceRule, contacts: DuckDbContacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.audience.duckdb.MEMORY", ("6MB", "7MB"))
    with pytest.raises(PipelineError, match="more memory than there is") as told:
        contacts.resolve(crowd)
    assert "fewer columns" in told.value.remedy
