"""How campaigns stand, for a terminal and for programs."""

from collections.abc import Iterable
from typing import Any

from pipeline.clock import shown
from pipeline.delivery.status import Progress, Status
from pipeline.ledger.hold import Hold

#: The states of the documented JSON; a draft waits like everything that has not been ordered.
_WORDS = {Progress.DRAFT: "waiting"}


def as_text(statuses: Iterable[Status], zone: str) -> str:
    """A block for each campaign, lines of at most 80 columns where the words allow it."""
    return "\n\n".join(_block(status, zone) for status in statuses) + "\n"


def _block(status: Status, zone: str) -> str:
    lines = [f"{status.campaign}  {status.title}", f"  {status.progress}"]
    if status.progress is not Progress.DRAFT:
        lines.append(f"  {equation(status)}")
    if status.account.reasons:
        lines.append(f"  of these: {_counted(status.account.reasons)}")
    if status.excluded_before:
        lines.append(f"  left out when frozen: {_counted(status.excluded_before)}")
    lines += [f"  held: {_hold(hold, zone)}" for hold in status.holds]
    return "\n".join(lines)


def equation(status: Status) -> str:
    """The accounting, as a sum that the reader can check."""
    a = status.account
    return (
        f"{a.planned:,} planned = {a.accepted:,} accepted + {a.refused:,} refused + {a.excluded:,} excluded "
        f"+ {a.held:,} held + {a.unknown:,} unknown"
    )


def _counted(counts: Any) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in sorted(counts.items()))


def _hold(hold: Hold, zone: str) -> str:
    until = f", until {shown(hold.until, zone)}" if hold.until else ""
    everywhere = " (everything)" if hold.scope == "*" else ""
    return f"{hold.kind}{everywhere}: {hold.reason}{until} [{hold.by}, since {shown(hold.since, zone)}]"


def as_data(statuses: Iterable[Status]) -> dict[str, Any]:
    """The documented JSON."""
    return {"campaigns": [_data(status) for status in statuses]}


def _data(status: Status) -> dict[str, Any]:
    account = status.account
    return {
        "id": status.campaign,
        "state": _WORDS.get(status.progress, str(status.progress)),
        "holds": [
            {
                "scope": hold.scope,
                "kind": str(hold.kind),
                "reason": hold.reason,
                "by": hold.by,
                "since": hold.since.isoformat(),
                "until": hold.until.isoformat() if hold.until else None,
            }
            for hold in status.holds
        ],
        "planned": account.planned,
        "accepted": account.accepted,
        "refused": account.refused,
        "excluded": account.excluded,
        "held": account.held,
        "unknown": account.unknown,
        "delivered": 0,
        "bounced": 0,
        "complained": 0,
    }
