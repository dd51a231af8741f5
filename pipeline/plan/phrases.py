"""The words of the plan, in the language of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, assert_never

from pipeline.plan.unusual import (
    FarFrom,
    Nobody,
    NoSender,
    NotCounted,
    Objection,
    OutOfBounds,
    TimeHasPassed,
    TooLate,
    Unusual,
)
from pipeline.sentence import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    """Labels and sentences of one language."""

    language: Language
    heading: str
    nothing: str
    unchanged: str
    change: Mapping[str, str]
    reason: str
    why: Mapping[str, str]
    so_far: str
    reached: str
    note: str
    finished: str
    recipients: str
    unknown: str
    bounds: str
    excluded: str
    exclusions: Mapping[str, str]
    against: str
    between: str
    same_subject: str
    other_subject: str
    other_time: str
    at_merge: str
    other_size: str
    other_bounds: str
    size_unknown: str
    unusual: str
    nobody: str
    out_of_bounds: str
    far_from: str
    of_the_plan: str
    of_the_last: str
    not_counted: str
    no_sender: str
    too_late: str
    time_has_passed: str
    calls: str
    sharing: str
    alone: str
    different: str
    first: str
    last: str
    digest: str
    checksum: str
    pace: str
    per_second: str
    gate: str
    limits: str
    no_events: str
    batches: str
    batch: str
    first_batch: str
    step: str
    time: str
    freeze: str
    wave: str
    soak: str

    def exclusion(self, reason: str) -> str:
        """A reason for an exclusion, for people."""
        return self.exclusions.get(reason, reason)


_EN: Final = Phrases(
    language="en",
    heading="What merging this will do",
    nothing="No campaign starts, changes or stops.",
    unchanged="{count} other campaigns stay as they are.",
    change={"start": "Start", "amend": "Amend", "stop": "Stop", "unchanged": "Unchanged"},
    reason="why",
    why={
        "removed": "the folder is removed",
        "stopped": "its state is stopped",
        "draft": "it goes back to draft",
        "unreadable": "its files can no longer be read",
    },
    so_far="so far",
    reached="{reached:,} reached, {held:,} not yet",
    note="note",
    finished="it has been delivered; this change sends nothing. For a new mail, make a new campaign",
    recipients="recipients",
    unknown="unknown",
    bounds="expected {low:,} to {high:,}",
    excluded="excluded",
    exclusions={},
    against="against the last",
    between="; ",
    same_subject="the same subject “{subject}”",
    other_subject="subject “{before}” → “{after}”",
    other_time="to leave {before} → {after}",
    at_merge="when it is merged",
    other_size="{before:,} → {after:,} recipients ({share:+.0%})",
    other_bounds="expected {low:,} to {high:,} → {new_low:,} to {new_high:,} recipients",
    size_unknown="its size is not compared: the ledger that can be read here knows of no delivery",
    unusual="UNUSUAL",
    nobody="nobody is in the audience",
    out_of_bounds="{recipients:,} recipients are outside the bounds {low:,} to {high:,}",
    far_from=(
        "{recipients:,} recipients are {share:.0%} of the {before:,} {which}; growth_max in the policy "
        "allows up to {growth_max:.0%}, or as far the other way"
    ),
    of_the_plan="planned at the merge",
    of_the_last="of {campaign}, the last to the same segment",
    not_counted="the audience could not be counted: {problem}",
    no_sender="the policy names no sender {sender}",
    too_late="merged now it would start too late, and ask a person first",
    time_has_passed="its time to send has passed; it would start after the undo window",
    calls="calls",
    sharing="{shared} invented people share {templates} templates",
    alone="on its own: {count} ({why})",
    different="some mails differ from the ordinary rendering; do not send, report this",
    first="first message",
    last="last message",
    digest="content digest",
    checksum="plan checksum",
    pace="pace",
    per_second="{rate:g} recipients per second",
    gate="gate",
    limits=(
        "over {rendering_failure} not rendered, {refused} refused, {unknown} without an answer, "
        "{bounce} bounced or {complaint} complained it holds"
    ),
    no_events="; but this target reads no events, so bounces and complaints stay unknown",
    batches="batches",
    batch="at most {rest} recipients each",
    first_batch="at most {first} recipients each in the first wave, then {rest}",
    step="Step",
    time="When, at the earliest",
    freeze="audience frozen",
    wave="wave {wave}: {recipients:,} recipients",
    soak="soak after wave {wave}, until",
)

_JA: Final = Phrases(
    language="ja",
    heading="マージすると起こること",
    nothing="開始・変更・停止するキャンペーンはありません。",
    unchanged="ほかの{count}件のキャンペーンは変わりません。",
    change={"start": "配信開始", "amend": "内容変更", "stop": "配信停止", "unchanged": "変更なし"},
    reason="理由",
    why={
        "removed": "フォルダーが削除されています",
        "stopped": "stateがstoppedです",
        "draft": "下書き(draft)に戻っています",
        "unreadable": "ファイルが読めなくなっています",
    },
    so_far="これまで",
    reached="配信済み{reached:,}件、未配信{held:,}件",
    note="注意",
    finished="配信は完了しています。この変更では送信されません。新しいメールは新しいキャンペーンで送ってください",
    recipients="配信先",
    unknown="不明",
    bounds="想定 {low:,}~{high:,}件",
    excluded="除外",
    exclusions={
        "invalid-address": "アドレス不正",
        "missing-id": "IDなし",
        "duplicate-id": "ID重複",
        "duplicate-address": "アドレス重複",
        "unsubscribed": "配信停止済み",
        "suppressed": "配信抑止",
        "no-consent": "同意なし",
        "excluded-segment": "除外セグメント",
        "already-had-it": "配信済み",
        "gone": "名簿から削除",
        "address-changed": "アドレス変更",
    },
    against="前回との違い",
    between="。",
    same_subject="件名は前回と同じ「{subject}」",
    other_subject="件名「{before}」→「{after}」",
    other_time="送信予定 {before} → {after}",
    at_merge="マージ時",
    other_size="配信先 {before:,}件 → {after:,}件({share:+.0%})",
    other_bounds="想定件数 {low:,}~{high:,}件 → {new_low:,}~{new_high:,}件",
    size_unknown="件数は前回と比べていません(ここで参照できる配信台帳に、前回の配信の記録がないため)",
    unusual="要確認",
    nobody="配信先が1件もありません",
    out_of_bounds="配信先{recipients:,}件は想定の{low:,}~{high:,}件を外れています",
    far_from=(
        "配信先{recipients:,}件は{which}({before:,}件)の{share:.0%}です。"
        "ポリシーのgrowth_maxでは{growth_max:.0%}まで(減る場合も同じ割合まで)です"
    ),
    of_the_plan="マージ時の予定",
    of_the_last="同じセグメントへの前回の{campaign}",
    not_counted="配信先を数えられませんでした: {problem}",
    no_sender="差出人{sender}がポリシーにありません",
    too_late="今マージすると開始期限を過ぎるため、配信の前に人の確認が必要です",
    time_has_passed="配信予定時刻を過ぎています。取り消し待ち時間の後に始まります",
    calls="送信方法",
    sharing="架空の{shared}名が{templates}種類のテンプレートを共有",
    alone="個別に送信{count}名({why})",
    different="通常の表示と異なるメールがあります。送信せずに報告してください",
    first="最初の送信",
    last="最後の送信",
    digest="コンテンツダイジェスト",
    checksum="計画チェックサム",
    pace="配信速度",
    per_second="毎秒{rate:g}件",
    gate="通過判定",
    limits=(
        "作成不可{rendering_failure}、拒否{refused}、応答なし{unknown}、不達{bounce}、迷惑メール報告{complaint}の"
        "いずれかを超えると保留"
    ),
    no_events="。ただし、この配信環境では配信イベントを読まないため、不達と迷惑メール報告は分かりません",
    batches="送信単位",
    batch="最大{rest}件ずつ",
    first_batch="第1波は最大{first}件ずつ、その後は最大{rest}件ずつ",
    step="手順",
    time="最も早い時刻",
    freeze="配信先の確定",
    wave="第{wave}波: {recipients:,}件",
    soak="第{wave}波の後の待機、終了",
)


def phrases(language: Language) -> Phrases:
    """The words of a language."""
    return _JA if language == "ja" else _EN


def worded(unusual: Unusual, words: Phrases) -> str:
    """Something unusual as one sentence; the arithmetic stands in it."""
    match unusual:
        case Nobody() | OutOfBounds() | FarFrom():
            return _about_the_size(unusual, words)
        case NotCounted(problem):
            return words.not_counted.format(problem=problem.in_language(words.language))
        case NoSender(sender):
            return words.no_sender.format(sender=sender)
        case TooLate():
            return words.too_late
        case TimeHasPassed():
            return words.time_has_passed
        case _:
            assert_never(unusual)


def _about_the_size(objection: Objection, words: Phrases) -> str:
    match objection:
        case Nobody():
            return words.nobody
        case OutOfBounds(recipients, low, high):
            return words.out_of_bounds.format(recipients=recipients, low=low, high=high)
        case FarFrom(recipients, other, growth_max):
            last = words.of_the_last.format(campaign=other.campaign)
            return words.far_from.format(
                recipients=recipients,
                share=recipients / other.recipients,
                before=other.recipients,
                which=words.of_the_plan if other.campaign is None else last,
                growth_max=growth_max,
            )
        case _:
            assert_never(objection)
