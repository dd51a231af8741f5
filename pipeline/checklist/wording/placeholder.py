"""What was left to be filled in."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.mail import Part
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.dates import fold
from pipeline.models.campaign import State

_SLOTS_JA: Final = (
    "会社名|貴社名|御社名|団体名|氏名|お名前|名前|姓|名|宛名|担当者名?|担当|部署名?|役職|件名|日付|日時|年月日|"
    "商品名|製品名|サービス名|金額|価格|URL|リンク|電話番号|メールアドレス|住所|本文|原因|対策|理由|署名"
)
_SLOTS_EN: Final = (
    r"(?:your |the )?(?:company|first|last|full|product|customer|client|recipient|sender)[ _-]?name|name|"
    r"date|insert[^\]>]{0,40}|link|url|address|phone|price|amount|cause|reason"
)
#: Where a new campaign has room for its text, by language. Green in a draft, so that it can be begun.
ROOM: Final = {"ja": "ここに本文を書きます。", "en": "Here goes what you have to say."}
_ROOM: Final = re.compile("|".join(map(re.escape, ROOM.values())))
_MARKS: Final = "■□◆◇●○◎〇◯×✕▲△"
_FORMS: Final = tuple(
    re.compile(form)
    for form in (
        # ■■, ○○, 〇〇: but 二〇〇〇年 is a number
        rf"(?<![一二三四五六七八九〇])([{_MARKS}])\1+(?![一二三四五六七八九])",
        # ■ within a line, or where a number or a name belongs; at its beginning it is how headings look
        r"(?<=[^\s■])■|■(?=\s*(?:[年月日時分様円件名個]|さま|さん))",
        r"■\s*\[[^\]\n]{1,60}\]",
        r"(?<![A-Za-z0-9])[Xx]{3,}(?![A-Za-z0-9])",
        r"(?<![A-Za-z0-9])(?:TO[D]O|TBD|TBC|FIX[M]E)(?![A-Za-z0-9])",
        r"(?i:lorem\s+ipsum)",
        rf"[\[<](?:{_SLOTS_JA})(?:を?入力|を?記入)?[\]>]",
        rf"(?i:[\[<](?:{_SLOTS_EN})[\]>])",
        r"ここに[^\s。]{0,20}(?:入力|記入|挿入|入れる)",
        # 【テスト】 in a real send
        r"(?i:[【\[(](?:テスト|test|サンプル|下書き|ドラフト|draft|仮)(?:配信|送信|メール| ?mail)?[】\])])",
        # variables of this and of other systems
        r"\{\{|\}\}|\{%|%\}|\*\|[A-Za-z0-9_:]+\|\*|\$\{[^}\n]{0,40}\}|<%|%>|\[\[[^\]\n]{1,40}\]\]",
        r"(?<![\d%])%{1,2}[A-Za-z_]{3,30}%{1,2}",
    )
)


@rule(
    "wording/placeholder",
    "Nothing is left to be filled in",
    "仮の文字が残っていない",
    Need.RENDERED,
    mandatory=True,
)
def placeholder(draft: Draft) -> Iterator[Verdict]:
    """■, ○○, XXXX, TBD, [会社名], 【テスト】, {{ or *|FNAME|*: what was to be replaced before sending.

    And the sentence that `postmerge new campaign` has put in place of the text, once it is no draft any more.

    An apology that went out with ■ in it is in the textbook of accidents.

    Remedy: write what belongs there, or take it out.

    Misses: a single ○ or × (it is an answer as often as a gap), a ■ at the beginning of a line (that is how
    headings look), words such as 仮 in running text, and gaps that are made of spaces.
    """
    for part in draft.copies:
        forms = _FORMS if draft.campaign.state is State.DRAFT else (*_FORMS, _ROOM)
        for start, end in _gaps(part, forms):
            written = " ".join(part.text[start:end].split())
            yield Objection(
                part.at(start, end),
                f"“{written}” was to be replaced before sending.",
                f"「{written}」が残っています。",
                "Write what belongs there, or take it out.",
                "正しい内容に置き換えるか、削除してください。",
            )


def _gaps(part: Part, forms: Iterable[re.Pattern[str]]) -> Iterator[tuple[int, int]]:
    """Every place, in order; one that lies in another only once."""
    folded = fold(part.text)
    found = sorted(match.span() for form in forms for match in form.finditer(folded))
    behind = 0
    for start, end in found:
        if start >= behind:
            yield start, end
            behind = end
