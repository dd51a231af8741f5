"""What Jinja2 says against a template, for people who write mail (pure).

The English sentence passes Jinja2's own words on; the Japanese one words the mistakes that people make, and
leaves the others to the place, which is always known.
"""

import re
from typing import Final

from pipeline.sentence import Sentence

#: Named as in Jinja2 3.1, `jinja2/parser.py` and `jinja2/lexer.py`.
_TOKENS: Final = {
    "end of print statement": "}}",
    "end of statement block": "%}",
    "begin of print statement": "{{",
    "begin of statement block": "{%",
    "end of template": "テンプレートの終わり",
}
_MISTAKES: Final = (
    (
        r"Unexpected end of template\..*innermost block that needs to be closed is '(\w+)'.*",
        "{{% {0} %}}が閉じられていません",
    ),
    (r"Unexpected end of template.*", "閉じられていないタグがあります"),
    (
        r"Encountered unknown tag '(end\w+)'.*looking for .*'(\w+)'.*",
        "{{% {1} %}}の場所に{{% {0} %}}があります",
    ),
    (r"Encountered unknown tag '(\w+)'.*", "{{% {0} %}}というタグはないか、ここでは使えません"),
    (r"No filter named '(\w+)'.*", "「{0}」というフィルターはありません"),
    (r"No test named '(\w+)'.*", "「{0}」という判定はありません"),
    (r"[Ee]xpected token '([^']+)', got '([^']+)'.*", "「{0}」が必要な場所に「{1}」があります"),
    (r"Expected an expression, got '([^']+)'.*", "値や式が必要な場所に「{0}」があります"),
    (r"unexpected '(.)', expected '(.)'.*", "「{1}」が必要な場所に「{0}」があります"),
    (r"unexpected char '(.+)' at \d+.*", "使えない文字「{0}」があります"),
    (r"unexpected end of template, expected '([^']+)'.*", "「{0}」がないままテンプレートが終わっています"),
    (r"unexpected '([^']+)'.*", "余分な「{0}」があります"),
    (r"Missing end of comment tag.*", "コメント({{#)が閉じられていません"),
    (r"Missing end of raw directive.*", "{{% raw %}}が閉じられていません"),
    (r"tag name expected.*", "{{%の後にタグの名前がありません"),
    (r"block '(\w+)' defined twice.*", "ブロック「{0}」が2回書かれています"),
)


def syntax(message: str | None) -> Sentence:
    """A template that cannot be read; `message` is Jinja2's."""
    words = (message or "no further words").rstrip(".")
    return Sentence(
        f"The template cannot be read: {words}.", f"テンプレートを読み取れません: {_japanese(words)}。"
    )


def _japanese(words: str) -> str:
    for pattern, said in _MISTAKES:
        if (found := re.fullmatch(pattern, words, re.DOTALL)) is not None:
            return said.format(*(_TOKENS.get(group, group) for group in found.groups()))
    return "タグや括弧の書き方に誤りがあります"
