"""Durations, shares, rates, clock times and ids as they are written in YAML."""

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from pipeline.sentence import Unfit

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
#: Beyond these a typing error is likelier than a plan, and sums of times would leave the calendar.
_LONGEST = timedelta(days=400)
_OLDEST = timedelta(days=3_660)
_YEARS = range(2000, 2200)


def parse_duration(value: Any, *, longest: timedelta = _LONGEST) -> timedelta:
    """`90s`, `30m`, `4h`, `7d` as a length of time.

    Raises Unfit for anything else, so that a bare `30` is never guessed at.
    """
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d{1,6})([smhd])", str(value), re.ASCII)
    if match is None:
        raise Unfit(
            "a duration is a number and a unit: 90s, 30m, 4h or 7d",
            "時間の長さは、90s、30m、4h、7dのように数字と単位で書いてください",
        )
    duration = timedelta(seconds=int(match[1]) * _SECONDS[match[2]])
    if duration > longest:
        raise Unfit(
            f"a duration is at most {longest.days}d", f"時間の長さは{longest.days}dまでで書いてください"
        )
    return duration


def _parse_age(value: Any) -> timedelta:
    return parse_duration(value, longest=_OLDEST)


def format_duration(value: timedelta) -> str:
    """The shortest way to write a duration that `parse_duration` reads back."""
    seconds = round(value.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


def _parse_share(value: Any) -> float:
    if isinstance(value, float):
        return value
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,4})?)%", str(value), re.ASCII)
    if match is None:
        raise Unfit(
            "a share is a number and a per cent sign: 1% or 0.5%",
            "割合は、1%や0.5%のように数字と%で書いてください",
        )
    return round(float(match[1]) / 100, 8)


def _parse_rate(value: Any) -> float:
    if isinstance(value, float):
        return value
    match = re.fullmatch(r"(\d{1,7}(?:\.\d{1,3})?)/s", str(value), re.ASCII)
    if match is None or float(match[1]) <= 0:
        raise Unfit("a rate is recipients per second: 14/s", "速度は、14/sのように毎秒の件数で書いてください")
    return float(match[1])


def _parse_quiet_hours(value: Any) -> tuple[time, time]:
    if isinstance(value, tuple):
        return value
    match = re.fullmatch(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})", str(value), re.ASCII)
    if match is None:
        raise Unfit(
            "quiet hours are two times of day: 21:00-08:00",
            "配信しない時間帯は、21:00-08:00のように2つの時刻で書いてください",
        )
    try:
        start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    except ValueError:
        raise Unfit(
            "quiet hours are two times of day between 00:00 and 23:59",
            "配信しない時間帯は、00:00から23:59までの2つの時刻で書いてください",
        ) from None
    if start == end:
        raise Unfit(
            "quiet hours that begin and end at the same time never end",
            "配信しない時間帯の開始と終了が同じ時刻なので、いつまでも終わりません",
        )
    return start, end


def _parse_local_time(value: Any) -> datetime | str:
    if isinstance(value, datetime) or value == "on_merge":
        return value  # type: ignore[no-any-return]  # a datetime or the literal just compared
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[ T](\d{1,2}:\d{2})", str(value), re.ASCII)
    if match is None:
        raise Unfit(
            "a time is written 2026-12-01 10:00, without a zone (the zone stands in time_zone), or on_merge",
            "日時は2026-12-01 10:00の形か、on_mergeと書いてください(タイムゾーンはtime_zoneへ)",
        )
    try:
        moment = datetime.strptime(f"{match[1]} {match[2]}", "%Y-%m-%d %H:%M")  # noqa: DTZ007 local by design
    except ValueError:
        raise Unfit(
            f"{match[1]} {match[2]} is no day or time of the calendar",
            f"{match[1]} {match[2]}は存在しない日時です",
        ) from None
    if moment.year not in _YEARS:
        raise Unfit(
            f"{moment.year:04} is no year to send mail in", f"{moment.year:04}年は配信できる年ではありません"
        )
    return moment


def _parse_day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    # pydantic would take a bare number for seconds since 1970.
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value), re.ASCII) is None:
        raise PydanticCustomError("date_parsing", "a day is written 2026-12-01")
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Unfit(f"{value} is no day of the calendar", f"{value}は存在しない日付です") from None


@cache
def _zones() -> frozenset[str]:
    """Every zone there is; looking them up reads hundreds of files."""
    return frozenset(available_timezones())


def _known_zone(value: str) -> str:
    if value not in _zones():
        raise Unfit(
            f"{value!r} is no time zone; write an IANA name such as Asia/Tokyo",
            f"{value!r}というタイムゾーンはありません。Asia/TokyoのようなIANAの名前で書いてください",
        )
    ZoneInfo(value)
    return value


def _relative_path(value: str) -> str:
    parts = value.split("/")
    if not value or value.startswith("/") or "\\" in value or "\0" in value or ".." in parts or "" in parts:
        raise Unfit(
            f"{value!r} must be a path inside the folder, written with forward slashes",
            f"{value!r}は、フォルダー内のパスではありません。/で区切って書いてください",
        )
    return value


#: A length of time, written `90s`, `30m`, `4h` or `7d`.
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,6}[smhd]$", "examples": ["90s", "30m", "4h", "7d"]}),
]
#: How old something may be, written `730d`.
Age = Annotated[
    timedelta,
    BeforeValidator(_parse_age),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,6}[smhd]$", "examples": ["365d", "730d"]}),
]
#: A part of a whole as a number from 0 up, written `1%`.
Share = Annotated[
    float,
    BeforeValidator(_parse_share),
    PlainSerializer(lambda share: f"{share * 100:g}%", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,4}(\.\d{1,4})?%$", "examples": ["1%", "0.5%"]}),
]
#: Recipients per second, written `14/s`.
Rate = Annotated[
    float,
    BeforeValidator(_parse_rate),
    PlainSerializer(lambda rate: f"{rate:g}/s", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,7}(\.\d{1,3})?/s$", "examples": ["14/s"]}),
]
#: Start and end of the hours in which nothing leaves, written `21:00-08:00`; may span midnight.
QuietHours = Annotated[
    tuple[time, time],
    BeforeValidator(_parse_quiet_hours),
    PlainSerializer(lambda pair: f"{pair[0]:%H:%M}-{pair[1]:%H:%M}", return_type=str),
    WithJsonSchema(
        {"type": "string", "pattern": r"^\d{1,2}:\d{2}-\d{1,2}:\d{2}$", "examples": ["21:00-08:00"]}
    ),
]
#: A wall-clock time without a zone, written `2026-12-01 10:00`, or `on_merge`.
LocalTime = Annotated[
    datetime | str,
    BeforeValidator(_parse_local_time),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(on_merge|\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2})$",
            "examples": ["2026-12-01 10:00"],
        }
    ),
]
#: A day of the calendar, written `2026-12-01`.
Day = Annotated[
    date,
    BeforeValidator(_parse_day),
    WithJsonSchema(
        {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$", "examples": ["2026-12-01"]}
    ),
]
#: An IANA zone name.
ZoneName = Annotated[str, AfterValidator(_known_zone), WithJsonSchema({"type": "string"})]
#: A path below a folder: relative, forward slashes, no way up.
RelativePath = Annotated[str, AfterValidator(_relative_path)]
#: The name of a campaign, segment, team, sender, source or target.
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
#: Text of one line.
Line = Annotated[str, Field(min_length=1, pattern=r"^[^\r\n]*$")]
