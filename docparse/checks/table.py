"""Tables: a full grid after spans, and columns that add up where a total row says so."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from docparse.checks.numbers import read_number
from docparse.schemas.document import Cell, Check, Table

_TOTAL = re.compile(
    r"\W*(?:grand |sub)?(?:total|totals|sum|summe|gesamt|gesamtsumme|insgesamt|somme|totale|totaal|suma|summa|"
    r"итого|всего|合计|合計|总计|總計)\b.*",
    re.IGNORECASE,
)
_MAX_AREA = 400_000  # grid positions looked at; a larger grid is only a claim of its spans
_FILL_SHARE = 0.5  # of a grid that may be missing and still be filled with empty cells


def check_table(table: Table) -> None:
    """Check the grid of a table, fill ragged rows, and add up columns under a total row."""
    if not table.cells or table.rows * table.cols > _MAX_AREA:
        table.flags.append("table_empty" if not table.cells else "table_too_large")
        table.checks.append(
            Check(name="grid", outcome="failed", detail=f"{table.rows} x {table.cols}, no cells to check")
        )
        return
    _check_grid(table)
    _check_totals(table)


def _check_grid(table: Table) -> None:
    taken = np.zeros((table.rows, table.cols), np.int16)
    for cell in table.cells:
        taken[cell.row : cell.row + cell.rowspan, cell.col : cell.col + cell.colspan] += 1
    twice = int((taken > 1).sum())
    beyond = any(c.row + c.rowspan > table.rows or c.col + c.colspan > table.cols for c in table.cells)
    empty = int((taken == 0).sum())
    if twice or beyond:
        table.flags.append("cells_overlap")
        detail = f"{twice} positions taken twice" if twice else "spans reach out of the grid"
        table.checks.append(Check(name="grid", outcome="failed", detail=detail))
    elif not empty:
        table.checks.append(Check(name="grid", outcome="passed"))
    elif empty > _FILL_SHARE * taken.size:
        table.flags.append("ragged_rows")
        table.checks.append(Check(name="grid", outcome="failed", detail=f"{empty} of {taken.size} positions are empty"))
    else:
        _fill(table, taken, empty)


def _fill(table: Table, taken: NDArray[np.int16], empty: int) -> None:
    table.cells += [Cell(row=int(row), col=int(col)) for row, col in np.argwhere(taken == 0)]
    table.cells.sort(key=lambda cell: (cell.row, cell.col))
    table.flags.append("ragged_rows")
    table.checks.append(Check(name="grid", outcome="repaired", detail=f"{empty} empty cells added"))


def _check_totals(table: Table) -> None:
    """Columns that add up bear one another out: a column that does not, beside ones that do, was misread."""
    rows: dict[int, list[Cell]] = defaultdict(list)
    labels = {cell.row: cell.text for cell in table.cells if cell.col == 0}
    totals = sorted(row for row, text in labels.items() if row > 1 and len(text) < 60 and _TOTAL.fullmatch(text))
    if not totals:
        return
    for cell in table.cells:
        rows[cell.row].append(cell)
    start = right = 0
    wrong: list[tuple[int, int]] = []
    for total in totals:
        added, off = _add_up(rows, start, total)
        right, wrong = right + added, [*wrong, *off]
        start = total + 1
    if not right:
        table.checks.append(Check(name="totals", outcome="skipped", detail="no column adds up to its total row"))
    elif 3 * len(wrong) <= right:
        detail = f"row and column of totals that the rows above do not give: {wrong[:5]}" if wrong else ""
        table.checks.append(Check(name="totals", outcome="failed" if wrong else "passed", detail=detail))
        table.flags += ["totals_differ"] if wrong else []
    else:
        table.checks.append(Check(name="totals", outcome="skipped", detail="few columns add up to their total row"))


def _add_up(rows: dict[int, list[Cell]], start: int, total: int) -> tuple[int, list[tuple[int, int]]]:
    """(columns that add up, (row, column) of totals that do not) for the rows from `start` to before `total`."""
    right = 0
    wrong: list[tuple[int, int]] = []
    for cell in rows[total]:
        value = read_number(cell.text) if cell.col and cell.colspan == 1 else None
        if value is None or "%" in cell.text:
            continue
        above = [c.text for row in range(start, total) for c in rows[row] if c.col == cell.col and c.colspan == 1]
        parts = [number for text in above if (number := read_number(text)) is not None]
        if len(parts) < 2:
            continue
        if abs(sum(parts, Decimal()) - value) <= _rounding(value, parts):
            right += 1
        else:
            wrong.append((cell.row, cell.col))
    return right, wrong


def _rounding(value: Decimal, parts: list[Decimal]) -> Decimal:
    """What rounding each part may do to the sum."""
    unit = max(Decimal(1).scaleb(int(number.as_tuple().exponent)) for number in (value, *parts))
    exact = all(int(number.as_tuple().exponent) == -2 for number in (value, *parts))  # amounts of money
    return unit * Decimal("0.01") if exact else unit * len(parts) / 2
