"""様様 and 御中様."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.widths import NO_JAPANESE

_GAP = "[ \u3000\u00a0]{0,2}"
_DOUBLED: Final = re.compile(
    # 様様な is an old way to write 様々な; 殿様 and 王様 are words.
    rf"様(?:{_GAP}様(?![なにので式子相態々])|さま|さん)"
    rf"|さま{_GAP}様|さん{_GAP}様|殿{_GAP}御中|先生{_GAP}様"
    rf"|御中{_GAP}(?:様|殿|さま)|様{_GAP}御中|各位{_GAP}[様殿]"
)


@rule("wording/doubled-honorific", "No honorific stands twice", "敬称が重なっていない", Need.RENDERED)
def doubled_honorific(draft: Draft) -> Iterator[Verdict]:
    """お客様様 and 御中様 are what a template makes of a value that already has its honorific.

    Seen in the mails of the invented people, of whom one has no name.

    Remedy: write the honorific once: {{ recipient.family_name or 'お客' }}様.

    Misses: an honorific inside a real name; that is data/name-has-honorific.
    """
    if draft.language != "ja":
        yield NO_JAPANESE
        return
    for part in draft.parts:
        for match, place in part.matches(_DOUBLED):
            yield Objection(
                place,
                f"“{match[0]}” has two honorifics.",
                f"「{match[0]}」は敬称が重なっています。",
                "Write one of them.",
                "敬称を一つにしてください。",
            )
