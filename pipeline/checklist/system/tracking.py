"""What is to be measured can be measured."""

from collections.abc import Iterator

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity
from pipeline.models.policy import Ses


@rule("system/tracking-on", "Opens and clicks are measured", "開封・クリックを計測できる", Need.RENDERED)
def tracking_on(draft: Draft) -> Iterator[Verdict]:
    """What was not measured cannot be had afterwards: the mail leaves once.

    SES measures through the configuration set of the sender. Opens are counted by a picture in the HTML,
    clicks by links.

    Remedy: give the sender a `configuration_set`, the mail an HTML part and something to click; or do not ask
    for what is not needed.

    Misses: what the configuration set is set to; `postmerge doctor` looks.
    """
    tracking = draft.campaign.tracking
    if not tracking.opens and not tracking.clicks and not tracking.utm:
        yield NotApplicable(
            "neither opens nor clicks are to be measured", "開封・クリックの計測を設定していません"
        )
        return
    yield from _configuration(draft)
    if tracking.opens and not draft.parts_of("html"):
        yield Objection(
            draft.at("tracking", "opens"),
            "Opens cannot be counted: the mail is text only.",
            "テキストだけのメールでは、開封を計測できません。",
            "Add an HTML part, or set `opens: false`.",
            "HTMLパートを加えるか、opens を false にしてください。",
            Severity.WARNING,
        )
    if (tracking.clicks or tracking.utm) and not _clickable(draft):
        yield Objection(
            draft.at("tracking", "clicks" if tracking.clicks else "utm"),
            "There is nothing to click: the mail has no link but the one to unsubscribe.",
            "クリックを計測できるリンクがありません。リンクは配信停止だけです。",
            "Add the link, or do not ask for clicks.",
            "リンクを加えるか、計測の設定を外してください。",
            Severity.WARNING,
        )


def _configuration(draft: Draft) -> Iterator[Verdict]:
    ses = any(isinstance(target.transport, Ses) for target in draft.policy.targets.values())
    tracking, sender = draft.campaign.tracking, draft.policy.senders[draft.campaign.from_]
    if ses and (tracking.opens or tracking.clicks) and sender.configuration_set is None:
        yield Objection(
            draft.at("tracking"),
            f"Nothing would be measured: the sender {draft.campaign.from_} has no configuration set of SES.",
            f"計測されません。差出人 {draft.campaign.from_} に、SESの設定セットがありません。",
            "Give it a `configuration_set` in policy.yaml that publishes opens and clicks.",
            "policy.yaml の差出人に、開封とクリックを記録する configuration_set を指定してください。",
        )


def _clickable(draft: Draft) -> bool:
    return any(
        link.href.lower().startswith(("https://", "http://")) and link.href != mail.unsubscribe_url
        for mail in draft.mails
        for part in mail.parts
        for link in part.links
        if not link.href.startswith(draft.policy.organisation.contact)
    )
