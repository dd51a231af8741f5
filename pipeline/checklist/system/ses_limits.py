"""What Amazon SES would refuse is said here, and not by SES in the middle of a delivery."""

from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.places import Place
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity
from pipeline.models.policy import Ses
from pipeline.render.ses_limits import Breach, breaches, goes_alone, letterhead_breaches

_WORDS_JA: Final = {
    Breach.MANY_HEADERS: "ヘッダーが多すぎます",
    Breach.MANY_TAGS: "タグが多すぎます",
    Breach.LONG_SUBJECT: "件名が998文字を超えています",
    Breach.FILE_NAME: "添付ファイルの名前が長すぎます",
    Breach.SIZE: "40 MBを超えています",
    Breach.SENDER: "差出人のアドレスにASCII以外の文字があります",
    Breach.REPLY_TO: "返信先のアドレスにASCII以外の文字があります",
    Breach.CONFIGURATION_SET: "SESの設定セットの名前として使えない文字があります",
}
#: Where what is refused is written.
_OF_THE_POLICY: Final = {Breach.MANY_HEADERS: ("organisation", "unsubscribe_base")}
_OF_THE_SENDER: Final = {Breach.SENDER: "address", Breach.CONFIGURATION_SET: "configuration_set"}
_OF_THE_CAMPAIGN: Final = {
    Breach.REPLY_TO: "reply_to",
    Breach.LONG_SUBJECT: "subject",
    Breach.FILE_NAME: "attachments",
}


@rule("system/ses-limits", "Amazon SES will take it", "Amazon SESの制限に収まる", Need.RENDERED)
def ses_limits(draft: Draft) -> Iterator[Verdict]:
    """SES refuses a call because of one header too long, and 49 others with it.

    Asked where a target of the policy sends through SES: addresses, configuration set, headers, subject,
    attachments and size of the mail, for every persona.

    Remedy: shorten or rename what the finding names; the sources of the limits stand in the SES guide.
    Misses: values of real people that are longer than every persona's; those are refused one by one.
    """
    if not any(isinstance(target.transport, Ses) for target in draft.policy.targets.values()):
        yield NotApplicable("no target sends through SES", "SESを使う配信環境がありません")
        return
    found: dict[Breach, Place] = {}
    sender = draft.policy.senders.get(draft.campaign.from_)
    for mail in draft.mails:
        set_name = sender.configuration_set if sender else None
        shared = letterhead_breaches(mail.message.letterhead, set_name)
        for breach in (*shared, *breaches(mail.message)):
            found.setdefault(breach, _place(draft, breach))
    yield from (_objection(place, breach) for breach, place in found.items())
    if any(goes_alone(mail.message) for mail in draft.mails):
        yield Objection(
            draft.at("attachments" if draft.campaign.attachments else "body"),
            "The mail is larger than 1 MB, so every recipient needs a call of his own, which is slow.",
            "メールが1 MBを超えるため、1件ずつの送信になり、時間がかかります。",
            "Make it smaller, or put files on the web site and link to them.",
            "小さくするか、ファイルはWebサイトに置いてリンクしてください。",
            Severity.WARNING,
        )


def _place(draft: Draft, breach: Breach) -> Place:
    """Where what SES would refuse is written."""
    if breach in _OF_THE_POLICY:
        return draft.policy_at(*_OF_THE_POLICY[breach])
    if breach in _OF_THE_SENDER:
        return draft.policy_at("senders", draft.campaign.from_, _OF_THE_SENDER[breach])
    return draft.at(_OF_THE_CAMPAIGN.get(breach, "body"))


def _objection(place: Place, breach: Breach) -> Objection:
    return Objection(
        place,
        f"Amazon SES would not take it: {breach}.",
        f"Amazon SESが受け付けません：{_WORDS_JA[breach]}。",
        "Shorten or rename it.",
        "短くするか、名前を変えてください。",
    )
