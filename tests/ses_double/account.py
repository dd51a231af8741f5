"""The account: who may write, how fast, how much, and to whom not."""

import time
from collections import deque
from collections.abc import Iterable
from typing import Any

from tests.ses_double.mail import SIMULATOR, Mailboxes
from tests.ses_double.settings import Settings

_DAY_SECONDS = 86_400.0
#: Where a stopped clock stands.
_STOPPED_AT = 1_800_000_000.0


class Account:
    """Everything that changes while the double runs, faults apart."""

    def __init__(self, settings: Settings, mailboxes: Mailboxes | None = None) -> None:
        self.settings = settings
        self.mailboxes = mailboxes or Mailboxes()
        #: Cc and Bcc addresses seen in calls that got so far.
        self.copies = 0
        #: Lower-case address -> {"Reason", "LastUpdateTime"}.
        self.suppressed: dict[str, dict[str, Any]] = {}
        #: Names of configuration sets whose sending is off.
        self.paused = set[str]()
        self._ahead_seconds = 0.0
        self._sent = deque[tuple[float, int]]()
        self._sent_sum = 0
        self._tokens = settings.max_send_rate
        self._filled_at = self.now()

    def now(self) -> float:
        """Seconds since the epoch, by the double's clock."""
        base = _STOPPED_AT if self.settings.clock == "stopped" else time.time()
        return base + self._ahead_seconds

    def advance(self, seconds: float) -> None:
        """Move the clock ahead."""
        self._ahead_seconds += seconds

    def sent_last_24_hours(self) -> int:
        """Recipients of the last day, with those of other senders."""
        horizon = self.now() - _DAY_SECONDS
        while self._sent and self._sent[0][0] <= horizon:
            self._sent_sum -= self._sent.popleft()[1]
        return self._sent_sum + self.settings.sent_before

    def left_today(self) -> float:
        """Recipients that the quota of 24 hours still allows."""
        quota = self.settings.max_24_hour_send
        return float("inf") if quota < 0 else quota - self.sent_last_24_hours()

    def left_now(self) -> float:
        """Recipients that the rate allows at this moment; below one it allows none."""
        moment, rate = self.now(), self.settings.max_send_rate
        passed = max(0.0, moment - self._filled_at)
        self._tokens = min(rate, self._tokens + passed * rate)
        self._filled_at = moment
        return self._tokens

    def spend(self, recipients: int) -> None:
        """Count what was accepted against rate and quota."""
        self._tokens -= recipients
        self._sent.append((self.now(), recipients))
        self._sent_sum += recipients

    def refill(self) -> None:
        """A rate that was just set begins with a full bucket."""
        self._tokens, self._filled_at = self.settings.max_send_rate, self.now()

    def verified(self, address: str) -> bool:
        """Whether the address or its domain, or a domain above it, is a verified identity."""
        lower = address.lower()
        host = lower.rpartition("@")[2]
        labels = host.split(".")
        above = {".".join(labels[place:]) for place in range(len(labels))}
        return any(one.lower() in {lower, *above} for one in self.settings.identities)

    def strangers(self, addresses: Iterable[str]) -> list[str]:
        """Who gets nothing from a sandbox: all but verified addresses and the mailbox simulator."""
        return [one for one in addresses if not (one.lower().endswith(f"@{SIMULATOR}") or self.verified(one))]

    def suppresses(self, address: str) -> bool:
        """Whether the account's suppression list stops mail to this address."""
        if not self.suppressed:
            return False
        entry = self.suppressed.get(address.lower())
        return entry is not None and entry["Reason"] in self.settings.suppressed_reasons
