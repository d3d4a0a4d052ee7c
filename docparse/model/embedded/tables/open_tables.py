"""Tables whose grid is not, or not fully, drawn."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box
from docparse.model.embedded.tables.cells import drop_empty, place, to_cells
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.structure import Area, open_grid
from docparse.model.embedded.tables.text_rows import words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Word


def area_of(
    box: Box, words: Sequence[Word], horizontal: Sequence[Line], vertical: Sequence[Line], margin: float = 6.0
) -> Area | None:
    """The box with its words and rules; words may stand out by `margin` at the sides. None without words."""
    x0, y0, x1, y1 = box
    inside = words_in(words, (x0 - margin, y0, x1 + margin, y1))
    if len(inside) < 4:
        return None
    x0 = min(x0, *(w.bbox[0] for w in inside))
    x1 = max(x1, *(w.bbox[2] for w in inside))
    h = [line for line in horizontal if y0 - 1 < line.pos < y1 + 1 and line.end > x0 and line.start < x1]
    v = [
        line for line in vertical if x0 - 1 < line.pos < x1 + 1 and line.end > y0 + margin and line.start < y1 - margin
    ]
    return Area((x0, y0, x1, y1), inside, h, v)


def open_table(area: Area, em: float) -> FoundTable | None:
    """The table in an area, or None when its text has no two columns or rows."""
    built = open_grid(area, em)
    if built is None:
        return None
    grid, header = built
    grid, placed = drop_empty(grid, place(grid, area.words), 0.0)
    if grid.rows < 2 or grid.cols < 2:
        return None
    return FoundTable(area.bbox, to_cells(grid, placed, header), grid.rows, grid.cols, 0.8)
