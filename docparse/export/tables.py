"""Tables of a `Document` as CSV, one file or one a table. Cells never start a formula in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from docparse.schemas.document import Chart, Document, Table

_FORMULA = re.compile(r"\s*[=+\-@|%\t\r\n]|\s*[＝＋－＠]")
_NUMBER = re.compile(r"\s*[-+−]?[\d.,'\s\u00a0]*\d[\d.,'\s\u00a0]*(?:[eE][-+]?\d+)?\s*[%€$£¥]?\s*")
_NOTHING = frozenset(("-", "--", "---"))  # how tables say that there is no value
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")

Rows = list[list[str]]


def to_tables(document: Document) -> list[tuple[str, Rows]]:
    """(block id, rows) of every table and chart with data; a spanned position repeats nothing and is empty."""
    return list(_tables(document))


def to_csv(document: Document) -> str:
    """All tables after one another, each under a line with its block id, apart by an empty line."""
    parts = [f"# {name}\r\n{rows_csv(rows)}" for name, rows in _tables(document)]
    return "\r\n".join(parts)


def rows_csv(rows: Rows) -> str:
    """Rows as CSV , every cell safe to open in a spreadsheet."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return buffer.getvalue()


def safe_cell(text: str) -> str:
    """Cell text that is no formula to a spreadsheet: an apostrophe goes before `=`, `+`, `@` … unless it is a number.

    Source: OWASP, "CSV injection".
    """
    text = _CONTROL.sub("", text)
    harmless = _NUMBER.fullmatch(text) or text in _NOTHING
    return "'" + text if _FORMULA.match(text) and not harmless else text


def _tables(document: Document) -> Iterator[tuple[str, Rows]]:
    for page in document.pages:
        for block in page.blocks:
            if isinstance(block, Table) and block.rows and block.cols:
                yield block.id, table_rows(block)
            elif isinstance(block, Chart) and block.data:
                yield block.id, [list(row) for row in block.data]


def table_rows(table: Table) -> Rows:
    """A table as a rectangle of texts; a cell's text stands in its first position."""
    rows = [[""] * table.cols for _ in range(table.rows)]
    for cell in table.cells:
        if cell.row < table.rows and cell.col < table.cols:
            rows[cell.row][cell.col] = cell.text
    return rows
