"""CSV as spreadsheets and learning platforms write and read it.

A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula and runs it.  Names and flags are
other people's words, so such a text gets an apostrophe before it, as spreadsheets themselves mark a text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autograder.errors import UsageError

_FORMULA = ("=", "+", "-", "@")
MAX_TABLE = 64 << 20
"""Bytes of a table that is read."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a header and rows as CSV in which no value is a formula; None is an empty field."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue()


def harmless(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula."""
    is_formula = isinstance(value, str) and value.lstrip().startswith(_FORMULA)
    return f"'{value}" if is_formula else value


def meant(text: str) -> str:
    """Return what `harmless` was given.

    >>> meant(harmless("=1+1")), meant("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text.startswith("'") and text[1:].lstrip().startswith(_FORMULA) else text


def read_table(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV file, each with the number of its last line and its fields by column.

    Commas, semicolons and tabs divide fields; UTF-8 and the UTF-16 of older spreadsheets are read.

    Raises:
        UsageError: The file cannot be read, or is no table; the text says in which line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_TABLE + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror or error})") from error
    if len(data) > MAX_TABLE:
        raise UsageError(f"{path} has more than {MAX_TABLE >> 20} MB; that is no list of students")
    text = _decoded(data, path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [meant(column).strip() for column in next(reader, [])]
        _require_columns(header, path)
        return [(reader.line_num, _fields(header, row, path, reader.line_num)) for row in reader if any(row)]
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num}: {error}; save it as CSV once more") from error


def _decoded(data: bytes, path: Path) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path} is not UTF-8 (byte {error.start}); save it as “CSV UTF-8”, which spreadsheets offer"
        ) from error


def _require_columns(header: Sequence[str], path: Path) -> None:
    named = [column for column in header if column]
    twice = sorted({column for column in named if named.count(column) > 1})
    if twice:
        raise UsageError(f"{path}: the column '{twice[0]}' occurs twice; remove one of them")
    if not named:
        raise UsageError(f"{path} is empty; its first line must name the columns")


def _fields(header: Sequence[str], row: Sequence[str], path: Path, line: int) -> dict[str, str]:
    if len(row) > len(header) and any(row[len(header) :]):
        raise UsageError(f"{path}, line {line}: {len(row)} fields, where the first line has {len(header)}")
    return {column: meant(value).strip() for column, value in zip(header, row, strict=False) if column}
