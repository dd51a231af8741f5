from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from pipeline.models.quantity import (
    Day,
    Duration,
    Line,
    LocalTime,
    Name,
    QuietHours,
    Rate,
    RelativePath,
    Share,
    ZoneName,
    format_duration,
    parse_duration,
)

KINDS: dict[str, TypeAdapter[Any]] = {
    "Duration": TypeAdapter(Duration),
    "Share": TypeAdapter(Share),
    "Rate": TypeAdapter(Rate),
    "QuietHours": TypeAdapter(QuietHours),
    "LocalTime": TypeAdapter(LocalTime),
    "ZoneName": TypeAdapter(ZoneName),
    "Day": TypeAdapter(Day),
    "RelativePath": TypeAdapter(RelativePath),
    "Name": TypeAdapter(Name),
    "Line": TypeAdapter(Line),
}
FORMS: list[tuple[str, str, Any]] = [
    ("Duration", "90s", timedelta(seconds=90)),
    ("Duration", "30m", timedelta(minutes=30)),
    ("Duration", "4h", timedelta(hours=4)),
    ("Duration", "7d", timedelta(days=7)),
    ("Duration", "0s", timedelta(0)),
    ("Share", "1%", 0.01),
    ("Share", "0.1%", 0.001),
    ("Share", "150%", 1.5),
    ("Share", "100%", 1.0),
    ("Rate", "14/s", 14.0),
    ("Rate", "0.5/s", 0.5),
    ("QuietHours", "21:00-08:00", (time(21), time(8))),
    ("QuietHours", "12:00-13:30", (time(12), time(13, 30))),
    ("LocalTime", "2026-12-01 10:00", datetime(2026, 12, 1, 10, 0)),  # noqa: DTZ001 a wall clock has no zone
    ("LocalTime", "2026-12-01T10:00", datetime(2026, 12, 1, 10, 0)),  # noqa: DTZ001
    ("LocalTime", "on_merge", "on_merge"),
    ("ZoneName", "Asia/Tokyo", "Asia/Tokyo"),
    ("Day", "2026-12-01", date(2026, 12, 1)),
    ("Day", "2028-02-29", date(2028, 2, 29)),
    ("RelativePath", "files/size-guide.pdf", "files/size-guide.pdf"),
    ("Name", "2026-12-winter-sale", "2026-12-winter-sale"),
    ("Line", "はなもり通販", "はなもり通販"),
]
REFUSED: list[tuple[str, Any]] = [
    *(("Duration", text) for text in ("30", "", "30 m", "-5m", "1.5h", "30min", "3０m", "1h30m", "1234567d")),
    *(("Share", text) for text in ("1", "0.01", "1 %", "-1%", "１%", "1%%", "")),
    *(("Rate", text) for text in ("14", "0/s", "14/m", "-1/s", "0.0/s")),
    *(("QuietHours", text) for text in ("21:00", "21-08", "24:00-08:00", "21:60-08:00", "08:00-08:00")),
    *(("LocalTime", text) for text in ("2026-12-01", "10:00", "2026-12-01 10:00+09:00", "2026-12-01 25:00")),
    *(("LocalTime", text) for text in ("2026-02-30 10:00", "on merge", "2026-12-01 10:00:00")),
    *(("ZoneName", text) for text in ("Tokyo", "JST", "+09:00", "../etc/localtime", "")),
    *(("Day", value) for value in ("0", "1764547200", "20261201", "2026-W49-2", "2026-2-30")),
    *(("Day", value) for value in ("2026-02-30", "2026-12-01T00:00", "", "２026-12-01")),
    ("Day", datetime(2026, 12, 1)),  # noqa: DTZ001
    *(("RelativePath", text) for text in ("/etc/passwd", "../x", "a/../b", "a//b", "a\\b", "", "a/", "a\0b")),
    *(("Name", text) for text in ("Winter", "-sale", "冬", "a_b", "", "a" * 65, "sale\n")),
    *(("Line", text) for text in ("", "a\nb", "a\rb")),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "written", "value"), FORMS)
def test_every_form_of_the_format_is_read(kind: str, written: str, value: Any) -> None:
    assert KINDS[kind].validate_python(written) == value


@pytest.mark.parametrize(("kind", "written"), REFUSED)
def test_nothing_is_guessed_at(kind: str, written: Any) -> None:
    with pytest.raises(ValidationError):
        KINDS[kind].validate_python(written)


@given(st.integers(0, 999_999).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_duration_is_written_the_way_it_is_read(length: timedelta) -> None:
    assert parse_duration(format_duration(length)) == length


@given(st.integers(1, 99_999_999).map(lambda n: n / 10_000))
def test_a_share_comes_back_as_it_was_written(percent: float) -> None:
    written = f"{percent:.4f}%"
    share = TypeAdapter(Share).validate_python(written) if percent < 10_000 else None
    assert share is None or share == pytest.approx(percent / 100, abs=1e-8)


@pytest.mark.parametrize(
    ("kind", "written"),
    [("Duration", "30m"), ("Share", "0.5%"), ("Rate", "14/s"), ("QuietHours", "21:00-08:00")],
)
def test_what_is_written_out_is_what_was_read(kind: str, written: str) -> None:
    adapter = KINDS[kind]
    assert adapter.dump_python(adapter.validate_python(written)) == written


@pytest.mark.parametrize("kind", ["Duration", "Share", "Rate", "QuietHours", "LocalTime", "Day"])
def test_the_editor_knows_the_form_and_an_example_of_it(kind: str) -> None:
    schema = KINDS[kind].json_schema()
    assert schema["type"] == "string"
    for example in schema["examples"]:
        KINDS[kind].validate_python(example)


@pytest.mark.parametrize("value", [0, 1764547200, 3.5, None])
def test_a_number_is_no_day_since_1970(value: Any) -> None:
    with pytest.raises(ValidationError):
        KINDS["Day"].validate_python(value)
