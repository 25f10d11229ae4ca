"""Tables of spreadsheets and platforms are read as they were meant, or refused with the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.tables import csv_text, harmless, meant, read_table

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\x00\ufeff")).map(str.strip)


@pytest.fixture
def table(tmp_path):
    def write(content):
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@given(st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_what_was_written_is_read(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text(csv_text(["id", "name"], rows), encoding="utf-8", newline="")

    assert [tuple(row.values()) for _, row in read_table(path)] == [
        row for row in rows if any(map(harmless, row))
    ]


@given(st.text())
def test_an_apostrophe_goes_as_it_came(text):
    if not text.startswith("'"):
        assert meant(harmless(text)) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings_are_recognised(table, delimiter, encoding):
    text = f"id{delimiter}name\r\nzoe{delimiter}Zoë\r\n\r\n"

    assert read_table(table(text.encode(encoding))) == [(2, {"id": "zoe", "name": "Zoë"})]


def test_a_quoted_field_may_hold_lines(table):
    assert read_table(table('id,name\na,"x\ny"\nb,z\n')) == [
        (3, {"id": "a", "name": "x\ny"}),
        (4, {"id": "b", "name": "z"}),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty; its first line must name the columns"),
        ("id,id\na,b\n", "the column 'id' occurs twice"),
        ("id,name\na,b,c\n", "line 2: 3 fields, where the first line has 2"),
        (b"id,name\nz,Zo\xeb\n", r"is not UTF-8 \(byte 12\)"),
        ('id,name\na,"b\n', "line 2: unexpected end of data"),
    ],
)
def test_what_is_no_table_is_refused(table, content, words):
    with pytest.raises(UsageError, match=words):
        read_table(table(content))


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.csv cannot be read \(No such file"):
        read_table(tmp_path / "nowhere.csv")
