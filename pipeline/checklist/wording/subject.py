"""The line that decides whether a mail is opened."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.models.campaign import Kind
from pipeline.models.finding import Severity

#: Columns; a letter of full width takes two. Inboxes of computers show about so many, telephones half of it.
WIDEST: Final = 80
_WIDE: Final = frozenset("WFA")
#: Shown as a picture; ★ and ♪ are letters of every Japanese font.
_EMOJI: Final = re.compile(
    "[\U0001f000-\U0001faff]|.\ufe0f|[⌚⌛⏩-⏬⏰⏳◽◾☔☕♈-♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓-❕❗➕-➗➰➿⬛⬜⭐⭕]"
)


@rule(
    "wording/subject-length",
    "The subject can be read in an inbox",
    "件名が長すぎない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def subject_length(draft: Draft) -> Iterator[Verdict]:
    """Inboxes cut a subject: what stands at its end is seen by few.

    Wider than 40 letters of full width (80 of half width), for a person with a name of usual length.

    Remedy: begin with what matters, and move the rest into the preheader.

    Misses: how wide a particular inbox is; a telephone shows about half of it.
    """
    ordinary = draft.mails[0].part("subject") if draft.mails else None
    width = _width(ordinary.text) if ordinary is not None else 0
    if ordinary is not None and width > WIDEST:
        yield Objection(
            draft.at("subject"),
            f"The subject is {width} columns wide; inboxes show about {WIDEST}.",
            f"件名が全角{(width + 1) // 2}文字分あります。受信一覧に見えるのは{WIDEST // 2}文字ほどです。",
            "Begin with what matters, and move the rest into the preheader.",
            "大事な言葉を前に置き、残りは preheader に書いてください。",
        )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in _WIDE else 1 for letter in text)


@rule(
    "wording/subject-emoji",
    "The subject has no emoji",
    "件名に絵文字がない",
    Need.RENDERED,
    severity=Severity.WARNING,
)
def subject_emoji(draft: Draft) -> Iterator[Verdict]:
    """An emoji in a subject is a box in some inboxes, and out of place in a notice or an apology.

    In marketing it is merely mentioned.

    Remedy: leave it out, or look at the test send on the devices that matter.

    Misses: signs such as ★ and ♪, which every Japanese font has.
    """
    for part in draft.parts_of("subject"):
        for match, place in part.matches(_EMOJI):
            if part.written(*match.span()):
                yield Objection(
                    place,
                    f"The subject has the emoji “{match[0]}”.",
                    f"件名に絵文字「{match[0]}」があります。",
                    "Leave it out, or look at the test send on the devices that matter.",
                    "削除するか、テスト配信で表示を確認してください。",
                    Severity.INFO if draft.kind is Kind.MARKETING else None,
                )
