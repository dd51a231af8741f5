"""The words of the plan, in the language of the policy."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Phrases:
    """Labels and sentences of one language."""

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
    unusual: str
    digest: str
    checksum: str
    step: str
    time: str
    freeze: str
    wave: str
    soak: str

    def exclusion(self, reason: str) -> str:
        """A reason for an exclusion, for people."""
        return self.exclusions.get(reason, reason)


_EN: Final = Phrases(
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
    unusual="UNUSUAL",
    digest="content digest",
    checksum="plan checksum",
    step="Step",
    time="When, at the earliest",
    freeze="audience frozen",
    wave="wave {wave}: {recipients:,} recipients",
    soak="soak after wave {wave}, until",
)

_JA: Final = Phrases(
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
    },
    unusual="要確認",
    digest="コンテンツダイジェスト",
    checksum="計画チェックサム",
    step="手順",
    time="最も早い時刻",
    freeze="配信先の確定",
    wave="第{wave}波: {recipients:,}件",
    soak="第{wave}波の後の待機、終了",
)


def phrases(language: Literal["ja", "en"]) -> Phrases:
    """The words of a language."""
    return _JA if language == "ja" else _EN
