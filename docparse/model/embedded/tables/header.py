"""How many of a table's first rows are its header."""

from __future__ import annotations

import re

from docparse.model.embedded.tables.cells import Placed
from docparse.schemas.page import Word, WordStyle

_BOLD = int(WordStyle.BOLD)
_NUMBER = re.compile(
    r"^[\s<>≤≥~≈±+\-–−—(\[$€£¥%]*\d[\d\s.,:/%()\[\]±+\-–−*†‡°×eE]*"
    r"(?:[%a-z*)]{0,3}|[€$£¥₹₽]|EUR|USD|GBP|CHF|CAD|AUD|RM|Kč|zł|Ft)$"
)
_YEAR = re.compile(r"(19|20)\d\d([-–/]\d{2,4})?")
_MAX_HEADER_ROWS = 6


def is_number(text: str) -> bool:
    return bool(_NUMBER.match(text))


def is_year(text: str) -> bool:
    return bool(_YEAR.fullmatch(text))


def header_rows(placed: list[Placed], rows: int) -> int:
    """Rows before the first that looks like data; 0 when nothing tells header and data apart."""
    texts: dict[int, list[tuple[int, str, list[Word]]]] = {r: [] for r in range(rows)}
    for row, col, _rowspan, _colspan, words in placed:
        if words:
            texts[row].append((col, " ".join(w.text for w in words), words))
    if _has_head_column(texts):
        return 0
    bold = [_all_bold(texts[r]) for r in range(rows)]
    heads = next((r for r in range(rows) if not bold[r]), rows)
    first_data = next((r for r in range(rows) if _is_data(texts[r])), None)
    if heads and first_data is not None and any(_has_number(texts[r]) for r in range(heads, first_data)):
        first_data = heads
    if first_data is not None and 0 < first_data <= _MAX_HEADER_ROWS and first_data < rows:
        count = first_data
        while count > 1 and len(texts[count - 1]) == 1 and texts[count - 1][0][0] == 0:
            count -= 1  # a row title above the data is no header
        return _with_spans(placed, count)
    if 0 < heads <= _MAX_HEADER_ROWS and heads < rows:
        return _with_spans(placed, heads)
    return 1 if rows > 1 and len(texts[0]) > 1 else 0


def _has_head_column(texts: dict[int, list[tuple[int, str, list[Word]]]]) -> bool:
    """Every row begins in bold and goes on in plain print: its head stands at its left."""
    return all(len(row) > 1 and _all_bold(row[:1]) and not _all_bold(row[1:2]) for row in texts.values() if row)


def _is_data(row: list[tuple[int, str, list[Word]]]) -> bool:
    body = [text for col, text, _ in row if col > 0]
    numbers = [text for text in body if is_number(text)]
    return 2 * len(numbers) >= len(body) and _has_number(row)


def _has_number(row: list[tuple[int, str, list[Word]]]) -> bool:
    """Whether a number stands in a row that is no year, and not its first cell."""
    return any(is_number(text) and not is_year(text) for col, text, _ in row if col > 0)


def _all_bold(row: list[tuple[int, str, list[Word]]]) -> bool:
    words = [word for _, _, cell in row for word in cell]
    return bool(words) and all(word.style & _BOLD for word in words)


def _with_spans(placed: list[Placed], count: int) -> int:
    """The header ends where the row-spanning cells of its last row end."""
    for row, _col, rowspan, _colspan, words in placed:
        if words and row < count < row + rowspan:
            count = row + rowspan
    return count
