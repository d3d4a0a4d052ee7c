"""All tables of a page."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import Box, overlap
from docparse.model.embedded.tables.cells import drop_empty, place, to_cells
from docparse.model.embedded.tables.lattice import lattice_table, without_overlaps, words_in
from docparse.model.embedded.tables.rules import Line, clusters, collect
from docparse.model.embedded.tables.stacks import rule_stacks
from docparse.model.embedded.tables.structure import Area, open_grid
from docparse.model.embedded.tables.text_rows import em_of
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word


def find_tables(page: PageImage, words: Sequence[Word], regions: Sequence[Region] = ()) -> list[FoundTable]:
    """Tables of a page, top to bottom, with cells in page units.

    `words` are the text layer's or an OCR engine's; `regions` what a layout model saw, if one ran.
    """
    if not words:
        return []
    horizontal, vertical = collect(page)
    found = [lattice_table(cluster, words) for cluster in clusters(horizontal, vertical)]
    tables = [table for table in found if table]
    em = em_of(words)
    for box in rule_stacks(horizontal, words, em):
        if all(overlap(box, table.bbox) == 0 for table in tables):
            table = open_table(box, words, horizontal, vertical)
            if table:
                tables.append(table)
    return without_overlaps(tables)


def open_table(
    box: Box, words: Sequence[Word], horizontal: Sequence[Line], vertical: Sequence[Line]
) -> FoundTable | None:
    """A table whose grid rules do not draw, or not all of it."""
    x0, y0, x1, y1 = box
    inside = words_in(words, (x0 - 6, y0, x1 + 6, y1))
    if len(inside) < 4:
        return None
    em = em_of(inside)
    x0 = min(x0, min(w.bbox[0] for w in inside))
    x1 = max(x1, max(w.bbox[2] for w in inside))
    box = (x0, y0, x1, y1)
    h = [line for line in horizontal if y0 - 1 < line.pos < y1 + 1 and line.end > x0 and line.start < x1]
    v = [line for line in vertical if x0 - 1 < line.pos < x1 + 1 and line.end > y0 + em and line.start < y1 - em]
    built = open_grid(Area(box, inside, h, v))
    if built is None:
        return None
    grid, header = built
    grid, placed = drop_empty(grid, place(grid, inside), 0.0)
    if grid.rows < 2 or grid.cols < 2:
        return None
    return FoundTable(box, to_cells(grid, placed, header), grid.rows, grid.cols, 0.8)
