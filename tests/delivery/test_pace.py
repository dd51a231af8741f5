from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clock import ManualClock
from pipeline.delivery.pace import Pace, Pacing, slow_domain
from tests.stories.story import AT_ONCE, POLICY, make_story

START = datetime(2026, 12, 1, 1, tzinfo=UTC)
#: A clock counts microseconds, so a wait may be short by one for each batch.
ROUNDING = 1e-5

BATCHES = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5_000)), min_size=1, max_size=40)
RATES = st.sampled_from([0.5, 1.0, 14.0, 49.0, 50.0, 500.0])


@given(RATES, BATCHES)
def test_no_stretch_of_time_sees_more_than_the_rate_and_one_burst(
    rate: float, batches: list[tuple[int, int]]
) -> None:
    clock = ManualClock(START)
    pace = Pace(rate, clock)
    left: list[tuple[datetime, int]] = []
    for size, idle in batches:
        clock.sleep(timedelta(milliseconds=idle))
        pace.take(size)
        left.append((clock.now(), size))
    burst = max([rate, *(size for size, _ in batches)])
    for first, (begun, _) in enumerate(left):
        sent = 0
        for moment, size in left[first:]:
            sent += size
            seconds = (moment - begun).total_seconds()
            assert sent <= rate * seconds + burst + rate * ROUNDING * len(batches)


@given(RATES, st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_the_whole_takes_as_long_as_the_rate_says(rate: float, sizes: list[int]) -> None:
    clock = ManualClock(START)
    pace = Pace(rate, clock)
    for size in sizes:
        pace.take(size)
    took = (clock.now() - START).total_seconds()
    total, largest = sum(sizes), max(sizes)
    assert (total - max(rate, largest) - rate) / rate - ROUNDING * len(sizes) <= took
    assert took <= total / rate + ROUNDING * len(sizes)


def test_after_a_pause_no_more_than_a_second_s_worth_leaves_at_once() -> None:
    clock = ManualClock(START)
    pace = Pace(10, clock)
    clock.sleep(timedelta(hours=5))
    begun = clock.now()
    pace.take(10)
    assert clock.now() == begun
    pace.take(10)
    assert clock.now() == begun + timedelta(seconds=1)


def test_a_clock_that_goes_backwards_lets_nothing_through_early() -> None:
    clock = ManualClock(START)
    pace = Pace(10, clock)
    pace.take(10)
    clock.set(START - timedelta(hours=1))
    pace.take(10)
    assert clock.now() == START - timedelta(hours=1) + timedelta(seconds=1)


def test_a_rate_of_nothing_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        Pace(0, ManualClock(START))


DOMAINS = ("docomo.ne.jp", "mail.docomo.ne.jp", "ezweb.ne.jp", "people.example")
PACED = {"slow.example": 4.0, "docomo.ne.jp": 20.0, "mail.docomo.ne.jp": 2.5, "ezweb.ne.jp": 1.0}


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("a@docomo.ne.jp", "docomo.ne.jp"),
        ("a@DOCOMO.NE.JP", "docomo.ne.jp"),
        ("a@x.y.docomo.ne.jp", "docomo.ne.jp"),
        ("a@mail.docomo.ne.jp", "mail.docomo.ne.jp"),
        ("a@notslow.example", None),
        ("a@docomo.ne.jp.evil.example", None),
        ("docomo.ne.jp@people.example", None),
        ('"x@ezweb.ne.jp"@people.example', None),
    ],
)
def test_a_domain_stands_for_everything_below_it_and_the_narrowest_counts(
    address: str, domain: str | None
) -> None:
    assert slow_domain(address, PACED) == domain


def _seen_by(addresses: list[str]) -> Counter[str]:
    return Counter(slow_domain(address, PACED) or "" for address in addresses)


@given(
    RATES,
    st.lists(
        st.tuples(st.lists(st.sampled_from(DOMAINS), min_size=1, max_size=50), st.integers(0, 5_000)),
        min_size=1,
        max_size=20,
    ),
)
def test_no_stretch_of_time_sees_more_of_a_domain_than_its_rate_and_one_batch(
    rate: float, batches: list[tuple[list[str], int]]
) -> None:
    clock = ManualClock(START)
    domains = {domain: Pace(most, clock) for domain, most in PACED.items()}
    pacing = Pacing(Pace(rate, clock), domains, clock)
    left: list[tuple[datetime, Counter[str]]] = []
    for hosts, idle in batches:
        clock.sleep(timedelta(milliseconds=idle))
        addresses = [f"a@{host}" for host in hosts]
        pacing.take(addresses)
        left.append((clock.now(), _seen_by(addresses)))
    for domain, most in [*PACED.items(), ("", rate)]:
        counts = [(moment, seen[domain] if domain else seen.total()) for moment, seen in left]
        burst = max([most, *(count for _, count in counts)])
        for first, (begun, _) in enumerate(counts):
            sent = 0
            for moment, count in counts[first:]:
                sent += count
                assert sent <= most * (moment - begun).total_seconds() + burst + most * ROUNDING * len(left)


def test_a_slow_domain_keeps_nobody_else_waiting() -> None:
    clock = ManualClock(START)
    pacing = Pacing(Pace(100, clock), {"docomo.ne.jp": Pace(1, clock)}, clock)
    pacing.take(["a@docomo.ne.jp"])
    begun = clock.now()
    pacing.take([f"m{n}@people.example" for n in range(50)])
    assert clock.now() == begun
    pacing.take(["b@docomo.ne.jp", "m@people.example"])
    assert clock.now() == begun + timedelta(seconds=1)


class Service:
    """What SES does: a bucket of recipients that holds a second's worth, and a no when it is empty."""

    def __init__(self, rate: float, clock: ManualClock) -> None:
        self.rate, self.clock = rate, clock
        self.level, self.at = rate, clock.now()
        self.accepted = self.refused = 0

    def takes(self, recipients: int) -> bool:
        seconds = (self.clock.now() - self.at).total_seconds()
        self.level, self.at = min(self.rate, self.level + seconds * self.rate), self.clock.now()
        if recipients > self.level:
            self.refused += recipients
            return False
        self.level -= recipients
        self.accepted += recipients
        return True


@settings(max_examples=40)
@given(st.integers(1, 50), st.sampled_from([50.0, 100.0, 200.0]), st.sampled_from([0.3, 0.9, 1.2, 2.0, 5.0]))
def test_a_rate_that_is_too_high_comes_down_to_what_is_taken_and_the_mail_gets_through(
    size: int, taken: float, wished: float
) -> None:
    clock = ManualClock(START)
    service, pace = Service(taken, clock), Pace(taken * wished, clock)
    while clock.now() < START + timedelta(seconds=20):
        pace.take(size)
        if not service.takes(size):
            pace.slow_down()
    assert service.accepted > 5 * taken
    assert service.refused < service.accepted, "most calls are taken"
    if wished <= 1 and size <= taken * wished:
        assert service.refused == 0
        assert service.accepted > 19 * taken * wished - size


def test_two_senders_that_share_an_account_both_get_through() -> None:
    clock = ManualClock(START)
    service = Service(100, clock)
    accepted = [0, 0]
    paces = [Pace(90, clock), Pace(90, clock)]
    for turn in range(2000):
        mine = turn % 2
        paces[mine].take(20)
        if service.takes(20):
            accepted[mine] += 20
        else:
            paces[mine].slow_down()
    assert min(accepted) > 10_000
    assert service.refused < service.accepted / 4


def test_after_a_slow_down_it_is_half_and_grows_back_to_the_whole_and_no_further() -> None:
    clock = ManualClock(START)
    pace = Pace(100, clock)
    pace.slow_down()
    assert pace.wait_for(50) == timedelta(seconds=1)
    clock.sleep(timedelta(seconds=20))
    pace.take(100)
    assert pace.wait_for(100) == timedelta(seconds=1)
    clock.sleep(timedelta(hours=1))
    assert pace.wait_for(100) == timedelta(0)
    pace.take(100)
    assert pace.wait_for(100) == timedelta(seconds=1)


def test_calls_under_way_together_complain_once() -> None:
    clock = ManualClock(START)
    once, eight = Pace(400, clock), Pace(400, clock)
    once.slow_down()
    for _ in range(8):
        eight.slow_down()
    assert eight.wait_for(200) == once.wait_for(200)
    clock.sleep(timedelta(seconds=2))
    eight.slow_down()
    assert eight.wait_for(200) > once.wait_for(200), "the next complaint is another one"


def test_however_often_it_is_too_much_a_little_still_leaves() -> None:
    clock = ManualClock(START)
    pace = Pace(50, clock)
    for _ in range(30):
        pace.slow_down()
        clock.sleep(timedelta(seconds=1))
    begun = clock.now()
    pace.take(50)
    assert clock.now() - begun <= timedelta(seconds=1)


def test_campaigns_and_waves_of_a_process_share_one_pace(tmp_path: Path) -> None:
    story = make_story(tmp_path / "repository")
    paced = {"people.example": 5.0}
    with story.world() as world:
        world.pacing(1000, paced).take(["a@people.example"] * 5)
        begun = world.clock.now()
        world.pacing(900, paced).take(["b@people.example"] * 5)
        assert world.clock.now() == begun + timedelta(seconds=1)


def test_a_domain_of_the_policy_is_mailed_at_its_own_pace(tmp_path: Path) -> None:
    story = make_story(tmp_path / "repository", members=60)
    carriers = [f"c{n},c{n}@mail.docomo.ne.jp,Person {n},2026-01-01" for n in range(40)]
    members = story.root / "members.csv"
    members.write_text(members.read_text("utf-8") + "\n".join(carriers) + "\n", "utf-8")
    story.commit({"policy.yaml": POLICY + "pace: {docomo.ne.jp: 0.5/s}\n"}, message="Slow down for docomo")
    story.begin(yaml=AT_ONCE)
    begun = story.clock.now()
    story.deliver()
    assert story.state() == "complete"
    took = (story.clock.now() - begun).total_seconds()
    # What is over the rate is paid for by the batch behind it, so the last batch is paid for by nobody.
    assert (40 - 25) / 0.5 - 2 <= took <= 40 / 0.5
