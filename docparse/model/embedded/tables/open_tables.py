"""Tables whose grid is not, or not fully, drawn."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box
from docparse.model.embedded.tables.cells import Placed, drop_empty, place, to_cells
from docparse.model.embedded.tables.heads import chunked
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.structure import Area, open_grid
from docparse.model.embedded.tables.text_rows import words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Word, WordStyle

_ROTATED = int(WordStyle.ROTATED)
_TAIL_EM = 6.0


def area_of(
    box: Box, words: Sequence[Word], horizontal: Sequence[Line], vertical: Sequence[Line], margin: float = 6.0
) -> Area | None:
    """The box with its words and rules; words may stand out by `margin` at the sides. None without words."""
    x0, y0, x1, y1 = box
    inside = [w for w in words_in(words, (x0 - margin, y0, x1 + margin, y1)) if not w.style & _ROTATED]
    if len(inside) < 4:
        return None
    x0 = min(x0, *(w.bbox[0] for w in inside))
    x1 = max(x1, *(w.bbox[2] for w in inside))
    h = [line for line in horizontal if y0 - 1 < line.pos < y1 + 1 and line.end > x0 and line.start < x1]
    v = [
        line for line in vertical if x0 - 1 < line.pos < x1 + 1 and line.end > y0 + margin and line.start < y1 - margin
    ]
    return Area((x0, y0, x1, y1), inside, h, v)


def with_tail(box: Box, words: Sequence[Word], horizontal: Sequence[Line], em: float) -> Box:
    """The box with the last lines of a label that goes on under its last line, where no rule closes it."""
    x0, y0, x1, y1 = box
    if any(abs(line.pos - y1) < em and line.start < x1 and x0 < line.end for line in horizontal):
        return box
    last = chunked(words_in(words, (x0 - 1, y1 - 2 * em, x1 + 1, y1)), em)[-1:]
    if not last or len(last[0].chunks) < 3:
        return box
    label, data = last[0].chunks[:2]
    bottom = last[0].y1
    for row in chunked(words_in(words, (x0 - 1, bottom, x1 + 1, bottom + _TAIL_EM * em)), em):
        own = row.chunks[0]
        first = own.words[0].text
        begins = bottom > last[0].y1 or (first[:2].isalpha() and first[0].islower())
        if len(row.chunks) > 1 or row.y0 - bottom > 0.4 * em or not begins or own.x1 > data.x0:
            break
        if not -em < own.x0 - label.x0 < 2 * em:
            break
        bottom = row.y1
    return (x0, y0, x1, max(y1, bottom))


def open_table(area: Area, em: float, confidence: float = 0.8) -> FoundTable | None:
    """The table in an area, or None when its text has no two columns or rows."""
    built = open_grid(area, em)
    if built is None:
        return None
    grid, header = built
    grid, placed = drop_empty(grid, place(grid, area.words), 1.1 * em)
    if grid.rows < 2 or grid.cols < 2 or not _is_filled(placed, grid.rows, grid.cols):
        return None
    return FoundTable(area.bbox, to_cells(grid, placed, header), grid.rows, grid.cols, confidence)


def _is_filled(placed: list[Placed], rows: int, cols: int) -> bool:
    """Tables have text in most of their grid, or at least two cells of text in most rows; charts have not."""
    filled = [p for p in placed if p[4]]
    per_row: dict[int, int] = {}
    for row, _col, rowspan, colspan, _words in filled:
        for r in range(row, row + rowspan):
            per_row[r] = per_row.get(r, 0) + colspan
    well = sum(count >= 0.5 * cols for count in per_row.values())
    return 2 * sum(per_row.values()) >= rows * cols or 5 * well >= 2 * rows
