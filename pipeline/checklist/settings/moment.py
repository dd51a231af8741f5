"""The moment of sending: in the future, in a zone that is said, while people are awake."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.holidays import holiday_on
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.clock import shown
from pipeline.models.finding import Severity
from pipeline.plan.calendar import in_utc, quiet_until

#: Nobody plans a mail that far ahead; a wrong year does.
_FAR: Final = timedelta(days=365)
_ON_MERGE: Final = NotApplicable("it leaves when it is merged", "マージ後すぐに配信します")


@rule("settings/in-future", "The sending is in the future", "配信日時が未来", uses=(Need.RECORD,))
def in_future(draft: Draft) -> Iterator[Verdict]:
    """A time that is over is a slip of the pen: usually last year, or yesterday's plan.

    Delivery would not send so late without asking; the author can be asked sooner. Further than a year ahead
    is a slip, too.

    Remedy: correct `schedule.send_at`.
    """
    if draft.send_at is None:
        yield _ON_MERGE
    elif draft.at_delivery or draft.has_begun:
        yield NotApplicable("the delivery has begun", "配信が始まっています")
    elif draft.send_at <= draft.now:
        yield _at_send_at(
            draft,
            f"{_said(draft)} is over: it is {shown(draft.now, draft.zone.key)} now.",
            f"{_said(draft)}は過ぎています(現在{shown(draft.now, draft.zone.key)})。",
        )
    elif draft.send_at - draft.now > _FAR:
        yield _at_send_at(
            draft,
            f"{_said(draft)} is more than a year ahead.",
            f"{_said(draft)}は1年以上先です。",
            Severity.WARNING,
        )


def _at_send_at(draft: Draft, message: str, message_ja: str, severity: Severity | None = None) -> Objection:
    return Objection(
        draft.at("schedule", "send_at"),
        message,
        message_ja,
        "Correct the time.",
        "配信日時を直してください。",
        severity,
    )


def _said(draft: Draft) -> str:
    assert draft.send_at is not None, "asked where it says when"
    return shown(draft.send_at, draft.zone.key)


@rule("settings/zone-explicit", "The time zone is said", "タイムゾーンが明記されている")
def zone_explicit(draft: Draft) -> Iterator[Verdict]:
    """10:00 means nothing without a place, and nine hours lie between Tokyo and London.

    The zone stands in the campaign or in the policy. Where clocks change, an hour of the year does not exist
    and another one happens twice.

    Remedy: write `schedule.time_zone`, such as `Asia/Tokyo`; choose an hour that happens once.
    """
    local = draft.campaign.schedule.send_at
    if not isinstance(local, datetime):
        yield _ON_MERGE
        return
    said = draft.campaign.schedule.time_zone is not None
    if not said and "time_zone" not in draft.policy.schedule.model_fields_set:
        yield Objection(
            draft.at("schedule"),
            "Nobody says in which time zone this is; it would be read as UTC.",
            "タイムゾーンの指定がありません。このままではUTCとして扱います。",
            "Write time_zone here, or in the schedule of policy.yaml: Asia/Tokyo.",
            "ここか、policy.yaml の schedule に time_zone を書いてください(例:Asia/Tokyo)。",
        )
    zone = draft.zone.key
    moments = {in_utc(local.replace(fold=fold), zone) for fold in (0, 1)}
    exists = all(m.astimezone(draft.zone).replace(tzinfo=None, fold=0) == local for m in moments)
    if len(moments) > 1 or not exists:
        what = ("happens twice", "2回あります") if exists else ("does not exist", "存在しません")
        yield Objection(
            draft.at("schedule", "send_at"),
            f"{local:%Y-%m-%d %H:%M} {what[0]} in {zone}: the clocks change.",
            f"{zone}では時計の切り替えのため、{local:%Y-%m-%d %H:%M}は{what[1]}。",
            "Choose another hour.",
            "別の時刻にしてください。",
        )


@rule("settings/quiet-hours", "It does not leave in the quiet hours", "配信禁止時間帯ではない")
def quiet_hours(draft: Draft) -> Iterator[Verdict]:
    """A telephone that rings at night is the last thing a customer wants from a shop.

    Delivery waits until the quiet hours of the policy are over, so what the campaign says would not happen.

    Remedy: choose a time outside of `schedule.quiet_hours` of the policy.
    """
    if draft.send_at is None:
        yield _ON_MERGE
        return
    if draft.at_delivery:
        yield NotApplicable("delivery waits for their end", "配信時には、終わるまで待ちます")
        return
    quiet = draft.policy.schedule.quiet_hours
    if quiet is None:
        yield NotApplicable("the policy has no quiet hours", "policy.yamlに配信禁止時間帯がありません")
        return
    until = quiet_until(draft.send_at.astimezone(UTC), quiet, draft.zone.key)
    if until is not None:
        end = shown(until, draft.zone.key)
        yield Objection(
            draft.at("schedule", "send_at"),
            f"{_said(draft)} lies in the quiet hours: nothing would leave before {end}.",
            f"{_said(draft)}は配信禁止時間帯です。{end}まで配信されません。",
            "Choose a time outside of the quiet hours of policy.yaml.",
            "policy.yaml の quiet_hours の外の時刻にしてください。",
        )


@rule("settings/holiday", "It does not leave on a public holiday", "祝日ではない", severity=Severity.WARNING)
def holiday(draft: Draft) -> Iterator[Verdict]:
    """On a public holiday nobody is there to answer questions, or to stop what goes wrong.

    Remedy: choose a working day, or leave it where the holiday is the reason for the mail.

    Misses: closing days of the company, the days around New Year that are no holidays by law, and holidays
    of other countries than Japan.
    """
    if draft.send_at is None:
        yield _ON_MERGE
        return
    name = holiday_on(draft.day, draft.policy.schedule.holidays)
    if name is not None:
        yield Objection(
            draft.at("schedule", "send_at"),
            f"{draft.day} is a public holiday (“{name}”): nobody may be there if something goes wrong.",
            f"{draft.day}は祝日({name})です。何かあったときに対応できる人がいますか。",
            "Choose a working day, or see that somebody is there.",
            "平日に変更するか、当日の対応者を決めてください。",
        )


@rule(
    "settings/on-the-hour",
    "It does not leave on the hour",
    "毎時0分ちょうどではない",
    severity=Severity.INFO,
)
def on_the_hour(draft: Draft) -> Iterator[Verdict]:
    """Everybody's mail leaves on the hour; the mobile carriers say so, and are slow then.

    Source: NTT docomo's notes for senders of mass mail, which ask to avoid minute 0.

    Remedy: send a few minutes later: 10:07.
    """
    if draft.send_at is None:
        yield _ON_MERGE
    elif draft.send_at.minute == 0:
        better = (draft.send_at + timedelta(minutes=7)).strftime("%H:%M")
        yield Objection(
            draft.at("schedule", "send_at"),
            f"{draft.send_at:%H:%M} is when everybody sends; mobile carriers are slow then.",
            f"{draft.send_at:%H:%M}は配信が集中し、携帯各社への配送が遅くなりやすい時刻です。",
            f"Send a few minutes later, such as {better}.",
            f"{better}のように、数分ずらしてください。",
        )
