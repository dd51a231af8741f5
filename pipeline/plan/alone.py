"""Why a mail travels on its own and shares no template, in the language of the policy (pure)."""

from typing import Final

from pipeline.sentence import Language

#: By what the renderer says, which is English and a part of the JSON.
JA: Final = {
    "MJML reads a value of the recipient": "受信者の値がMJMLの書き方に影響するため",
    "a brace or a backslash stands right beside a value": "差し込む値のすぐ隣に括弧や円記号があるため",
    "a value holds characters that do not fit a shared template": "差し込む値に、共有できない文字があるため",
    "nothing but values stands in a part of the mail": "差し込む値だけでできている部分があるため",
    "nothing is to be shared": "共有しない設定のため",
    "the mail holds words that look like our own marks": "共有の目印と紛らわしい文字があるため",
    "the page comes out differently when several values change together": (
        "複数の値が同時に変わると、表示が変わるため"
    ),
    "the page is too long to share": "本文が長すぎるため",
    "the shared template would say something else": "共有すると内容が変わってしまうため",
    "there are too many different kinds of this mail": "メールの種類が多すぎるため",
    "two braces stand in the text of the mail": "本文に括弧が2つ続いているため",
    "values stand in too many places that MJML or a style reads": (
        "MJMLやスタイルに影響する場所の差し込みが多すぎるため"
    ),
}
_OTHERWISE: Final = "テンプレートを共有できないため"


def reason(said: str, language: Language) -> str:
    """The reason as a reader is shown it."""
    return JA.get(said, _OTHERWISE) if language == "ja" else said
