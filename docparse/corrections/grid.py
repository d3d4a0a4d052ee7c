"""Rows, columns and spans of a table; the same for the data of a chart."""

from __future__ import annotations

from docparse.errors import CorrectionInvalid
from docparse.schemas.corrections import EditLine, SetCell, SpanCell
from docparse.schemas.document import Cell, Chart, Table

LARGEST = 250_000  # grid positions of a table


def set_cell(block: Table | Chart, edit: SetCell) -> None:
    """Change a cell, or a value of a chart. Raises CorrectionInvalid when nothing begins there."""
    if isinstance(block, Chart):
        if edit.header is not None:
            raise CorrectionInvalid("a chart's data have no header cells")
        if edit.row >= len(block.data) or edit.col >= len(block.data[edit.row]):
            raise _no_cell(block, edit.row, edit.col)
        block.data[edit.row][edit.col] = edit.text or ""
        return
    cell = cell_at(block, edit.row, edit.col)
    if edit.text is not None:
        cell.text = edit.text
    if edit.header is not None:
        cell.header = edit.header


def cell_at(table: Table, row: int, col: int) -> Cell:
    """The cell that begins there. Raises CorrectionInvalid."""
    for cell in table.cells:
        if cell.row == row and cell.col == col:
            return cell
    raise _no_cell(table, row, col)


def edit_line(block: Table | Chart, edit: EditLine) -> None:
    """Insert or delete a row or column. Raises CorrectionInvalid outside the grid."""
    by_row = edit.op == "row"
    count = _count(block, by_row=by_row)
    if edit.at > count - (edit.action == "delete"):
        raise CorrectionInvalid(f"{block.id} has {count} {edit.op}s, and none at {edit.at}")
    if isinstance(block, Chart):
        _edit_data(block, edit, by_row=by_row)
    elif edit.action == "insert":
        if (block.rows + by_row) * (block.cols + (not by_row)) > LARGEST:
            raise CorrectionInvalid(f"{block.id} would be larger than {LARGEST} cells")
        _insert(block, edit.at, by_row=by_row)
    else:
        _delete(block, edit.at, by_row=by_row)


def _count(block: Table | Chart, *, by_row: bool) -> int:
    if isinstance(block, Table):
        return block.rows if by_row else block.cols
    return len(block.data) if by_row else max(map(len, block.data), default=0)


def _edit_data(chart: Chart, edit: EditLine, *, by_row: bool) -> None:
    width = max(map(len, chart.data), default=0)
    if (len(chart.data) + 1) * (width + 1) > LARGEST:
        raise CorrectionInvalid(f"{chart.id}: a chart has {LARGEST} values at most")
    data = [row + [""] * (width - len(row)) for row in chart.data]
    if by_row and edit.action == "insert":
        data.insert(edit.at, [""] * max(width, 1))
    elif by_row:
        del data[edit.at]
    else:
        for row in data:
            if edit.action == "insert":
                row.insert(edit.at, "")
            else:
                del row[edit.at]
    chart.data = [row for row in data if row]


def _insert(table: Table, at: int, *, by_row: bool) -> None:
    """Cells behind it move on, cells that reach over it grow, and what is free is filled."""
    place, span, size = ("row", "rowspan", "rows") if by_row else ("col", "colspan", "cols")
    for cell in table.cells:
        begin, length = getattr(cell, place), getattr(cell, span)
        if begin >= at:
            setattr(cell, place, begin + 1)
        elif begin + length > at:
            setattr(cell, span, length + 1)
    setattr(table, size, getattr(table, size) + 1)
    _fill(table)


def _delete(table: Table, at: int, *, by_row: bool) -> None:
    place, span, size = ("row", "rowspan", "rows") if by_row else ("col", "colspan", "cols")
    kept = []
    for cell in table.cells:
        begin, length = getattr(cell, place), getattr(cell, span)
        if begin == at and length == 1:
            continue
        if begin <= at < begin + length:
            setattr(cell, span, length - 1)
        elif begin > at:
            setattr(cell, place, begin - 1)
        kept.append(cell)
    table.cells = kept
    setattr(table, size, getattr(table, size) - 1)


def span_cell(table: Table, edit: SpanCell) -> None:
    """Let a cell cover more or fewer positions. Raises CorrectionInvalid where another cell would be cut."""
    cell = cell_at(table, edit.row, edit.col)
    last_row, last_col = edit.row + edit.rowspan, edit.col + edit.colspan
    if last_row > table.rows or last_col > table.cols:
        raise CorrectionInvalid(
            f"{table.id} has {table.rows} rows and {table.cols} columns: the span reaches out of it"
        )
    swallowed = []
    for other in table.cells:
        inside = edit.row <= other.row < last_row and edit.col <= other.col < last_col
        whole = inside and other.row + other.rowspan <= last_row and other.col + other.colspan <= last_col
        touches = (
            other.row < last_row and other.row + other.rowspan > edit.row
            and other.col < last_col and other.col + other.colspan > edit.col
        )  # fmt: skip
        if other is cell:
            continue
        if touches and not whole:
            raise CorrectionInvalid(f"{table.id}: the span would cut the cell in row {other.row}, column {other.col}")
        if whole:
            swallowed.append(other)
    cell.text = " ".join(filter(None, [cell.text, *(other.text for other in swallowed)]))
    cell.rowspan, cell.colspan = edit.rowspan, edit.colspan
    if swallowed:
        cell.links = [link for one in (cell, *swallowed) for link in one.links]
        cell.bbox = _around(cell, swallowed)
    table.cells = [other for other in table.cells if not any(other is gone for gone in swallowed)]
    _fill(table)


def _around(cell: Cell, others: list[Cell]) -> tuple[float, float, float, float] | None:
    boxes = [one.bbox for one in (cell, *others) if one.bbox is not None]
    if not boxes:
        return None
    return (
        min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
    )  # fmt: skip


def _fill(table: Table) -> None:
    """Empty cells at positions that no cell covers, everything in order."""
    taken = {
        (row, col)
        for cell in table.cells
        for row in range(cell.row, cell.row + cell.rowspan)
        for col in range(cell.col, cell.col + cell.colspan)
    }
    table.cells += [
        Cell(row=row, col=col) for row in range(table.rows) for col in range(table.cols) if (row, col) not in taken
    ]
    table.cells.sort(key=lambda cell: (cell.row, cell.col))


def _no_cell(block: Table | Chart, row: int, col: int) -> CorrectionInvalid:
    return CorrectionInvalid(f"{block.id} has no cell in row {row}, column {col}")
