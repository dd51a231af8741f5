"""Who writes, and where answers go: one organisation, and somebody who reads them."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from pipeline.audience.address import Invalid, normalise
from pipeline.checklist.domains import FREE_MAIL, aligned, host_of, organisational
from pipeline.checklist.draft import Draft
from pipeline.checklist.places import Place
from pipeline.checklist.rule import CouldNotRun, NotApplicable, Objection, Verdict, rule
from pipeline.models.campaign import Kind
from pipeline.models.finding import Severity

#: Local parts that nobody reads.
_NOBODY: Final = re.compile(
    r"(?:no|not|never|do[._-]?not|dont)[._-]?(?:reply|response|answer)|mailer-daemon|postmaster|bounces?|"
    r"noreturn|unattended",
    re.IGNORECASE,
)
_NO_SENDER: Final = CouldNotRun("the policy does not know the sender", "policy.yaml に差出人がありません")


@rule("system/sender-aligned", "The sender's domain is the organisation's own", "差出人が自社のドメイン")
def sender_aligned(draft: Draft) -> Iterator[Verdict]:
    """Gmail, Yahoo and docomo ask with DMARC whether the domain of From stands behind the mail.

    Domains are compared as DMARC does in its relaxed mode: by the part that an organisation registered. A
    free mail address as From fails at once. That unsubscribing and the allowed links live under the domain of
    From is no duty, but readers and spam filters take it as a sign.

    Remedy: send from a domain of your own that SES signs for (SPF, DKIM), and keep links below it.

    Misses: SPF, DKIM and DMARC records; `postmerge doctor` asks for those. Second levels of countries
    that are not in its table.
    """
    sender = _from(draft)
    if sender is None:
        yield _NO_SENDER
        return
    host = host_of(sender)
    place = draft.policy_at("senders", draft.campaign.from_, "address")
    if organisational(host) in FREE_MAIL:
        yield Objection(
            place,
            f"{host} is a mail provider's domain: its DMARC policy lets nobody else send in its name.",
            f"{host} はメール事業者のドメインです。DMARCにより、ほかの送信元からのメールは拒否されます。",
            "Send from a domain of your own.",
            "自社のドメインの差出人を使ってください。",
        )
    else:
        yield from _strangers(draft, host, place)


def _strangers(draft: Draft, host: str, place: Place) -> Iterator[Objection]:
    """What belongs to another organisation than From's host."""
    leaving = urlsplit(draft.policy.organisation.unsubscribe_base).hostname or ""
    if draft.kind is Kind.MARKETING and not aligned(host, leaving):
        yield _apart(
            draft.policy_at("organisation", "unsubscribe_base"),
            f"Unsubscribing leads to {leaving}, another organisation's domain than From's, {host}.",
            f"配信停止のリンク先 {leaving} が、差出人のドメイン {host} と異なる組織のものです。",
        )
    allowed = draft.policy.links.allow
    if allowed and not any(aligned(host, each) for each in allowed):
        yield _apart(
            place,
            f"From's domain, {host}, belongs to none of the hosts that links may lead to.",
            f"差出人のドメイン {host} が、リンクを許可しているどのドメインとも一致しません。",
        )


@rule("system/reply-to", "Somebody reads the answers", "返信を受け取れる")
def reply_to(draft: Draft) -> Iterator[Verdict]:
    """Some answer by writing back, also those who want no more mail; an address nobody reads loses them.

    Remedy: give an address of your own organisation that somebody reads.

    Misses: whether the mailbox exists, and whether somebody reads it.
    """
    written, sender = draft.campaign.reply_to, _from(draft)
    if sender is None:
        yield _NO_SENDER
        return
    place = draft.at("reply_to")
    if written is not None and isinstance(normalise(written), Invalid):
        yield Objection(
            place,
            "The reply address is no mail address.",
            "返信先がメールアドレスではありません。",
            "Write one address, such as support@ your own domain.",
            "support@ など、自社のアドレスを1つ書いてください。",
        )
        return
    if _NOBODY.fullmatch((written or sender).partition("@")[0]):
        yield _unread(draft, place, written or sender)
    elif written is None:
        yield NotApplicable("answers go to the sender's address", "返信は差出人のアドレスに届きます")
    elif not aligned(host_of(written), host_of(sender)):
        yield _apart(
            place,
            f"Answers go to {host_of(written)}, the mail comes from {host_of(sender)}: two organisations.",
            f"返信先 {host_of(written)} と差出人 {host_of(sender)} が、異なる組織のドメインです。",
        )


def _from(draft: Draft) -> str | None:
    """The sender's address; None where the policy does not know the sender."""
    sender = draft.policy.senders.get(draft.campaign.from_)
    return sender.address if sender else None


def _unread(draft: Draft, place: Place, address: str) -> Objection:
    # Whoever apologises and takes no answer makes it worse.
    sorry = draft.kind is Kind.APOLOGY
    return Objection(
        place,
        f"Nobody reads what is written to {address}.",
        f"返信先 {address} は、返信を受け付けないアドレスです。",
        "Give an address as `reply_to` that somebody reads.",
        "返信を確認できるアドレスを reply_to に指定してください。",
        None if sorry else Severity.WARNING,
    )


def _apart(place: Place, message: str, message_ja: str) -> Objection:
    return Objection(
        place,
        message,
        message_ja,
        "Use one domain for all, or leave it so if that is meant.",
        "同じドメインにそろえてください。意図したものであれば、そのままで構いません。",
        Severity.WARNING,
    )
