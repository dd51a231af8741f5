"""One call's messages, each accepted or not: the part that bulk and single calls have in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.ses_double import limits
from tests.ses_double.account import Account
from tests.ses_double.faults import Fault, status_of
from tests.ses_double.mail import Content, Mail, Pairs, fate_of
from tests.ses_double.refusal import Refusal

SUCCESS = "SUCCESS"
RATE_EXCEEDED = "Maximum sending rate exceeded."
QUOTA_EXCEEDED = "Daily message quota exceeded."


@dataclass(slots=True)
class Letter:
    """One message of a call, and what the service makes of it."""

    addresses: Sequence[str]
    values: Mapping[str, Any] = field(default_factory=dict)
    headers: Pairs = ()
    tags: Pairs = ()
    copies: int = 0
    status: str = SUCCESS
    error: str = ""
    message_id: str = ""
    #: The first slot that has no value to put in, or the empty text.
    missing: str = ""

    def fails(self, status: str, error: str) -> None:
        """Not accepted; the first reason stays."""
        if self.status == SUCCESS:
            self.status, self.error = status, error


def accept(account: Account, content: Content, letters: Sequence[Letter], faults: list[Fault]) -> None:
    """Decide about every letter, and put away what is accepted. Raises what refuses the whole call."""
    account.copies += sum(letter.copies for letter in letters)
    status, error = _sender_refused(account, content)
    for position, letter in enumerate(letters):
        if status:
            letter.fails(status, error)
        elif letter.status == SUCCESS:
            letter.missing = _missing(content.names, letter.values)
            _refuse_one(account, content, letter, status_of(letter.addresses[0], position, faults))
    _spend(letters, account.left_today(), account.settings.over_quota, _QUOTA)
    _pace(account, letters)
    accepted = [letter for letter in letters if letter.status == SUCCESS]
    if accepted:
        account.spend(sum(len(letter.addresses) for letter in accepted))
        mails = _mails(account, content, accepted)
        account.mailboxes.take(mails, keep_all=account.settings.keep == "all")


def _sender_refused(account: Account, content: Content) -> tuple[str, str]:
    """What stops every message of the call: status and sentence."""
    settings, sender = account.settings, limits.bare_address(content.sender)
    known, name = settings.configuration_sets, content.configuration_set
    reasons = (
        (settings.enforcement_status == "SHUTDOWN", "ACCOUNT_SUSPENDED", "The account is shut down."),
        (not settings.sending_enabled, "ACCOUNT_SENDING_PAUSED", "Sending is paused for this account."),
        (
            not account.verified(sender),
            "MAIL_FROM_DOMAIN_NOT_VERIFIED",
            f"Email address is not verified. The following identities failed the check: {sender}",
        ),
        (
            bool(name) and name not in known,
            "CONFIGURATION_SET_NOT_FOUND",
            f"Configuration set <{name}> does not exist.",
        ),
        (
            name in account.paused,
            "CONFIGURATION_SET_SENDING_PAUSED",
            f"Sending is paused for the configuration set <{name}>.",
        ),
    )
    return next(((status, error) for holds, status, error in reasons if holds), ("", ""))


def _refuse_one(account: Account, content: Content, letter: Letter, scripted: str) -> None:
    if scripted:
        letter.fails(scripted, f"Scripted: {scripted}.")
    if not account.settings.production_access and (strangers := account.strangers(letter.addresses)):
        sentence = "Email address is not verified. The following identities failed the check: "
        letter.fails("MESSAGE_REJECTED", sentence + ", ".join(strangers))
    if not letter.missing and len(content.subject.pieces) > 1:
        broken = limits.one_line(content.subject.filled(letter.values))
        if broken:
            letter.fails("INVALID_PARAMETER", broken)


@dataclass(frozen=True, slots=True)
class _Bound:
    status: str
    sentence: str
    refusal: Callable[[], Refusal]


_QUOTA = _Bound(
    "ACCOUNT_DAILY_QUOTA_EXCEEDED", QUOTA_EXCEEDED, lambda: Refusal("ThrottlingException", QUOTA_EXCEEDED)
)
_RATE = _Bound(
    "ACCOUNT_THROTTLED", RATE_EXCEEDED, lambda: Refusal("TooManyRequestsException", RATE_EXCEEDED, 429)
)


def _spend(letters: Sequence[Letter], left: float, mode: str, bound: _Bound) -> None:
    """Leave out what is beyond `left` recipients, or refuse the call."""
    for letter in letters:
        if letter.status != SUCCESS:
            continue
        left -= len(letter.addresses)
        if left >= 0:
            continue
        if mode == "call":
            raise bound.refusal()
        letter.fails(bound.status, bound.sentence)


def _pace(account: Account, letters: Sequence[Letter]) -> None:
    left, mode = account.left_now(), account.settings.over_rate
    if mode != "debt":
        _spend(letters, left, mode, _RATE)
    elif left < 1:
        raise _RATE.refusal()


def _missing(names: frozenset[str], values: Mapping[str, Any]) -> str:
    for name in names:
        value = values.get(name)
        if type(value) is not str and not isinstance(value, int | float):
            return name
    return ""


def _mails(account: Account, content: Content, letters: Sequence[Letter]) -> Iterator[Mail]:
    moment, fates = account.now(), account.settings.fates
    for letter in letters:
        letter.message_id = account.mailboxes.new_id()
        for address in letter.addresses:
            if letter.missing:
                fate = "unrendered"
            elif account.suppresses(address):
                fate = "suppressed"
            else:
                fate = fate_of(address, fates)
            yield Mail(
                message_id=letter.message_id,
                address=address,
                accepted_at=moment,
                content=content,
                values=letter.values,
                headers=letter.headers,
                tags=letter.tags,
                fate=fate,
                missing=letter.missing,
            )
