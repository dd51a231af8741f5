"""Tables in attached files: CSV and XLSX, read within bounds (pure)."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

#: What is read of a file. A list of people shows in its first thousand rows.
ROWS_MAX: Final = 1_000
_COLUMNS_MAX: Final = 100
_CELL_MAX: Final = 200
_PART_MAX: Final = 4_000_000
_SHEETS_MAX: Final = 20
_STRINGS_MAX: Final = 50_000
_MEMBERS_MAX: Final = 2_000
_CHUNK: Final = 1 << 16
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_COLUMN: Final = re.compile(r"[A-Z]{1,3}")

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of a table, as text."""

    rows: tuple[Row, ...]


class Closed(Exception):
    """The file cannot be looked into: it is damaged, or locked with a password."""


def csv_tables(data: bytes) -> tuple[Table, ...]:
    """The table in a file of values between commas, semicolons or tabs. Raises Closed."""
    text = _decoded(data[:_PART_MAX])
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[Row] = []
    try:
        for row in islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ROWS_MAX):
            rows.append(_short(row))  # noqa: PERF401 what was read before an error counts
    except csv.Error:
        pass
    return (Table(tuple(rows)),)


def xlsx_tables(data: bytes) -> tuple[Table, ...]:
    """The sheets of a workbook. Raises Closed."""
    with _opened(data) as archive:
        names = [name for name in archive.namelist()[:_MEMBERS_MAX] if _SHEET.fullmatch(name)]
        strings: tuple[str, ...] = ()
        if "xl/sharedStrings.xml" in archive.namelist():
            strings = tuple(islice(_strings(archive, "xl/sharedStrings.xml"), _STRINGS_MAX))
        return tuple(Table(tuple(_rows(archive, name, strings))) for name in names[:_SHEETS_MAX])


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of the files in a ZIP file, as far as they are read. Raises Closed."""
    with _opened(data) as archive:
        for name in archive.namelist()[:_SHEETS_MAX]:
            if not name.endswith("/"):
                yield name, _read(archive, name)


def names_in(data: bytes) -> Sequence[str]:
    """The names in a ZIP file. Raises Closed."""
    with _opened(data) as archive:
        return archive.namelist()[:_MEMBERS_MAX]


def _opened(data: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Closed from error
    if any(info.flag_bits & 1 for info in archive.infolist()):
        archive.close()
        raise Closed
    return archive


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, not more of it than our bound: its size in the directory may be a lie."""
    try:
        with archive.open(name) as stream:
            return stream.read(_PART_MAX)
    except Exception as error:
        # zipfile raises half a dozen kinds for damaged files, zlib.error and EOFError among them
        raise Closed from error


def _strings(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    for item in _elements(io.BytesIO(_read(archive, name)), "si"):
        yield _words(item)


def _rows(archive: zipfile.ZipFile, name: str, strings: Sequence[str]) -> Iterator[Row]:
    for row in islice(_elements(io.BytesIO(_read(archive, name)), "row"), ROWS_MAX):
        cells: dict[int, str] = {}
        for cell in islice((each for each in row if _tag(each) == "c"), _COLUMNS_MAX):
            cells[_column(cell.get("r", ""), len(cells))] = _value(cell, strings)
        yield tuple(cells.get(index, "") for index in range(min(max(cells, default=-1) + 1, _COLUMNS_MAX)))


def _elements(stream: IO[bytes], tag: str) -> Iterator[Element]:
    """The elements of a name, one after the other; damaged XML ends the list, and entities are not read."""
    parser: XMLPullParser[Element] = XMLPullParser(("end",))
    while chunk := stream.read(_CHUNK):
        if b"<!ENTITY" in chunk or b"<!DOCTYPE" in chunk:
            raise Closed
        try:
            parser.feed(chunk)
        except ParseError as error:
            raise Closed from error
        for _, element in cast("Iterator[tuple[str, object]]", parser.read_events()):
            assert isinstance(element, Element), "only ends of elements were asked for"
            if _tag(element) == tag:
                yield element
                element.clear()


def _value(cell: Element, strings: Sequence[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _words(cell)
    value = next((each.text or "" for each in cell if _tag(each) == "v"), "")
    if kind == "s":
        number = int(value) if value.isascii() and value.isdigit() else -1
        return strings[number] if 0 <= number < len(strings) else ""
    return value[:_CELL_MAX]


def _words(element: Element) -> str:
    texts = (each.text or "" for each in element.iter() if _tag(each) == "t")
    return "".join(texts)[:_CELL_MAX]


def _column(reference: str, otherwise: int) -> int:
    match = _COLUMN.match(reference)
    if match is None:
        return otherwise
    number = 0
    for letter in match[0]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            # the bound may have cut a letter in two
            if error.start >= len(data) - 4:
                return data[: error.start].decode(encoding)
    return data.decode("utf-8", errors="replace")


def _short(row: Sequence[str]) -> Row:
    return tuple(cell[:_CELL_MAX] for cell in row[:_COLUMNS_MAX])
