"""Drawn tables with rules between their columns and under their heads, and none between their rows."""

from __future__ import annotations

import pytest

from docparse.model.embedded.tables import find_tables
from tests.embedded.test_drawn_cells import upright
from tests.embedded.test_table_rows import flat, page, put_rows, rows_of

HEADS = ["Name", "Calling convention"]
NAMES = [
    ["ccall", "that of the compiler for C"], ["cplusplus", "that of the compiler for the other one"],
    ["dotnet", "of the platform"], ["jvm", "of the Virtual Machine"], ["stdcall", "that of the interface of old"],
]  # fmt: skip
PROSE = [
    ["first", "the words of this cell go on from line to line"], ["", "as those of running text do and always will,"],
    ["", "since they fill the width of their column and"], ["", "end it."],
]  # fmt: skip
ADDRESSES = [["Jane Doe and Sons", "John Smith and Co"], ["12 Long Street", "7 Hill Road"], ["London", "Bristol"]]


def boxed(rows: list[list[str]], *, right: float = 350.0, middle: float = 200.0) -> list[list[str]]:
    end = 224 + 14 * len(rows)
    rules = [flat(200, 95, right), flat(218, 95, right), flat(end, 95, right)]
    rules += [upright(x, 200, end) for x in (95, middle, right)]
    words = put_rows([HEADS], 213, xs=(100, middle + 5)) + put_rows(rows, 230, 14, xs=(100, middle + 5))
    (table,) = find_tables(page(rules), words)
    return rows_of(table)


def test_lines_that_end_before_their_column_does_are_rows() -> None:
    assert boxed(NAMES, right=480) == [HEADS, *NAMES]


def test_lines_that_fill_their_cell_are_one() -> None:
    assert boxed(PROSE, right=450) == [HEADS, ["first", " ".join(row[1] for row in PROSE)]]


def test_addresses_side_by_side_are_no_rows() -> None:
    assert boxed(ADDRESSES) == [HEADS, [" ".join(column) for column in zip(*ADDRESSES, strict=True)]]


THREE = [["Standard", "anything with a stroke", "ss07=0"], ["Low-profile", "anything with a dot", "ss07=1"]]
NOTES = [["From here on", "with a stroke", "alone"], ["And after", "with a dot", "again"]]


@pytest.mark.parametrize(("rows", "xs"), [(THREE, (100, 205, 400)), (NOTES, (100, 163, 231))])
def test_bands_without_sides_are_rows_of_the_columns_that_their_heads_have(
    rows: list[list[str]], xs: tuple[float, ...]
) -> None:
    heads = ["Feature", "Sample", "Setting"]
    rules = [flat(200 + 18 * level, 95, 480) for level in range(4)] + [upright(x, 200, 254) for x in (95, 480)]
    rules += [upright(x, 200, 218) for x in (200, 390)]
    (table,) = find_tables(page(rules), put_rows([heads], 213, xs=(100, 205, 400)) + put_rows(rows, 231, 18, xs))
    assert rows_of(table) == [heads, *(rows if rows is THREE else [[" ".join(row), "", ""] for row in rows])]
