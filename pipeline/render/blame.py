"""What an exception of a template means to the person who wrote it.

Only messages that cannot hold a merge value are passed on; of every other exception the author learns
the place and the kind, because the text of, say, a ValueError quotes the value.
"""

import re
from typing import Final

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from pipeline.render.failure import Mistake, RenderFailure, Unrenderable

_PLAIN: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (
        RecursionError,
        "The template calls or includes itself without end.",
        "Look for an include or a macro that leads back to itself.",
    ),
    (
        MemoryError,
        "The template needs more memory than a mail may have.",
        "Look for a loop or a repetition that makes very long text.",
    ),
    (
        TypeError,
        "A calculation or comparison does not fit its values.",
        "Merge fields are text: write `recipient.points | int` to calculate or compare.",
    ),
    (ZeroDivisionError, "The template divides by zero.", "Test the value with `if` first."),
)


class TookTooLong(Exception):
    """Raised by the child's own timer in the middle of a template."""


def failure_of(error: Exception, part: str) -> RenderFailure:
    """The failure that `error`, raised while `part` was made, means."""
    if isinstance(error, Unrenderable):
        return error.failure
    template, line = _place(error, part)
    sentence, remedy = _words(error)
    return RenderFailure(sentence, remedy, template, line, undefined=isinstance(error, UndefinedError))


def _words(error: Exception) -> tuple[str, str]:
    for kind, sentence, remedy in _PLAIN:
        if isinstance(error, kind):
            return sentence, remedy
    if isinstance(error, Mistake):
        return str(error), "Correct the expression in that line, or the data that it shows."
    if isinstance(error, TookTooLong):
        return str(error), "Look for a loop that does not end or runs very often."
    if isinstance(error, TemplateError):
        return _template_words(error)
    return (
        f"The template could not be filled in ({type(error).__name__}).",
        "Look at the expression in that line; the value of some recipient does not fit it.",
    )


def _template_words(error: TemplateError) -> tuple[str, str]:
    message = error.message or "unknown"
    if isinstance(error, TemplateNotFound):
        return (
            "There is no piece of the name that is asked for here.",
            "Name a file of the campaign's folder, or `_shared/…` for one of campaigns/_shared.",
        )
    if isinstance(error, TemplateSyntaxError):
        return f"The template cannot be read: {message}", "Compare the braces and tags in that line."
    if isinstance(error, SecurityError):
        return (
            "The template reaches for the inside of a value, which no mail may do.",
            "Use only recipient, campaign, facts, organisation and unsubscribe_url.",
        )
    if isinstance(error, UndefinedError):
        return _undefined_words(message)
    return "Jinja2 refuses this expression.", "Look at the filters and macros in that line."


def _undefined_words(message: str) -> tuple[str, str]:
    if "is not known here" in message or "square brackets" in message:
        return message, "Correct the name, or add the column to the segment's `columns`."
    if re.fullmatch(r"'(recipient|unsubscribe_url)' is undefined", message):
        return message + " in this file.", "Import the macro `with context`, or hand the value to it."
    # "'str object' has no attribute 'x'" and the like name types and names, never values
    return message + ".", "Correct the name; templates see recipient, campaign, facts and organisation."


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
