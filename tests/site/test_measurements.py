"""The tables of the page that sets theory beside measurement."""

from __future__ import annotations

import re

import pytest
from figures.measurements import Row, number, table

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("measured", "holds"), [(0.9, True), (1.1, True), (0.899, False), (float("nan"), False)]
)
def test_a_row_holds_within_its_bounds(measured: float, holds: bool):
    assert Row("one", "he.md", 1.0, measured, (0.9, 1.1)).holds is holds


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (24.2317, "24.23"),
        (-0.99, "-0.99"),
        (9.09e-13, r"$9.09 \cdot 10^{-13}$"),
        (1e6, r"$1 \cdot 10^{6}$"),
        (None, ""),
    ],
)
def test_numbers_are_shown_in_four_digits(value: float | None, shown: str):
    assert number(value) == shown


def test_a_number_may_have_more_digits():
    assert number(0.99999980, 7) == "0.9999998"


def test_a_table_has_a_line_for_each_row_and_names_equal_bounds_once():
    rows = [
        Row("one", "he.md#fans", 1.0, 1.0, (1.0, 1.0), "1 there"),
        Row("two", "he.md", None, 2.0, (1.5, 2.5)),
    ]

    assert table(rows).data.splitlines()[2:] == [
        "| one | 1 | 1 | 1 | 1 there | [](he.md#fans) |",
        "| two |  | 2 | 1.5 to 2.5 |  | [](he.md) |",
    ]


def test_every_table_of_the_page_asserts_its_rows():
    page = (ROOT / "book" / "measurements.md").read_text(encoding="utf-8")
    cells = re.findall(r"```\{code-cell\}.*?\n(.*?)```", page, re.DOTALL)
    tables = [cell for cell in cells if "measurements.table(rows)" in cell]

    assert len(tables) >= 5
    assert all("assert all(row.holds for row in rows)\nmeasurements.table(rows)" in cell for cell in tables)
