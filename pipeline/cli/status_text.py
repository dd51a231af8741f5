"""How campaigns stand, for a terminal and for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from pipeline.clock import shown
from pipeline.delivery.status import Progress, Status
from pipeline.feedback.heard import Heard
from pipeline.ledger.hold import EVERYTHING, MACHINE, RELEASABLE, Hold, HoldKind
from pipeline.plan.columns import wrapped
from pipeline.plan.describe import escaped

#: The states of the documented JSON; a draft waits like everything that has not been ordered.
_WORDS = {Progress.DRAFT: "waiting"}
#: Nothing follows any more, so nothing needs to be judged.
_OVER = frozenset({Progress.COMPLETE, Progress.STOPPED})
_COLOURS = {Progress.HELD: "red", Progress.STOPPED: "red", Progress.COMPLETE: "green"}


def as_text(statuses: Iterable[Status], zone: str) -> str:
    """A block for each campaign, in lines of at most 80 columns; drafts only by name."""
    listed = list(statuses)
    drafts = [status.campaign for status in listed if status.progress is Progress.DRAFT]
    blocks = [_block(status, zone) for status in listed if status.progress is not Progress.DRAFT]
    if drafts:
        blocks.append(wrapped(", ".join(drafts), first="Drafts, which are never sent: ", rest="  "))
    return "\n\n".join(blocks or ["No campaign is known here."]) + "\n"


def _block(status: Status, zone: str) -> str:
    state = click.style(str(status.progress), fg=_COLOURS.get(status.progress), bold=True)
    lines = [f"{status.campaign}: {state}"]
    if status.title != status.campaign:
        lines.append(wrapped(status.title, first="  ", rest="  "))
    lines.append(wrapped(equation(status), first="  ", rest="      "))
    if status.account.reasons:
        lines.append(wrapped(_counted(status.account.reasons), first="  of these: ", rest="      "))
    if status.excluded_before:
        lines.append(
            wrapped(_counted(status.excluded_before), first="  left out when frozen: ", rest="      ")
        )
    if status.account.accepted and (status.heard or status.progress not in _OVER):
        lines.append(wrapped(_afterwards(status.heard), first="  afterwards: ", rest="      "))
    for hold in status.holds:
        lines.append(wrapped(_hold(hold, zone), first="  - ", rest="    "))
        if hold.kind in RELEASABLE and status.progress is not Progress.STOPPED:
            lines.append(f"    → {_way_out(hold)}")
    return "\n".join(lines)


def equation(status: Status) -> str:
    """The accounting, as a sum that the reader can check."""
    a = status.account
    return (
        f"{a.planned:,} planned = {a.accepted:,} accepted + {a.refused:,} refused + {a.excluded:,} excluded "
        f"+ {a.held:,} held + {a.unknown:,} unknown"
    )


def _afterwards(heard: Heard | None) -> str:
    """What the events say; without them the gate knows less, and says so."""
    if heard is None:
        return "no events are read here, so the gate knows nothing of bounces and complaints"
    return (
        f"{heard.delivered:,} delivered, {heard.bounced:,} bounced, {heard.complained:,} complained, "
        f"{heard.lost:,} lost"
    )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason}\u00a0{count:,}" for reason, count in sorted(counts.items()))


def _hold(hold: Hold, zone: str) -> str:
    """The sentence first, then what kind of hold it is, whose, and for how long."""
    about = f"{hold.kind} of everything" if hold.scope == EVERYTHING else str(hold.kind)
    if hold.by != MACHINE:
        about += f" by {hold.by}, since {shown(hold.since, zone)}"
    if hold.until:
        about += f", until {shown(hold.until, zone)}"
    return f"{hold.reason[:1].upper()}{hold.reason[1:]} ({about})"


def _way_out(hold: Hold) -> str:
    if hold.kind is HoldKind.FREEZE:
        return "an incident holds it until it is closed"
    scope = "--all" if hold.scope == EVERYTHING else hold.scope
    command = f'postmerge release {scope} --reason "…"'
    return f"to try again at once: {command}" if hold.kind is HoldKind.TRANSPORT else command


def as_markdown(statuses: Iterable[Status], zone: str) -> str:
    """A table with the accounting, then the holds; for the summary of a workflow's run."""
    listed = [status for status in statuses if status.progress is not Progress.DRAFT]
    if not listed:
        return "No campaign is ready on main.\n"
    lines = ["| campaign | state | planned | accepted | refused | excluded | held | unknown |"]
    lines.append("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for status in listed:
        a = status.account
        numbers = (a.planned, a.accepted, a.refused, a.excluded, a.held, a.unknown)
        counted = " | ".join(f"{number:,}" for number in numbers)
        lines.append(f"| {status.campaign}: {escaped(status.title)} | {status.progress} | {counted} |")
    holds = [f"- **{s.campaign}**: {escaped(_hold(hold, zone))}" for s in listed for hold in s.holds]
    return "\n".join([*lines, *(["", *holds] if holds else [])]) + "\n"


def as_data(statuses: Iterable[Status]) -> dict[str, Any]:
    """The documented JSON."""
    return {"campaigns": [_data(status) for status in statuses]}


def _data(status: Status) -> dict[str, Any]:
    account, heard = status.account, status.heard or Heard()
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
        "delivered": heard.delivered,
        "bounced": heard.bounced,
        "complained": heard.complained,
        "events": status.heard is not None,
    }
