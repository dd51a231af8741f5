"""What is wrong with a page that only a browser sees: rules over what was measured (pure)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.preview.measured import Box, Colour, Measured, Text

#: CSS pixels. Below this a phone's reader pinches and zooms.
_SMALLEST_TEXT: Final = 12
#: WCAG 2.2, 1.4.3 (AA): the ratio for text, and for large text; what large is, in CSS pixels.
_CONTRAST: Final = 4.5
_CONTRAST_LARGE: Final = 3.0
_LARGE: Final = 24.0
_LARGE_BOLD: Final = 18.66
#: Nobody sees text of less contrast than this.
_UNSEEN: Final = 1.1
#: WCAG 2.2, 2.5.8 (AA): CSS pixels each way, but for links in a sentence.
_TARGET: Final = 24
#: Of the smaller text's area: letters of neighbours may touch, words may not.
_OVERLAP: Final = 0.3
#: Characters of the mail's words that a sentence repeats.
_SHOWN: Final = 40
_JA: Final = {"desktop": "パソコン", "phone": "スマートフォン", "dark": "ダーク"}
_WHITE: Final[Colour] = (255, 255, 255, 1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. `words` are those on the page; `box` is where, in CSS pixels."""

    rule: str
    message: str
    message_ja: str
    remedy: str
    remedy_ja: str
    words: str = ""
    box: Box | None = None


def troubles(pages: Mapping[str, Measured]) -> tuple[tuple[str, Trouble], ...]:
    """Everything that is wrong with one mail, each with the mode in which it was seen first.

    `pages` are what was measured, by the id of the mode: desktop, phone, dark.
    """
    found: dict[tuple[str, str], tuple[str, Trouble]] = {}
    for mode, page in pages.items():
        for trouble in troubles_in(mode, page):
            found.setdefault((trouble.rule, trouble.words), (mode, trouble))
    for trouble in _hidden(pages):
        found[trouble.rule, trouble.words] = (next(iter(pages)), trouble)
    return tuple(found.values())


def troubles_in(mode: str, page: Measured) -> Iterator[Trouble]:
    """What is wrong in one mode alone."""
    for rule in _RULES:
        yield from rule(mode, page)


def contrast(text: Text) -> float | None:
    """The ratio of WCAG between a text and what lies behind it; None where that is a picture."""
    if text.behind is None:
        return None
    ground = _WHITE
    for layer in reversed(text.behind):
        ground = _over(layer, ground)
    light, dark = sorted((_luminance(_over(text.colour, ground)), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _overflow(mode: str, page: Measured) -> Iterator[Trouble]:
    if page.scroll_width > page.width + 1:
        yield Trouble(
            "display/horizontal-overflow",
            f"On {page.width:.0f} pixels ({mode}) the mail is {page.scroll_width:.0f} pixels wide.",
            f"幅{page.width:.0f}ピクセルの画面({_JA[mode]})で、"
            f"メールの幅が{page.scroll_width:.0f}ピクセルあります。",
            "Look for a fixed width, or a long word without a break; give it max-width: 100%.",
            "固定の幅や、途中で改行できない長い語を探し、max-width: 100% を指定してください。",
        )


def _beyond(mode: str, page: Measured) -> Iterator[Trouble]:
    if page.beyond:
        words, box = min(page.beyond, key=lambda each: each[1].width * each[1].height)
        yield Trouble(
            "display/beyond-edge",
            f"“{_short(words)}” ends {box.right - page.width:.0f} pixels beyond the right edge ({mode}).",
            f"「{_short(words)}」が右端から{box.right - page.width:.0f}ピクセルはみ出しています。",
            "Make it narrower, or let it break.",
            "幅を狭くするか、改行できるようにしてください。",
            words,
            box,
        )


def _images(_mode: str, page: Measured) -> Iterator[Trouble]:
    for image in page.images:
        if not image.loaded and image.source:
            yield Trouble(
                "display/image-loads",
                f"The image {_short(image.source)} did not load.",
                f"画像 {_short(image.source)} を表示できません。",
                "Put a file of this name into the campaign's folder, so that it can be looked at.",
                "確認できるように、同じ名前のファイルをキャンペーンのフォルダーに置いてください。",
                image.source,
                image.box,
            )


def _small(mode: str, page: Measured) -> Iterator[Trouble]:
    small = [text for text in _seen(page) if text.size < _SMALLEST_TEXT]
    if small:
        first = min(small, key=lambda text: text.size)
        yield Trouble(
            "display/small-text",
            f"“{_short(first.words)}” is {first.size:g} pixels high ({mode}), {_more(len(small))}.",
            f"「{_short(first.words)}」の文字の大きさが{first.size:g}ピクセルです({_JA[mode]}、計{len(small)}か所)。",
            f"Make it at least {_SMALLEST_TEXT} pixels.",
            f"{_SMALLEST_TEXT}ピクセル以上にしてください。",
            first.words,
            first.box,
        )


def _contrast(mode: str, page: Measured) -> Iterator[Trouble]:
    for text in _each_element(_seen(page)):
        if mode == "dark" and not (text.behind and text.behind[-1][3] >= 1):
            continue  # what the mail program puts behind a transparent page is its own choice
        ratio = contrast(text)
        large = text.size >= _LARGE or (text.bold and text.size >= _LARGE_BOLD)
        wanted = _CONTRAST_LARGE if large else _CONTRAST
        if ratio is not None and _UNSEEN <= ratio < wanted:
            yield Trouble(
                "display/contrast-on-screen",
                f"“{_short(text.words)}” has a contrast of {ratio:.1f}:1 ({mode}), not {wanted:g}:1.",
                f"「{_short(text.words)}」と背景のコントラスト比が{ratio:.1f}:1です({_JA[mode]}、目安{wanted:g}:1)。",
                "Make the text darker or its background lighter, or the other way round.",
                "文字と背景の明るさの差を大きくしてください。",
                text.words,
                text.box,
            )


def _taps(mode: str, page: Measured) -> Iterator[Trouble]:
    if mode != "phone":
        return
    for tap in page.taps:
        if not tap.inline and min(tap.box.width, tap.box.height) < _TARGET:
            yield Trouble(
                "display/tap-target",
                f"The link “{_short(tap.words)}” is {tap.box.width:.0f} by {tap.box.height:.0f} pixels.",
                f"リンク「{_short(tap.words)}」は{tap.box.width:.0f}×{tap.box.height:.0f}ピクセルしかありません。",
                f"Give it padding: a finger needs {_TARGET} pixels each way.",
                f"指で押せるように、余白を付けて縦横{_TARGET}ピクセル以上にしてください。",
                tap.words,
                tap.box,
            )


def _overlapping(mode: str, page: Measured) -> Iterator[Trouble]:
    texts = sorted(_seen(page), key=lambda text: text.box.y)
    for place, text in enumerate(texts):
        for other in texts[place + 1 :]:
            if other.box.y >= text.box.bottom:
                break
            smaller = min(text.box.width * text.box.height, other.box.width * other.box.height)
            if text.element != other.element and text.box.shared(other.box) > _OVERLAP * smaller:
                yield Trouble(
                    "display/overlapping-text",
                    f"“{_short(text.words)}” and “{_short(other.words)}” lie on each other ({mode}).",
                    f"「{_short(text.words)}」と「{_short(other.words)}」が重なっています({_JA[mode]})。",
                    "Look for a negative margin, a fixed height or a line-height below 1.",
                    "負のmargin、固定の高さ、1未満のline-heightを探してください。",
                    text.words,
                    text.box,
                )
                break


_RULES: Final[Sequence[Callable[[str, Measured], Iterator[Trouble]]]] = (
    _overflow,
    _beyond,
    _images,
    _small,
    _contrast,
    _taps,
    _overlapping,
)


def _hidden(pages: Mapping[str, Measured]) -> Iterator[Trouble]:
    """Words that no reader sees in any mode; what stands before all others is the line for inboxes."""
    shown = {text.words for page in pages.values() for text in page.texts if _is_seen(text)}
    told: set[str] = set()
    for page in pages.values():
        begun = False
        for text in page.texts:
            begun = begun or _is_seen(text)
            if begun and text.words not in shown and text.words not in told:
                told.add(text.words)
                yield Trouble(
                    "display/hidden-text",
                    f"“{_short(text.words)}” is in the mail, and nobody can see it.",
                    f"「{_short(text.words)}」は、どの表示でも見えません。",
                    "Take it out: spam filters distrust hidden words.",
                    "削除してください。隠れた文字は迷惑メールと判定される原因になります。",
                    text.words,
                    text.box,
                )


def _is_seen(text: Text) -> bool:
    ratio = contrast(text)
    return not text.hidden and (ratio is None or ratio >= _UNSEEN)


def _seen(page: Measured) -> list[Text]:
    return [text for text in page.texts if _is_seen(text)]


def _each_element(texts: Iterable[Text]) -> Iterator[Text]:
    told: set[int] = set()
    for text in texts:
        if text.element not in told:
            told.add(text.element)
            yield text


def _over(top: Colour, ground: Colour) -> Colour:
    share = top[3]
    red, green, blue = (t * share + g * (1 - share) for t, g in zip(top[:3], ground[:3], strict=True))
    return red, green, blue, 1


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    """A part of a colour as light: WCAG 2.2, relative luminance."""
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 see above


def _short(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"


def _more(count: int) -> str:
    return f"and {count - 1} more" if count > 1 else "the only one"
