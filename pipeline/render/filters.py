"""Filters that templates of mails need beyond Jinja2's own."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import Undefined

from pipeline.render.failure import Mistake

_WEEKDAYS_JA = "月火水木金土日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def number(value: Any) -> str:
    """`1200` as `1,200`; decimals stay as they are.

    Raises Mistake for what is no number; the message leaves the value out, because it is a
    person's.
    """
    try:
        parsed = Decimal(str(value).strip())
    except InvalidOperation:
        raise Mistake(
            "number: the value is not a number.", "numberに渡された値が数ではありません。"
        ) from None
    if not parsed.is_finite() or abs(parsed.adjusted()) > 30:  # noqa: PLR2004 1E999999999 has a billion digits
        raise Mistake("number: the value is not a number.", "numberに渡された値が数ではありません。")
    return f"{parsed:,f}"


def whole(value: Any, default: int = 0) -> int:
    """The whole number that `value` means, `default` where it is empty.

    Unlike Jinja2's own `int` it does not turn `1,200` or a name into 0: that is an error.
    """
    if isinstance(value, int | float):
        return int(value)
    text = str(value).strip()
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise Mistake(
            "int: the value is not a whole number.", "intに渡された値が整数ではありません。"
        ) from None


def day(language: str) -> Callable[..., str]:
    """A filter that writes `2026-12-01` for readers: `2026年12月1日(火)`, or `Tuesday, 1 December 2026`.

    `{{ … | date(year=false) }}` leaves the year out.
    """

    def written(value: Any, *, year: bool = True) -> str:
        try:
            then = date.fromisoformat(str(value).strip())
        except ValueError:
            raise Mistake(
                "date: the value is not a date such as 2026-12-01.",
                "dateに渡された値が、2026-12-01のような日付ではありません。",
            ) from None
        if language == "ja":
            head = f"{then.year}年" if year else ""
            return f"{head}{then.month}月{then.day}日({_WEEKDAYS_JA[then.weekday()]})"
        tail = f" {then.year}" if year else ""
        return f"{_WEEKDAYS_EN[then.weekday()]}, {then.day} {_MONTHS_EN[then.month - 1]}{tail}"

    return written


def otherwise(value: Any, words: str = "") -> Any:
    """`value`, or `words` where it is empty.

    Unlike Jinja2's own `default` it does not hide a misspelt name: an undefined value stays an error.
    """
    if isinstance(value, Undefined):
        str(value)  # a strict undefined says its name by raising
    return words if value is None or str(value).strip() == "" else value
