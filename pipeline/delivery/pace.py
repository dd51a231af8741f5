"""Recipients per second: buckets that fill with time, one for everything and one for each slow domain."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pipeline.clock import Clock

#: The share of the full rate that comes back with every second after a slow-down.
_RECOVERY: Final = 0.05
#: Complaints that come so close together are one: about calls that were under way at the same time.
_ONE_COMPLAINT: Final = timedelta(seconds=1)


class Pace:
    """Lets recipients through at a rate; at the start a second's worth may leave at once.

    For one thread: whoever hands out the batches.
    """

    def __init__(self, rate: float, clock: Clock) -> None:
        """`rate` is recipients per second."""
        assert rate > 0, "a rate of nothing never ends"
        self._most = rate
        self._rate = rate
        self._clock = clock
        self._level = rate
        self._at = clock.now()
        self._slowed_at: datetime | None = None

    def take(self, recipients: int) -> None:
        """Wait until that many may leave, and let them."""
        self._clock.sleep(self.wait_for(recipients))
        self.spend(recipients)

    def wait_for(self, recipients: int) -> timedelta:
        """How long until that many may leave; a batch larger than the bucket needs a full one."""
        self._fill()
        missing = min(recipients, self._rate) - self._level
        return timedelta(seconds=max(0.0, missing / self._rate))

    def spend(self, recipients: int) -> None:
        """They leave now; what was not there is owed, and paid for by later ones."""
        self._fill()
        self._level -= recipients

    def slow_down(self) -> None:
        """The other side had too much: half the rate, which grows again with time."""
        now = self._clock.now()
        if self._slowed_at is not None and timedelta(0) <= now - self._slowed_at < _ONE_COMPLAINT:
            return
        self._fill()
        self._slowed_at = now
        self._rate = max(min(1.0, self._most), self._rate / 2)
        self._level = min(self._level, 0.0)

    def _fill(self) -> None:
        now = self._clock.now()
        elapsed = max(0.0, (now - self._at).total_seconds())
        self._rate = min(self._most, self._rate + self._most * _RECOVERY * elapsed)
        self._level = min(self._rate, self._level + elapsed * self._rate)
        self._at = now


@dataclass(frozen=True, slots=True)
class Pacing:
    """The pace of everything, and of domains that take mail more slowly, each with everything below it.

    Whoever is in a batch is mixed by chance, so a batch waits until each of its domains has room for those
    of the batch that it has; batches are not sorted by domain, which would mix up the waves.
    """

    everything: Pace
    domains: Mapping[str, Pace]
    clock: Clock

    def take(self, addresses: Iterable[str]) -> None:
        """Wait until a message to each of these may leave, and let them."""
        mails = tuple(addresses)
        counts = Counter(slow_domain(mail, self.domains) for mail in mails) if self.domains else {}
        asked = [(self.everything, len(mails))]
        asked += [(pace, counts[domain]) for domain, pace in self.domains.items() if counts[domain]]
        # One wait for all, and then they are spent together: tokens that are taken before a wait for
        # others would be there again when the mail leaves.
        self.clock.sleep(max(pace.wait_for(count) for pace, count in asked))
        for pace, count in asked:
            pace.spend(count)

    def slow_down(self) -> None:
        """The other side had too much of everything: its answer names no domain."""
        self.everything.slow_down()


def slow_domain(address: str, domains: Iterable[str]) -> str | None:
    """The narrowest of `domains` that an address belongs to; None when it is none of theirs."""
    host = address.rpartition("@")[2].lower()
    mine = [domain for domain in domains if host == domain or host.endswith(f".{domain}")]
    return max(mine, key=len, default=None)
