"""Tables of a `Document` as an Excel workbook, one sheet a table, spans merged. Needs the extra `xlsx` (openpyxl)."""

from __future__ import annotations

import importlib
import io
import re
from typing import Any

from docparse.errors import MissingDependency
from docparse.export.tables import to_tables
from docparse.links import is_safe
from docparse.schemas.document import Document, Table

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MAX_TEXT = 32_767  # characters in a cell
_MAX_ADDRESS, _MAX_LINKS = 2_079, 65_530  # characters of an address, links of a sheet: what Excel takes
_MAX_ROWS, _MAX_COLS = 1_048_576, 16_384


def to_xlsx(document: Document) -> bytes:
    """A workbook with one sheet for each table; every cell is text, so none is a formula. Raises MissingDependency."""
    try:
        openpyxl: Any = importlib.import_module("openpyxl")
    except ImportError:
        raise MissingDependency("XLSX needs openpyxl", user_action="pip install 'docparse[xlsx]'") from None
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    spans = {
        block.id: block for page in document.pages for block in page.blocks if isinstance(block, Table) and block.id
    }
    for number, (name, rows) in enumerate(to_tables(document), 1):
        sheet = book.create_sheet(_title(name, number))
        for row, cells in enumerate(rows[:_MAX_ROWS], 1):
            for col, text in enumerate(cells[:_MAX_COLS], 1):
                if text:
                    cell = sheet.cell(row, col)
                    cell.value = _CONTROL.sub("", text)[:_MAX_TEXT]
                    cell.data_type = "s"  # text even where it begins with "="
        _merge(sheet, spans.get(name))
        _link(sheet, spans.get(name))
    if not book.sheetnames:
        book.create_sheet("no tables")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _title(name: str, number: int) -> str:
    return re.sub(r"[^\w-]", "", name)[:31] or f"table{number}"


def _link(sheet: Any, table: Table | None) -> None:
    """A cell leads where the first of its links does: Excel has one for a cell."""
    linked = [cell for cell in table.cells if cell.text and cell.links] if table is not None else []
    for cell in linked[:_MAX_LINKS]:
        link = next((link for link in cell.links if is_safe(link) and len(link.uri) <= _MAX_ADDRESS), None)
        if link is not None and cell.row < _MAX_ROWS and cell.col < _MAX_COLS:
            sheet.cell(cell.row + 1, cell.col + 1).hyperlink = _CONTROL.sub("", link.uri)


def _merge(sheet: Any, table: Table | None) -> None:
    """Merge spanned cells; of cells that overlap, the first counts."""
    taken: set[tuple[int, int]] = set()
    for cell in table.cells if table is not None else ():
        last_row, last_col = min(cell.row + cell.rowspan, table.rows), min(cell.col + cell.colspan, table.cols)  # type: ignore[union-attr]
        covered = {(r, c) for r in range(cell.row, last_row) for c in range(cell.col, last_col)}
        if len(covered) > 1 and not covered & taken and last_row <= _MAX_ROWS and last_col <= _MAX_COLS:
            sheet.merge_cells(
                start_row=cell.row + 1, start_column=cell.col + 1, end_row=last_row, end_column=last_col
            )  # fmt: skip
        taken |= covered
