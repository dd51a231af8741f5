"""The shape of a CSV file, read strictly: no row is lost in silence, a broken one has a line number."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PipelineError
from pipeline.sentence import Sentence

if TYPE_CHECKING:
    import _csv


@dataclass(frozen=True, slots=True)
class CsvShape:
    """The names in the first row, and how many rows follow.

    Blank lines are none, nor are empty values of an only column.
    """

    header: tuple[str, ...]
    rows: int


def examine(path: Path, *, whole: bool = True) -> CsvShape:
    """The file's shape; only the header unless `whole`.

    Raises PipelineError with the line for a row with more or fewer values than the header, for a broken quote
    and for what is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _shape(path, file, whole=whole)
    except UnicodeDecodeError:
        raise PipelineError(
            Sentence(f"The file {path} is not UTF-8.", f"ファイル{path}の文字コードがUTF-8ではありません。"),
            Sentence(
                "Save it as “CSV UTF-8”; Excel's plain “CSV” is Shift JIS.",
                "「CSV UTF-8」で保存してください。Excelの「CSV」はShift JISになります。",
            ),
        ) from None
    except OSError as error:
        raise PipelineError(
            Sentence(
                f"The file {path} cannot be read: {error.strerror}.", f"ファイル{path}を読み取れません。"
            ),
            Sentence(
                "Check its path in policy.yaml and its rights. A list that cannot be read is not an empty "
                "list.",
                "policy.yamlのパスと、ファイルの権限を確認してください。",
            ),
        ) from error


def _shape(path: Path, file: io.TextIOWrapper, *, whole: bool) -> CsvShape:
    reader = csv.reader(file, strict=True)
    records = _records(path, reader)
    header = _header(path, next(records, []))
    if not whole:
        return CsvShape(header, 0)
    rows, width = 0, len(header)
    for record in records:
        if len(record) != width:
            raise PipelineError(
                Sentence(
                    f"The row that ends at line {reader.line_num} of {path} has {len(record)} values; "
                    f"the header has {width}.",
                    f"{path}の{reader.line_num}行目で終わる行には値が{len(record)}個ありますが、"
                    f"見出しは{width}列です。",
                ),
                Sentence(
                    "Mend the row: a value with a comma needs double quotes around it.",
                    "行を直してください。カンマを含む値は、二重引用符で囲みます。",
                ),
            )
        rows += width > 1 or record != [""]
    return CsvShape(header, rows)


def _records(path: Path, reader: "_csv.Reader") -> Iterator[list[str]]:
    try:
        for record in reader:
            if record:
                yield record
    except csv.Error:
        raise PipelineError(
            Sentence(
                f"Line {reader.line_num} of {path} is no CSV: a quote is not closed, or something follows "
                "one.",
                f"{path}の{reader.line_num}行目がCSVとして読み取れません。引用符の使い方に誤りがあります。",
            ),
            Sentence(
                "Inside a quoted value write a quote twice.",
                "引用符で囲んだ値の中の引用符は、2つ続けて書いてください。",
            ),
        ) from None


def _header(path: Path, header: list[str]) -> tuple[str, ...]:
    folded = [name.casefold() for name in header]
    if not header or "" in folded or len(set(folded)) != len(folded):
        raise PipelineError(
            Sentence(
                f"The first line of {path} must name every column, each with a name of its own.",
                f"{path}の1行目に、すべての列の名前を重複なく書いてください。",
            ),
            Sentence(
                "Write the names of the columns into the first line.",
                "1行目に列の名前を書いてください。",
            ),
        )
    return tuple(header)
