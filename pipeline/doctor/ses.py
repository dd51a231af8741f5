"""What must be true of Amazon SES before a campaign leaves through it (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.doctor.line import Line, State, judged

#: Without these nobody learns what became of the mail, and no gate can judge it.
NEEDED_EVENTS: Final = ("SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE")
NEEDED_SUPPRESSION: Final = frozenset({"BOUNCE", "COMPLAINT"})
_CONSOLE: Final = "Look at the account's page in the SES console."


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account in the region (GetAccount). Quotas in recipients; a negative day's quota has no limit."""

    sending_enabled: bool
    production_access: bool
    enforcement: str
    day_quota: float
    sent_today: float
    rate: float
    suppressed_reasons: frozenset[str]


@dataclass(frozen=True, slots=True)
class IdentityFacts:
    """The identity that covers a sender (GetEmailIdentity)."""

    name: str
    verified: bool
    signing: bool
    dkim_status: str


@dataclass(frozen=True, slots=True)
class SetFacts:
    """A configuration set. `suppressed_reasons` None: those of the account. `events`: published, enabled."""

    sending_enabled: bool
    suppressed_reasons: frozenset[str] | None
    events: frozenset[str]


def account_lines(facts: AccountFacts, *, planned: int) -> Iterator[Line]:
    """`planned` are the recipients of all campaigns on the way who have not got it."""
    yield judged(
        "sending",
        "switched on",
        fine=facts.sending_enabled,
        otherwise="switched off for the whole account",
        remedy=f"Find out who switched it off and why. {_CONSOLE}",
    )
    yield judged(
        "sandbox",
        "left",
        fine=facts.production_access,
        otherwise="still in it: only to verified addresses, 200 a day",
        remedy="Ask AWS for production access: https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html",
    )
    yield judged(
        "standing",
        "healthy",
        fine=facts.enforcement == "HEALTHY",
        otherwise=f"AWS says {facts.enforcement.lower()}",
        remedy=f"Nothing should leave before it is healthy again. {_CONSOLE}",
    )
    yield _suppression("suppression list", facts.suppressed_reasons)
    yield _quota(facts, planned)


def _suppression(what: str, reasons: frozenset[str]) -> Line:
    return judged(
        what,
        "keeps bounces and complaints",
        fine=reasons >= NEEDED_SUPPRESSION,
        otherwise=f"does not keep {', '.join(sorted(NEEDED_SUPPRESSION - reasons)).lower()}",
        remedy="Switch it on for both reasons: aws sesv2 put-account-suppression-attributes "
        "--suppressed-reasons BOUNCE COMPLAINT",
    )


def _quota(facts: AccountFacts, planned: int) -> Line:
    if facts.day_quota < 0:
        return Line("quota", State.FINE, f"no daily limit, {facts.rate:,.0f} a second; {planned:,} planned")
    left = max(0, int(facts.day_quota - facts.sent_today))
    found = f"{left:,} of {facts.day_quota:,.0f} left today, {facts.rate:,.0f} a second; {planned:,} planned"
    if planned <= left:
        return Line("quota", State.FINE, found)
    days = -(-(planned - left) // max(1, int(facts.day_quota)))
    return Line(
        "quota",
        State.NOTE,
        f"{found}: it takes {days + 1} days",
        "Delivery goes on by itself when there is quota again. Ask AWS for more if that is too slow.",
    )


def identity_lines(sender: str, facts: IdentityFacts | None) -> Iterator[Line]:
    """`sender` is the name in policy.yaml; no facts: neither the address nor a domain above it is known."""
    what = f"sender {sender}"
    if facts is None:
        yield Line(
            what,
            State.WRONG,
            "SES does not know its address, nor its domain",
            "Verify the domain in SES in this region, or correct the sender in policy.yaml.",
        )
        return
    yield judged(
        what,
        f"{facts.name} is verified",
        fine=facts.verified,
        otherwise=f"{facts.name} is not verified",
        remedy="Put the records that SES shows for it into the DNS, and wait for SES to find them.",
    )
    yield judged(
        f"{what}, DKIM",
        "signs",
        fine=facts.signing and facts.dkim_status == "SUCCESS",
        otherwise="does not sign" if not facts.signing else f"is {facts.dkim_status.lower()}",
        remedy=f"Switch DKIM signing on for {facts.name} and put its records into the DNS: "
        "mailbox providers refuse bulk mail without it.",
    )


def set_lines(name: str, facts: SetFacts | None) -> Iterator[Line]:
    """A configuration set that a sender of the policy names; no facts: there is none."""
    what = f"configuration set {name}"
    if facts is None:
        yield Line(what, State.WRONG, "does not exist in this region", "Make it, or correct policy.yaml.")
        return
    yield judged(
        what,
        "sends",
        fine=facts.sending_enabled,
        otherwise="is switched off",
        remedy="`postmerge status` shows whether a halt did it; `postmerge release` switches it on again.",
    )
    missing = [event for event in NEEDED_EVENTS if event not in facts.events]
    yield judged(
        f"{what}, events",
        "published",
        fine=not missing,
        otherwise=f"not published: {', '.join(missing).lower()}" if facts.events else "no event destination",
        remedy="Give it an event destination that is enabled and has these events.",
    )
    if facts.suppressed_reasons is not None:
        yield _suppression(f"{what}, suppression list", facts.suppressed_reasons)


def sets_used(senders: Mapping[str, str | None]) -> tuple[Sequence[str], Iterator[Line]]:
    """The configuration sets of senders, and a line for each sender that has none."""
    lacking = (
        Line(
            f"sender {name}",
            State.WRONG,
            "has no configuration set: no events come back, and no halt can switch it off",
            f"Give it one: senders.{name}.configuration_set in policy.yaml.",
        )
        for name, used in senders.items()
        if used is None
    )
    return sorted({used for used in senders.values() if used is not None}), lacking


#: What cannot be tried without doing it; said, so that nobody takes silence for a yes.
NOT_TRIED: Final = Line(
    "rights",
    State.NOTE,
    "read; sending and switching a set off cannot be tried without doing it",
    "`postmerge test-send` shows the first; infra/postmerge.json lists all that the roles need.",
)
