from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models.campaign import Expect
from pipeline.plan.calendar import quiet_until
from pipeline.plan.delivery_plan import Freeze, Send, Soak, late_after, starts_at, steps
from pipeline.plan.unusual import Compared, FarFrom, Nobody, OutOfBounds, audience_objections
from tests.plan.plans import NOW, PLAN

#: What an approval is about, each with another value.
PROMISED: dict[str, Any] = {
    "digest": "e" * 64,
    "audience_rule": "b" * 64,
    "sender": "hello@mail.hanamori.example",
    "send_at": None,
    "zone": "UTC",
    "latest_start": timedelta(hours=5),
    "shares": (1.0,),
    "soak": timedelta(minutes=31),
    "expect": Expect(min=500, max=5001),
}
#: Limits of the policy, which may become stricter while a delivery is under way, and mere names.
NOT_PROMISED: dict[str, Any] = {
    "campaign": "another",
    "segment": "renamed",
    "undo_window": timedelta(hours=1),
    "rate": 1.0,
    "quiet": None,
    "domains": (("docomo.ne.jp", 20.0),),
    # of the campaign's own file, so it is under the digest
    "first_batch": 1,
}


def test_the_tables_name_every_part_of_a_plan() -> None:
    assert {field.name for field in fields(PLAN)} == PROMISED.keys() | NOT_PROMISED.keys()


@pytest.mark.parametrize("part", PROMISED)
def test_the_checksum_changes_with_what_was_approved(part: str) -> None:
    assert replace(PLAN, **{part: PROMISED[part]}).checksum != PLAN.checksum


@pytest.mark.parametrize("part", NOT_PROMISED)
def test_the_checksum_stays_when_only_a_limit_of_the_policy_changes(part: str) -> None:
    assert replace(PLAN, **{part: NOT_PROMISED[part]}).checksum == PLAN.checksum


def test_it_starts_at_its_time_when_the_undo_window_is_over_by_then() -> None:
    assert starts_at(PLAN, NOW) == PLAN.send_at


def test_it_starts_after_the_undo_window_when_it_was_merged_late_or_on_merge() -> None:
    merged = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert starts_at(PLAN, merged) == merged + timedelta(minutes=10)
    assert starts_at(replace(PLAN, send_at=None), merged) == merged + timedelta(minutes=10)


def test_it_does_not_start_in_quiet_hours() -> None:
    evening = datetime(2026, 12, 1, 12, 30, tzinfo=UTC)  # 21:30 in Tokyo
    assert starts_at(replace(PLAN, send_at=None), evening) == datetime(2026, 12, 1, 23, 0, tzinfo=UTC)


def test_a_night_makes_nobody_late() -> None:
    meant = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)  # 20:00 in Tokyo, an hour before the night
    assert late_after(PLAN, meant) == datetime(2026, 12, 2, 2, 0, tzinfo=UTC)


def test_the_steps_are_freeze_then_waves_with_soaks_between_them() -> None:
    start = PLAN.send_at
    assert start is not None
    freeze, one, soak, two, _, three = steps(PLAN, 1400, NOW)
    assert freeze == Freeze(start)
    assert one == Send(1, 14, start, start + timedelta(seconds=1), 10)
    assert soak == Soak(1, start + timedelta(minutes=30, seconds=1))
    assert isinstance(two, Send)
    assert (two.recipients, two.at) == (126, start + timedelta(minutes=30, seconds=1))
    assert isinstance(three, Send)
    assert three.recipients == 1260
    assert three.until - three.at == timedelta(seconds=90)


def test_nobody_means_no_wave() -> None:
    assert [type(step) for step in steps(PLAN, 0, NOW)] == [Freeze]


@given(st.integers(1, 3_000_000), st.integers(0, 48 * 60))
def test_no_wave_begins_or_ends_in_quiet_hours_and_all_add_up(recipients: int, minutes: int) -> None:
    listed = steps(PLAN, recipients, NOW + timedelta(minutes=minutes))
    sends = [step for step in listed if isinstance(step, Send)]
    assert sum(send.recipients for send in sends) == recipients
    for send in sends:
        assert quiet_until(send.at, PLAN.quiet, PLAN.zone) is None
        assert quiet_until(send.until - timedelta(microseconds=1), PLAN.quiet, PLAN.zone) is None
        assert send.until - send.at >= timedelta(seconds=send.recipients / PLAN.rate)
    assert all(before.until < after.at for before, after in pairwise(sends))


@pytest.mark.parametrize(
    ("recipients", "compared", "objections"),
    [
        (500, [], ()),
        (5000, [], ()),
        (0, [], (Nobody(),)),
        (499, [], (OutOfBounds(499, 500, 5000),)),
        (5001, [], (OutOfBounds(5001, 500, 5000),)),
        (1500, [Compared(1000)], ()),
        (1501, [Compared(1000)], (FarFrom(1501, Compared(1000), 1.5),)),
        (667, [Compared(1000)], ()),
        (666, [Compared(1000)], (FarFrom(666, Compared(1000), 1.5),)),
        (800, [Compared(0)], ()),
        (4000, [Compared(1000), Compared(1000, "x")],
         (FarFrom(4000, Compared(1000), 1.5), FarFrom(4000, Compared(1000, "x"), 1.5))),
    ],
)  # fmt: skip
def test_an_audience_of_the_wrong_size_is_objected_to(
    recipients: int, compared: list[Compared], objections: tuple[object, ...]
) -> None:
    assert audience_objections(PLAN, recipients, compared=compared, growth_max=1.5) == objections
