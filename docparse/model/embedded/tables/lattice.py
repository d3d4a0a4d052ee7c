"""Tables whose cells are drawn: clusters of crossing rules."""

from __future__ import annotations

from collections.abc import Sequence

from docparse.geometry import area, inside_share
from docparse.model.embedded.tables.cells import Placed, drop_empty, place, to_cells
from docparse.model.embedded.tables.grid import ruled_grid
from docparse.model.embedded.tables.header import header_rows, is_number
from docparse.model.embedded.tables.open_tables import open_table
from docparse.model.embedded.tables.rules import Cluster
from docparse.model.embedded.tables.structure import Area
from docparse.model.embedded.tables.text_rows import em_of, split_chunks, text_rows, words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Word


def lattice_table(cluster: Cluster, words: Sequence[Word]) -> FoundTable | None:
    """The table that a cluster of rules draws, or None where it is a frame, a chart or a form."""
    inside = words_in(words, cluster.bbox)
    if len(inside) < 2:
        return None
    em = em_of(inside)
    grid = ruled_grid(cluster.horizontal, cluster.vertical, cluster.bbox, 0.35 * em)
    if grid is None:
        return None
    grid, placed = drop_empty(grid, place(grid, inside), 0.7 * em)
    if _half_drawn(placed, em):
        area = Area(cluster.bbox, inside, cluster.horizontal, cluster.vertical)
        table = open_table(area, em)
        if table:
            return table
    if not _is_table(placed, grid.rows, grid.cols):
        return None
    cells = to_cells(grid, placed, header_rows(placed, grid.rows))
    return FoundTable(grid.bbox, cells, grid.rows, grid.cols, 0.95, ruled=True)


def _half_drawn(placed: list[Placed], em: float) -> bool:
    """Several cells hold numbers one below another, or most hold pieces far apart: rules are missing."""
    stacked = apart = filled = 0
    for *_, words in placed:
        if not words:
            continue
        rows = text_rows(words)
        filled += 1
        stacked += len(rows) > 1 and sum(is_number(" ".join(w.text for w in row.words)) for row in rows) > 1
        apart += any(len(split_chunks(row, 1.2 * em)) > 1 for row in rows)
    return (stacked > 1 and 4 * stacked >= filled) or (apart > 1 and 2 * apart >= filled)


def _is_table(placed: list[Placed], rows: int, cols: int) -> bool:
    filled = [p for p in placed if p[4]]
    if rows < 2 or cols < 2 or len(filled) < 3:
        return False
    if len({p[0] for p in filled}) < 2 or len({p[1] for p in filled}) < 2:
        return False
    return 3 * len(filled) >= len(placed) and 5 * len(placed) >= 2 * rows * cols


def without_overlaps(tables: Sequence[FoundTable]) -> list[FoundTable]:
    """Largest first, those that lie within another one left out."""
    kept: list[FoundTable] = []
    for table in sorted(tables, key=lambda t: -area(t.bbox)):  # of equal ones the first
        if all(inside_share(table.bbox, other.bbox) < 0.5 for other in kept):
            kept.append(table)
    return sorted(kept, key=lambda t: (t.bbox[1], t.bbox[0]))
