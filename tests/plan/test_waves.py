import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan.waves import BATCH_MAX, FIRST_WAVE_BATCH_MAX, batch_sizes, wave_ends

SHARES = st.lists(st.integers(1, 999), max_size=8, unique=True).map(
    lambda parts: (*(part / 1000 for part in sorted(parts)), 1.0)
)


@given(st.integers(1, 2_000_000), SHARES)
def test_every_recipient_is_in_exactly_one_wave_and_no_wave_is_empty(
    recipients: int, shares: tuple[float, ...]
) -> None:
    ends = wave_ends(recipients, shares)
    assert ends[-1] == recipients
    assert all(before < after for before, after in zip((0, *ends), ends, strict=False))
    assert len(ends) <= len(shares)


@given(st.integers(1, 2_000_000), SHARES)
def test_a_wave_ends_at_its_share_and_less_than_one_recipient_beyond(
    recipients: int, shares: tuple[float, ...]
) -> None:
    ends = wave_ends(recipients, shares)
    for share in shares:
        exact = recipients * share
        assert any(exact - 1e-4 <= end < exact + 1 for end in ends)


@pytest.mark.parametrize(
    ("recipients", "shares", "ends"),
    [
        (0, (0.01, 1.0), ()),
        (1, (0.01, 0.1, 1.0), (1,)),
        (2, (0.01, 0.1, 1.0), (1, 2)),
        (100, (0.07, 1.0), (7, 100)),
        (733, (0.01, 0.1, 1.0), (8, 74, 733)),
        (1_000_000, (0.01, 0.1, 1.0), (10_000, 100_000, 1_000_000)),
    ],
)
def test_small_audiences_have_fewer_waves_and_shares_are_rounded_up(
    recipients: int, shares: tuple[float, ...], ends: tuple[int, ...]
) -> None:
    assert wave_ends(recipients, shares) == ends


def test_only_the_first_of_several_waves_has_small_batches() -> None:
    assert batch_sizes(()) == ()
    assert batch_sizes((500,)) == (BATCH_MAX,)
    assert batch_sizes((5, 50, 500)) == (FIRST_WAVE_BATCH_MAX, BATCH_MAX, BATCH_MAX)


def test_the_author_may_want_a_smaller_first_wave_also_of_a_single_one() -> None:
    assert batch_sizes((5, 50, 500), first=1) == (1, BATCH_MAX, BATCH_MAX)
    assert batch_sizes((500,), first=3) == (3,)
    assert batch_sizes((500,), rate=2.5, first=3) == (2,)
