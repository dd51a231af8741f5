"""Characters that nobody sees, or that are not what they look like."""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.checklist.draft import Draft
from pipeline.checklist.rule import Need, Objection, Verdict, rule
from pipeline.checklist.wording.authored import hits
from pipeline.models.finding import Severity

#: What a kind of character is called, what to do, and whether it merely looks untidy.
_Kind = tuple[str, str, str, str, Severity | None]
_DELETE = (
    "Delete it; it is there although nothing is seen.",
    "見えませんが文字があります。削除してください。",
)
_AGAIN = ("Type the letter anew.", "文字を入力し直してください。")
_KINDS: Final[dict[str, tuple[str, _Kind]]] = {
    "control": (
        "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f",
        ("a control character", "制御文字", *_DELETE, None),
    ),
    "unseen": (
        "\u00ad\u115f\u1160\u180e\u200b\u2060-\u2064\u3164\ufeff\uffa0",
        ("an invisible character", "見えない文字", *_DELETE, None),
    ),
    "joiner": ("", ("an invisible character", "見えない文字", *_DELETE, None)),
    "turning": (
        "\u200e\u200f\u202a-\u202e\u2066-\u2069",
        ("a mark that turns the direction of writing", "文字の向きを変える記号", *_DELETE, None),
    ),
    "lost": (
        "\ufffd\ufff0-\ufff8\ufffe\uffff",
        ("what is left of a lost character", "文字化けした文字", *_AGAIN, None),
    ),
    "private": (
        "\ue000-\uf8ff\U000f0000-\U0010fffd",
        ("a character of one machine only (“外字”)", "外字（ほかの環境では表示されない文字）", *_AGAIN, None),
    ),
    "radical": (
        "\u2e80-\u2fdf",
        ("a radical, not the letter", "部首の文字（漢字ではありません）", *_AGAIN, Severity.WARNING),
    ),
    "apart": (
        "\u3099\u309a",
        ("a sound mark apart from its letter", "濁点・半濁点が分かれた文字", *_AGAIN, Severity.WARNING),
    ),
}
_CLASSES: Final = "|".join(f"(?P<{name}>[{letters}])" for name, (letters, _) in _KINDS.items() if letters)
#: A zero-width joiner is right between two emoji, a non-joiner between letters of Arabic and of India.
_JOINERS: Final = (
    r"(?P<joiner>(?<![\u2190-\u2bff\ufe0f\U0001f000-\U0001faff\u0600-\u0dff])\u200d"
    r"|(?<![\u0600-\u0dff])\u200c)"
)
_FORMS: Final = re.compile(f"{_CLASSES}|{_JOINERS}")


@rule("wording/invisible-characters", "Every character can be seen", "見えない文字がない", Need.RENDERED)
def invisible_characters(draft: Draft) -> Iterator[Verdict]:
    """Characters that nobody sees come with pasted text: they break words, links and searches.

    Zero-width and direction marks, control characters, replacement characters, private letters (外字) block.
    A radical that stands for its letter (⽇ for 日), and sound marks apart from their kana, are pointed out.

    Remedy: delete the character, or type the word anew.

    Misses: blanks of unusual width, look-alikes of other scripts, and letters that a device has no font for.
    """
    for part, match in hits(draft, _FORMS):
        assert match.lastgroup is not None, "every form has a name"
        english, japanese, remedy, remedy_ja, severity = _KINDS[match.lastgroup][1]
        code = f"U+{ord(match[0]):04X}"
        before = part.text[max(0, match.start() - 12) : match.start()].split("\n")[-1]
        yield Objection(
            part.at(*match.span()),
            f"Behind “{_seen(before)}” stands {english} ({code}).",
            f"「{_seen(before)}」の後ろに、{japanese}（{code}）があります。",
            remedy,
            remedy_ja,
            severity,
        )


def _seen(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
