"""How large the mail is, and how long its lines."""

from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, NotApplicable, Objection, Verdict, rule
from pipeline.models.finding import Severity

#: Gmail cuts a message off there, and shows "View entire message": observed, 102 KB of HTML without images
#: (Metorik, help article 287; Batch, documentation). Google itself names no number.
CLIPPED: Final = 102_400
_NEARLY: Final = 80_000
#: RFC 5322, 2.1.1: a line has at most 998 characters; a server may cut a longer one, or refuse the mail.
_LONGEST_LINE: Final = 998


@rule("display/html-size", "Gmail shows the whole mail", "Gmailで途中で切れない", Need.RENDERED)
def html_size(draft: Draft) -> Iterator[Verdict]:
    """Gmail cuts a mail off at about 102 kB of HTML, and the link to unsubscribe goes with the rest.

    Measured as it is sent: styles inlined, links counted, for the invented person whose mail is largest.
    From 80 kB on it is a warning.

    Remedy: shorten it; take out what is repeated, and styles that nothing uses.

    Misses: what a transport adds when it counts clicks, and values of real people that are longer.
    """
    sizes = [len(mail.message.html.encode()) for mail in draft.mails if mail.message.html is not None]
    if not sizes:
        yield NotApplicable("there is no HTML part", "HTMLパートがありません")
        return
    size = max(sizes)
    if size >= _NEARLY:
        over = size >= CLIPPED
        yield Objection(
            draft.at("body", "html"),
            f"The HTML is {size:,} bytes; Gmail cuts a mail off at {CLIPPED:,}.",
            f"HTMLが{size:,}バイトです。Gmailでは{CLIPPED:,}バイトで切れます。",
            "Shorten it; take out what is repeated, and styles that nothing uses.",
            "本文を短くするか、重複や使っていないスタイルを削除してください。",
            Severity.ERROR if over else Severity.WARNING,
        )


@rule("display/line-length", "No line of the text is too long", "1行が長すぎない", Need.RENDERED)
def line_length(draft: Draft) -> Iterator[Verdict]:
    """A line of a mail has at most 998 bytes; servers cut longer ones, or refuse the mail.

    A Japanese paragraph of 333 characters without a line break is as long. Postmerge encodes what it writes
    itself, so that this is a warning for the text part; programs that pass a mail on may not.

    Remedy: begin a new line after a sentence.

    Misses: the HTML, which is always encoded.
    """
    for part in draft.parts_of("text"):
        start = 0
        for line in part.text.split("\n"):
            if len(line) > _LONGEST_LINE // 4 and len(line.encode()) > _LONGEST_LINE:
                yield Objection(
                    part.at(start, start + len(line)),
                    f"A line of the text has {len(line.encode()):,} bytes, more than {_LONGEST_LINE}.",
                    f"テキストの1行が{len(line.encode()):,}バイトあり、{_LONGEST_LINE}バイトを超えています。",
                    "Begin a new line after a sentence.",
                    "文の区切りで改行してください。",
                    Severity.WARNING,
                )
            start += len(line) + 1
