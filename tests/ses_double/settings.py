"""What may be set on the double, at the start and while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Self

#: Where the invented organisation of the examples writes from.
SENDER_DOMAIN = "mail.hanamori.example"
EVENT_TYPES = (
    ("SEND", "Send"),
    ("REJECT", "Reject"),
    ("BOUNCE", "Bounce"),
    ("COMPLAINT", "Complaint"),
    ("DELIVERY", "Delivery"),
    ("RENDERING_FAILURE", "Rendering Failure"),
)


def _event_types() -> list[str]:
    return [name for name, _ in EVENT_TYPES]


def _configuration_sets() -> list[str]:
    return ["campaigns", "notices"]


def _identities() -> list[str]:
    return [SENDER_DOMAIN]


def _reasons() -> list[str]:
    return ["BOUNCE", "COMPLAINT"]


@dataclass(slots=True)
class Settings:
    """The account and the temper of the service. Rates and quotas are in recipients."""

    # The account.
    max_send_rate: float = 1_000_000.0
    #: What GetAccount says instead; 0 says the truth. A careful client then makes small calls.
    told_send_rate: float = 0.0
    #: -1: without limit, as the service says it.
    max_24_hour_send: float = -1.0
    #: Sent in the last 24 hours by somebody else.
    sent_before: int = 0
    sending_enabled: bool = True
    production_access: bool = True
    enforcement_status: Literal["HEALTHY", "PROBATION", "SHUTDOWN"] = "HEALTHY"
    suppressed_reasons: list[str] = field(default_factory=_reasons)
    #: Verified domains and addresses.
    identities: list[str] = field(default_factory=_identities)
    #: Known to the account, yet not verified.
    unverified_identities: list[str] = field(default_factory=list)
    dkim_signing: bool = True
    configuration_sets: list[str] = field(default_factory=_configuration_sets)
    #: Configuration sets without any event destination.
    silent_configuration_sets: list[str] = field(default_factory=list)
    event_types: list[str] = field(default_factory=_event_types)

    # What is refused where the documentation leaves it open.
    strict_one: bool = True
    copies_refused: bool = False
    #: An entry that cannot be accepted: the whole call is refused, or the entry alone.
    bad_entry: Literal["call", "entry"] = "call"
    #: Over the rate: 429 for the whole call, the entries that are too many, or accepted once and then 429.
    over_rate: Literal["call", "entry", "debt"] = "call"
    over_quota: Literal["call", "entry"] = "call"
    #: Whether entry headers arrive in the order in which they were given.
    header_order: Literal["kept", "reversed"] = "kept"

    # Time.
    clock: Literal["real", "stopped"] = "real"
    #: From having accepted to the answer.
    latency_ms: float = 0.0
    #: From having read the request to accepting it, also when the client has gone by then.
    accept_delay_ms: float = 0.0

    # What is kept of what was accepted: everything, or only the number per address (for benchmarks).
    keep: Literal["all", "counts"] = "all"

    # Events.
    #: Each {"address": pattern, "fate": one of mail.FATES}; the first that fits decides.
    fates: list[dict[str, str]] = field(default_factory=list)
    events_late_seconds: float = 0.0
    #: The share of events that come late, doubled.
    events_late: float = 0.0
    events_doubled: float = 0.0
    events_reordered: bool = False
    events_seed: int = 0

    def changed(self, values: Mapping[str, Any]) -> Self:
        """The same with some values; unknown names and values of another type are a mistake in the test."""
        known = {item.name for item in fields(self)}
        for name, value in values.items():
            assert name in known, f"the double has no setting {name!r}"
            before = getattr(self, name)
            number = isinstance(before, int | float) and not isinstance(before, bool)
            fits = isinstance(value, int | float) if number else isinstance(value, type(before))
            assert fits, f"{name} cannot be {value!r}"
            setattr(self, name, value)
        return self
