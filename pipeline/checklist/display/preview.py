"""Rules about what only a browser sees, and branches that nobody takes: `postmerge preview` asks them."""

from typing import Final

from pipeline.checklist.rule import seen_in_preview

RULES: Final = (
    seen_in_preview(
        "display/horizontal-overflow",
        "The mail fits the width of the screen",
        "画面の幅に収まっている",
        """A mail that is wider than a phone is read by dragging it to and fro, or not at all.

        Remedy: look for a fixed width, or a long word without a break; give it `max-width: 100%`.

        Misses: mail programs with other widths than 800 and 375 pixels.""",
    ),
    seen_in_preview(
        "display/beyond-edge",
        "Nothing ends beyond the edge",
        "端からはみ出す要素がない",
        """What ends beyond the right edge is cut off where the mail program does not scroll.

        Remedy: make it narrower, or let it break.""",
    ),
    seen_in_preview(
        "display/image-loads",
        "Images can be seen",
        "画像が表示される",
        """An image that does not load leaves a hole. Nothing is fetched for a preview: the file of the same
        name in the campaign's folder is shown.

        Remedy: put the file into the folder, or correct the address.

        Misses: whether the image is at its address on the web.""",
    ),
    seen_in_preview(
        "display/small-text",
        "Text is large enough to be read",
        "文字が小さすぎない",
        """Text of less than 12 pixels is not read on a phone.

        Remedy: make it larger.""",
    ),
    seen_in_preview(
        "display/overlapping-text",
        "Texts do not lie on each other",
        "文字が重なっていない",
        """Where two texts lie on each other neither can be read.

        Remedy: look for a negative margin, a fixed height, or a `line-height` below 1.""",
    ),
    seen_in_preview(
        "display/hidden-text",
        "No text is hidden",
        "隠れた文字がない",
        """Words that nobody sees are left over, or look to a spam filter like a trick. The line for inboxes
        at the very start may be hidden.

        Remedy: take them out.""",
    ),
    seen_in_preview(
        "display/contrast-on-screen",
        "Text stands out from its background on every screen",
        "どの画面でも文字と背景の差が十分ある",
        """WCAG 2.2 asks for a contrast of 4.5 to 1, and of 3 to 1 for large text; also in the dark.

        Remedy: make the text darker or its background lighter, or the other way round.

        Misses: text on pictures.""",
    ),
    seen_in_preview(
        "display/tap-target",
        "Links can be tapped",
        "リンクを指で押せる",
        """A link of less than 24 pixels each way is missed by a finger; links in a sentence are not meant.

        Remedy: give it padding.""",
    ),
    seen_in_preview(
        "display/unreached-branch",
        "Every branch of the templates is reached",
        "テンプレートの分岐がすべて確認されている",
        """A branch that no invented person takes is one that nobody has looked at, or can ever take.

        Remedy: correct the condition, or describe somebody who takes it in `personas.yaml`.

        Misses: that a value may be possible which the data never holds.""",
    ),
)
