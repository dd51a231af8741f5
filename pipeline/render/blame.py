"""What an exception of a template means to the person who wrote it.

Only messages that cannot hold a merge value are passed on; of every other exception the author learns
the place and the kind, because the text of, say, a ValueError quotes the value.
"""

import re
from typing import Final

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from pipeline.render.failure import Mistake, RenderFailure, Unrenderable
from pipeline.sentence import Sentence
from pipeline.workspace import template_words


class TookTooLong(Exception):
    """Raised by the child's own timer in the middle of a template."""


_Words = tuple[Sentence, Sentence]
_PLAIN: Final[tuple[tuple[type[Exception], Sentence, Sentence], ...]] = (
    (
        RecursionError,
        Sentence(
            "The template calls or includes itself without end.",
            "テンプレートが自分自身を繰り返し読み込んでいます。",
        ),
        Sentence(
            "Look for an include or a macro that leads back to itself.",
            "自分自身に戻るincludeやマクロがないか確認してください。",
        ),
    ),
    (
        MemoryError,
        Sentence(
            "The template needs more memory than a mail may have.",
            "このテンプレートに必要なメモリーが上限を超えています。",
        ),
        Sentence(
            "Look for a loop or a repetition that makes very long text.",
            "非常に長い文章を作る繰り返しがないか確認してください。",
        ),
    ),
    (
        TypeError,
        Sentence(
            "A calculation or comparison does not fit its values.",
            "計算または比較が値の種類に合っていません。",
        ),
        Sentence(
            "Merge fields are text: write `recipient.points | int` to calculate or compare.",
            "差し込み項目は文字です。計算や比較をするには`recipient.points | int`のように書いてください。",
        ),
    ),
    (
        ZeroDivisionError,
        Sentence("The template divides by zero.", "0で割り算をしています。"),
        Sentence("Test the value with `if` first.", "先に`if`で値を確かめてください。"),
    ),
    (
        TookTooLong,
        Sentence("The mail takes too much computing time.", "このメールの作成には計算時間がかかりすぎます。"),
        Sentence(
            "Look for a loop that does not end or runs very often.",
            "終わらない繰り返しや、非常に多い繰り返しがないか確認してください。",
        ),
    ),
    (
        TemplateNotFound,
        Sentence(
            "There is no piece of the name that is asked for here.",
            "ここで読み込もうとしている名前の部品がありません。",
        ),
        Sentence(
            "Name a file of the campaign's folder, or `_shared/…` for one of campaigns/_shared.",
            "キャンペーンのフォルダーのファイル名か、campaigns/_sharedの部品なら`_shared/…`と書いてください。",
        ),
    ),
    (
        SecurityError,
        Sentence(
            "The template reaches for the inside of a value, which no mail may do.",
            "テンプレートが、値の内部にある使えないものを参照しています。",
        ),
        Sentence(
            "Use only recipient, campaign, facts, organisation and unsubscribe_url.",
            "使えるのはrecipient、campaign、facts、organisation、unsubscribe_urlだけです。",
        ),
    ),
)
_MISTAKE: Final = Sentence(
    "Correct the expression in that line, or the data that it shows.",
    "その行の式、またはそこに差し込むデータを直してください。",
)
_BRACES: Final = Sentence(
    "Compare the braces and tags in that line.", "その行の括弧とタグを確認してください。"
)
_REFUSED: Final = (
    Sentence("Jinja2 refuses this expression.", "この式は使えません。"),
    Sentence(
        "Look at the filters and macros in that line.", "その行のフィルターとマクロを確認してください。"
    ),
)
_VALUE: Final = Sentence(
    "Look at the expression in that line; the value of some recipient does not fit it.",
    "その行の式を確認してください。一部の受信者の値が式に合っていません。",
)
_COLUMN: Final = Sentence(
    "Correct the name, or add the column to the segment's `columns`.",
    "名前を直すか、セグメントの`columns`に列を追加してください。",
)
_WITH_CONTEXT: Final = Sentence(
    "Import the macro `with context`, or hand the value to it.",
    "マクロを`with context`付きで読み込むか、値をマクロに渡してください。",
)
_NAMES: Final = Sentence(
    "Correct the name; templates see recipient, campaign, facts and organisation.",
    "名前を直してください。使えるのはrecipient、campaign、facts、organisationです。",
)
#: What an undefined value says of itself, here and in `sandbox` and Jinja2's `jinja2/runtime.py`.
_UNDEFINED: Final = (
    (r"(\S+) is not known here; (\S+) has: nothing\.", "{0}はここでは使えません。{1}には何もありません。"),
    (r"(\S+) is not known here; (\S+) has: (.+)\.", "{0}はここでは使えません。{1}にあるのは{2}です。"),
    (r"The name or number in the square brackets.*", "角括弧[ ]の中の名前または番号がありません。"),
    (r"'([^']+)' is undefined", "「{0}」はここでは使えません。"),
    (r".* has no (?:attribute|element) '?([^']+)'?", "「{0}」という値はありません。"),
)


def failure_of(error: Exception, part: str) -> RenderFailure:
    """The failure that `error`, raised while `part` was made, means."""
    if isinstance(error, Unrenderable):
        return error.failure
    template, line = _place(error, part)
    sentence, remedy = _words(error)
    undefined, costly = isinstance(error, UndefinedError), isinstance(error, TookTooLong)
    return RenderFailure(sentence, remedy, template, line, undefined=undefined, costly=costly)


def _words(error: Exception) -> _Words:
    for kind, sentence, remedy in _PLAIN:
        if isinstance(error, kind):
            return sentence, remedy
    if isinstance(error, Mistake):
        return error.sentence, _MISTAKE
    if isinstance(error, TemplateError):
        return _template_words(error)
    kind_of = type(error).__name__
    sentence = Sentence(
        f"The template could not be filled in ({kind_of}).", f"テンプレートに値を差し込めません({kind_of})。"
    )
    return sentence, _VALUE


def _template_words(error: TemplateError) -> _Words:
    message = error.message or "unknown"
    if isinstance(error, TemplateSyntaxError):
        return template_words.syntax(error.message), _BRACES
    if isinstance(error, UndefinedError):
        return _undefined_words(message)
    return _REFUSED


def _undefined_words(message: str) -> _Words:
    said = _undefined_ja(message)
    if "is not known here" in message or "square brackets" in message:
        return Sentence(message, said), _COLUMN
    if re.fullmatch(r"'(recipient|unsubscribe_url)' is undefined", message):
        return Sentence(message + " in this file.", said), _WITH_CONTEXT
    # "'str object' has no attribute 'x'" and the like name types and names, never values
    return Sentence(message + ".", said), _NAMES


def _undefined_ja(message: str) -> str:
    for pattern, words in _UNDEFINED:
        if (found := re.fullmatch(pattern, message)) is not None:
            return words.format(*found.groups())
    return "ここにない値が使われています。"


def _place(error: Exception, part: str) -> tuple[str, int | None]:
    """Name and line of the innermost template that the traceback passes."""
    if isinstance(error, TemplateSyntaxError):
        return error.name or part, error.lineno
    name, line = part, None
    step = error.__traceback__
    while step is not None:
        if (
            "__jinja_template__" in step.tb_frame.f_globals
            or "__jinja_exception__" in step.tb_frame.f_globals
        ):
            name, line = step.tb_frame.f_code.co_filename, step.tb_lineno
        step = step.tb_next
    return name, line
