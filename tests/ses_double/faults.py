"""Scripted faults: which call or entry goes wrong, and how. Chance comes from a seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any

from tests.ses_double.refusal import Refusal
from tests.ses_double.shapes import statuses

#: Before anything is accepted.
BEFORE = frozenset({"throttle", "error", "expired", "close_before"})
#: The call is accepted, or refused, as ever; then its answer goes wrong. `slow` only comes late.
AFTER = frozenset({"error_after", "hang", "close", "cut", "cut_connection", "html", "empty", "short", "slow"})
KINDS = BEFORE | AFTER | {"entry"}


@dataclass(slots=True)
class Fault:
    """One line of the script.

    It strikes the `nth` call of `operation` since the script was set (1 is the first), or every `every`-th,
    or with `probability`, or always; at most `times` times. For `entry` it strikes the entries whose address
    fits the pattern `address` and whose place in the call is `position` (0 is the first).
    """

    kind: str
    operation: str = ""
    nth: int = 0
    every: int = 0
    probability: float = 1.0
    seed: int = 0
    times: int = 1_000_000_000
    # error, error_after: what the answer says.
    status: int = 500
    code: str = "InternalServiceErrorException"
    message: str = "Internal service error."
    # short: how many results are left out.
    missing: int = 1
    # slow: how much later the answer comes.
    latency_ms: float = 0.0
    # entry
    entry_status: str = "TRANSIENT_FAILURE"
    address: str = "*"
    position: int = -1
    struck: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        assert self.kind in KINDS, f"no such fault: {self.kind}"
        assert self.entry_status in statuses(), f"no such status: {self.entry_status}"

    def strikes(self, operation: str, number: int) -> bool:
        """Whether the `number`-th call of the operation is struck."""
        return (
            self.struck < self.times
            and self.operation in {"", operation}
            and self.nth in {0, number}
            and (not self.every or number % self.every == 0)
            and (self.probability >= 1 or _chance(self.seed, operation, number) < self.probability)
        )

    def strikes_entry(self, address: str, position: int) -> bool:
        """Whether an entry of a call that is struck is struck itself."""
        fits = fnmatchcase(address.lower(), self.address.lower())
        return self.struck < self.times and fits and self.position in {-1, position}

    def refusal(self) -> Refusal:
        """The error answer of the fault."""
        if self.kind == "throttle":
            return Refusal("TooManyRequestsException", "Maximum sending rate exceeded.", 429)
        if self.kind == "expired":
            return Refusal(
                "ExpiredTokenException", "The security token included in the request is expired", 403
            )
        return Refusal(self.code, self.message, self.status)


def _chance(seed: int, operation: str, number: int) -> float:
    """A number from 0 to below 1 that is always the same for the same call."""
    digest = sha256(f"{seed}/{operation}/{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


class Script:
    """All faults that are set. Calls are counted from the moment they were."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._calls: dict[str, int] = {}

    def set(self, faults: list[Mapping[str, Any]]) -> None:
        """Replace the script."""
        self.faults = [Fault(**fault) for fault in faults]
        self._calls = {}

    def next_call(self, operation: str) -> tuple[Fault | None, list[Fault]]:
        """The fault of this call, and the faults that its entries may meet."""
        number = self._calls[operation] = self._calls.get(operation, 0) + 1
        striking = [fault for fault in self.faults if fault.strikes(operation, number)]
        entries = [fault for fault in striking if fault.kind == "entry"]
        whole = next((fault for fault in striking if fault.kind != "entry"), None)
        if whole is not None:
            whole.struck += 1
        return whole, entries


def status_of(address: str, position: int, faults: list[Fault]) -> str:
    """The status that the script wants for an entry, or the empty text."""
    for fault in faults:
        if fault.strikes_entry(address, position):
            fault.struck += 1
            return fault.entry_status
    return ""
