"""Public holidays, where the policy asks about them."""

from datetime import date
from typing import Literal


def holiday_on(day: date, country: Literal["jp", "none"]) -> str | None:
    """What the holiday of a day is called; None on an ordinary day, and where nobody asks.

    Japan's are computed by `jpholiday` from the law on public holidays (昭和23年法律第178号).
    """
    if country == "none":
        return None
    import jpholiday  # noqa: PLC0415 only for a repository that asks about them

    name = jpholiday.is_holiday_name(day)
    return str(name) if name else None
