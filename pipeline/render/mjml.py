"""MJML to HTML, with the checks that the engine leaves out.

The engine (mrml) passes unknown tags through in silence, and without `fonts={}` puts a link to a font
server of a third party into every mail, which would tell it who opened what.
"""

import re
from typing import Final

from mjml import mjml2html

from pipeline.render.failure import RenderFailure, Unrenderable
from pipeline.sentence import Sentence

_KNOWN: Final = frozenset(
    f"mj-{name}"
    for names in (
        ("head", "attributes", "all", "class", "breakpoint", "font", "html-attributes", "selector"),
        ("preview", "style", "title", "body", "section", "column", "group", "wrapper", "hero", "raw"),
        ("accordion", "accordion-element", "accordion-title", "accordion-text", "button", "divider"),
        ("carousel", "carousel-image", "image", "navbar", "navbar-link", "social", "social-element"),
        ("spacer", "table", "text"),
    )
    for name in names
)
_NOT_CLOSED: Final = Sentence(
    "Look for a tag that is not closed.", "閉じられていないタグがないか確認してください。"
)
_COMPLAINTS: Final = {
    "unexpected end of stream": "MJMLのタグが閉じられないまま、ファイルが終わっています。",
    "unexpected element": "MJMLのタグの順序か入れ子が正しくありません。",
    "unable to parse": "MJMLのタグの書き方に誤りがあります。",
}
_UNKNOWN_TO_ALL: Final = Sentence(
    "Correct it: mail programs do not know it.",
    "タグの名前を直してください。このままではメールソフトで表示されません。",
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?(mj-[A-Za-z0-9-]+)")
_OPENING = re.compile(r"<[A-Za-z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
#: All but ASCII that can be seen, and the letters of Japanese and Latin.
_GARBLED = re.compile(r"[^ -\[\]-~À-ɏぁ-ゖァ-ヺー々一-鿋]")
_ROOT = re.compile(r"<mjml(?=[\s>])(?![^>]*\slang=)")


def has_preview(mjml: str) -> bool:
    """Whether the author wrote an `mj-preview`, which then stands for the preheader."""
    return re.search(r"<mj-preview[\s>]", _COMMENT.sub("", mjml)) is not None


def to_html(mjml: str, *, name: str, template: str, language: str) -> str:
    """The HTML of `mjml`, which was made from the text `template` of the file `name`.

    Raises Unrenderable for tags that MJML does not have and for text that is no MJML.
    """
    for tag in _TAG.findall(_COMMENT.sub("", mjml)):
        if tag not in _KNOWN:
            raise Unrenderable(_unknown(tag, name, template))
    try:
        return mjml2html(_ROOT.sub(f'<mjml lang="{language}"', _spelt(mjml), count=1), fonts={})
    except BaseException as error:
        # a crash of the engine is none of Python's exceptions
        if not isinstance(error, ValueError) and type(error).__module__ != "pyo3_runtime":
            raise
        # the engine names tags and positions, never text
        raise Unrenderable(RenderFailure(_no_mjml(error), _NOT_CLOSED, name)) from None


def _no_mjml(error: BaseException) -> Sentence:
    """Why the engine cannot read a text; its words are those of mrml 5."""
    if not isinstance(error, ValueError):
        return Sentence("MJML cannot read this mail.", "MJMLとして読み取れません。")
    known = (ja for words, ja in _COMPLAINTS.items() if words in str(error))
    return Sentence(f"This is no MJML: {error}.", next(known, "MJMLとして読み取れません。"))


def _spelt(mjml: str) -> str:
    r"""`mjml` with the characters of attributes that the engine would garble written as references.

    It writes attributes the way Rust shows text to programmers: a full-width space as `\u{3000}`.
    """

    def in_quotes(quoted: re.Match[str]) -> str:
        return _GARBLED.sub(lambda found: f"&#{ord(found[0])};", quoted[0])

    return _OPENING.sub(lambda tag: _QUOTED.sub(in_quotes, tag[0]), mjml) if _GARBLED.search(mjml) else mjml


def _unknown(tag: str, name: str, template: str) -> RenderFailure:
    place = template.find(f"<{tag}")
    # not found when a piece holds it
    line = None if place < 0 else template.count("\n", 0, place) + 1
    if tag == "mj-include":
        include = Sentence("mj-include does not work here.", "mj-includeは使えません。")
        instead = Sentence(
            'Write {% include "name" %} instead.', '代わりに{% include "name" %}と書いてください。'
        )
        return RenderFailure(include, instead, name, line)
    no_tag = Sentence(f"MJML has no tag <{tag}>.", f"MJMLに<{tag}>というタグはありません。")
    return RenderFailure(no_tag, _UNKNOWN_TO_ALL, name, line)
