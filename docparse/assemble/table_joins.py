"""Tables that go on on the next page: one table, its repeated header once, both boxes kept."""

from __future__ import annotations

import re
from collections import defaultdict

from docparse.schemas.document import (
    Block,
    Caption,
    Cell,
    Footnote,
    Page,
    PageFooter,
    PageHeader,
    PageNumber,
    Part,
    Table,
)

_ASIDE = (PageHeader, PageFooter, PageNumber, Footnote)
_CONTINUED = re.compile(r"\b(?:cont(?:inued|['’]?d|\.)|fortsetzung|suite|continuación|continua|segue)\b", re.IGNORECASE)
_SAME_EDGE = 0.02  # of the page's width: how far the edges of the two halves may be apart
_HEADER_ROWS = 4
_FOOT, _HEAD = 0.75, 0.3  # of the page's height: where the halves must reach to, and start from


def join_tables(before: Page, after: Page) -> None:
    """Join the table that ends a page with the one that begins the next, if they are one by header or by shape."""
    last = next((block for block in reversed(before.blocks) if not isinstance(block, _ASIDE)), None)
    opening = [block for block in after.blocks if not isinstance(block, _ASIDE)][:2]
    said = _is_continued(opening[0]) if opening else False
    first = next((block for block in opening[1 if said else 0 :]), None)
    if not isinstance(last, Table) or not isinstance(first, Table) or last.cols != first.cols or not first.rows:
        return
    repeated = _repeated_rows(last, first)
    if not said and not (_at_the_edges(last, first, before, after) and (repeated or _same_shape(last, first, after))):
        return
    if not repeated and not said and any(cell.header for cell in first.cells):
        return
    _append(last, first, repeated)
    after.blocks = [block for block in after.blocks if block is not first and not (said and block is opening[0])]


def _is_continued(block: Block) -> bool:
    return isinstance(block, Caption) and _CONTINUED.search(block.text) is not None


def _at_the_edges(last: Table, first: Table, before: Page, after: Page) -> bool:
    """The first half reaches down its page, the second starts high on its own."""
    if last.bbox is None or first.bbox is None:
        return False
    return last.bbox[3] >= _FOOT * before.height and first.bbox[1] <= _HEAD * after.height


def _same_shape(last: Table, first: Table, page: Page) -> bool:
    if last.bbox is None or first.bbox is None or last.cols < 2:
        return False
    off = max(abs(last.bbox[0] - first.bbox[0]), abs(last.bbox[2] - first.bbox[2]))
    return off <= _SAME_EDGE * page.width


def _rows(table: Table, most: int) -> list[tuple[tuple[int, int, str], ...]]:
    rows: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for cell in table.cells:
        if cell.row < most:
            rows[cell.row].append((cell.col, cell.colspan, " ".join(cell.text.split()).casefold()))
    return [tuple(sorted(rows[row])) for row in range(min(most, table.rows))]


def _repeated_rows(last: Table, first: Table) -> int:
    """How many rows at the top of the second half repeat those of the first half, words and all."""
    count = 0
    for one, other in zip(_rows(last, _HEADER_ROWS), _rows(first, _HEADER_ROWS), strict=False):
        if one != other or not any(text for _, _, text in one):
            break
        count += 1
    spans = max((cell.row + cell.rowspan for cell in first.cells if cell.row < count), default=0)
    return count if spans <= count < first.rows else 0


def _append(last: Table, first: Table, repeated: int) -> None:
    """Cells of the second half have no box of their own any more: boxes of cells are on the table's page."""
    for piece in (last, first):
        if not piece.parts and piece.bbox is not None:
            piece.parts = [Part(page=piece.page, bbox=piece.bbox)]
    offset = last.rows - repeated
    last.cells += [
        Cell.model_copy(cell, update={"row": cell.row + offset, "bbox": None})
        for cell in first.cells
        if cell.row >= repeated
    ]
    last.rows += first.rows - repeated
    last.parts = [*last.parts, *first.parts]
    last.links = [*last.links, *first.links]
    last.flags = list(dict.fromkeys([*last.flags, *first.flags, "joined"]))
    last.checks = [*last.checks, *first.checks]
    sure = [piece.confidence for piece in (last, first) if piece.confidence is not None]
    last.confidence = min(sure, default=None)
