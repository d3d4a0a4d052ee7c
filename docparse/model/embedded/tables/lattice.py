"""Tables whose cells are drawn: clusters of crossing rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from docparse.geometry import area, inside_share
from docparse.model.embedded.tables.cells import Placed, drop_empty, place, to_cells
from docparse.model.embedded.tables.grid import Grid, ruled_grid
from docparse.model.embedded.tables.header import header_rows, is_number
from docparse.model.embedded.tables.open_tables import open_table
from docparse.model.embedded.tables.precision import is_prose
from docparse.model.embedded.tables.rules import Cluster
from docparse.model.embedded.tables.structure import Area
from docparse.model.embedded.tables.text_rows import TextRow, em_of, split_chunks, text_rows, words_in
from docparse.model.embedded.types import FoundTable
from docparse.schemas.page import Word

_TITLE = re.compile(r"^(Table|Exhibit|Figure|Box|Tabelle|Tableau|Tabla|Abbildung)\s+[A-Z]?[-.]?\d", re.IGNORECASE)
_COLUMN_LETTERS = 200  # of a cell on the average
_BLANK_COLUMNS = 3
_MANY_CELLS, _FILLED, _CELL_LETTERS = 16, 0.75, 40
# lines that are rows: at least, off level and room at their ends, share of them, and width of labels to what is beside
_LEAST_ROWS, _LEVEL_EM, _ROOM_EM, _MOSTLY, _LABEL = 3, 0.3, 0.5, 0.7, 0.6
_NOTE = re.compile(r"^\(?(Source|Sources|Note|Notes|Quelle|Remark)s?\b\s*[:.]", re.IGNORECASE)


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
        if table and not is_prose(table):
            return table
    rows = _undrawn_rows(grid, placed, em)
    if rows:
        grid = grid.divided(rows)
        placed = place(grid, inside)
    if not _is_table(placed, grid.rows, grid.cols):
        return None
    if _is_columns(cluster, placed, em):
        return None
    grid, placed = _peel(grid, placed)
    cells = to_cells(grid, placed, header_rows(placed, grid.rows))
    return FoundTable(grid.bbox, cells, grid.rows, grid.cols, 0.95, ruled=True)


def _undrawn_rows(grid: Grid, placed: Sequence[Placed], em: float) -> dict[int, list[float]]:
    """Where rows part in rows of the grid that hold several, with no rules between them: by row, heights."""
    found = {}
    for row in range(grid.rows):
        cells = [cell for cell in placed if cell[0] <= row < cell[0] + cell[2]]
        if all(cell[2] == cell[3] == 1 for cell in cells):
            lines = [(grid.xs[cell[1] + 1], text_rows(cell[4])) for cell in cells if cell[4]]
            if _are_rows(lines, em):
                first = lines[0][1]
                found[row] = [(above.y1 + below.y0) / 2 for above, below in pairwise(first)]
    return found


def _are_rows(cells: Sequence[tuple[float, Sequence[TextRow]]], em: float) -> bool:
    """Whether lines of cells side by side (with their right edges) are rows: they stand level, end where there is room
    for what follows, and their labels are short. An address beside another is neither."""
    if len(cells) < 2 or len(cells[0][1]) < _LEAST_ROWS:
        return False
    levels = [line.middle for line in cells[0][1]]
    if any(min(abs(line.middle - level) for level in levels) > _LEVEL_EM * em for _, own in cells for line in own):
        return False
    if sum(len(own) >= _MOSTLY * len(levels) for _, own in cells) < 2:
        return False
    widths = [max(line.x1 for line in own) - min(line.x0 for line in own) for _, own in cells]
    if len(cells) == 2 and widths[0] > _LABEL * widths[1]:
        return False
    ends = [
        edge - above.x1 - (below.words[0].bbox[2] - below.words[0].bbox[0]) > _ROOM_EM * em
        for edge, own in cells for above, below in pairwise(own) if len(above.words) + len(below.words) > 2
    ]  # fmt: skip
    return len(ends) > 1 and sum(ends) >= _MOSTLY * len(ends)


def _is_columns(cluster: Cluster, placed: list[Placed], em: float) -> bool:
    """Columns of running text with rules between them and not around them, as newspapers have."""
    left, right = cluster.bbox[0] + 2 * em, cluster.bbox[2] - 2 * em
    if any(line.pos < left for line in cluster.vertical) and any(line.pos > right for line in cluster.vertical):
        return False
    lengths = [_letters(cell) for cell in placed if cell[4]]
    return sum(lengths) > _COLUMN_LETTERS * len(lengths)


def _letters(cell: Placed) -> int:
    return sum(len(word.text) for word in cell[4])


def _half_drawn(placed: list[Placed], em: float) -> bool:
    """Several cells hold numbers one below another, or most of them, or all that are as wide as the table, hold pieces
    far apart: rules are missing."""
    stacked = apart = filled = 0
    wide: list[bool] = []
    cols = max((col + colspan for _row, col, _rowspan, colspan, _words in placed), default=0)
    tall: dict[int, int] = {}
    deep: set[int] = set()
    for row, _col, _rowspan, colspan, words in placed:
        if not words:
            continue
        if len(words) == 1:
            filled += 1
            continue
        lines = text_rows(words)
        numbers = sum(is_number(" ".join(w.text for w in line.words)) for line in lines)
        filled += 1
        stacked += numbers > 1
        tall[row] = tall.get(row, 0) + (len(lines) > 2)
        if numbers > 2:
            deep.add(row)
        is_apart = any(len(split_chunks(line, 1.2 * em)) > 1 for line in lines)
        apart += is_apart
        if colspan == cols > 1:
            wide.append(is_apart)
    if len(wide) > 1 and all(wide):
        return True
    if any(tall[row] > 1 for row in deep):
        return True
    return (stacked > 1 and 4 * stacked >= filled) or (apart > 1 and 2 * apart >= filled)


def _peel(grid: Grid, placed: list[Placed]) -> tuple[Grid, list[Placed]]:
    """Without a title and a source note that stand inside the frame, in rows of one cell."""
    first, last = 0, grid.rows
    whole = {p[0]: p for p in placed if p[3] == grid.cols > 1}
    while first in whole and last - first > 2 and _TITLE.match(_text(whole[first])):
        first += whole[first][2]
    while last - first > 3:
        row = next((p for r, p in whole.items() if r + p[2] == last), None)
        if row is None or not (_NOTE.match(_text(row)) or len(text_rows(row[4])) > 2):
            break
        last = row[0]
    if (first, last) == (0, grid.rows):
        return grid, placed
    kept = [(p[0] - first, *p[1:]) for p in placed if first <= p[0] < last]
    return Grid(grid.xs, grid.ys[first : last + 1], grid.right[first:last], grid.below[first:last]), kept


def _text(cell: Placed) -> str:
    return " ".join(word.text for word in cell[4][:4])


def _is_table(placed: list[Placed], rows: int, cols: int) -> bool:
    filled = [p for p in placed if p[4]]
    if rows < 2 or cols < 2 or len(filled) < 3:
        return False
    if cols >= _BLANK_COLUMNS and len(filled) == cols and all(p[0] == 0 and p[2] == p[3] == 1 for p in filled):
        return all(_letters(p) < _CELL_LETTERS for p in filled)  # heads over rows to be filled in
    if len({p[0] for p in filled}) < 2 or len({p[1] for p in filled}) < 2:
        return False
    if 5 * len(placed) < 2 * rows * cols and not _are_cells(placed, filled):
        return False
    heads = sum(p[0] == 0 for p in filled) >= 0.6 * cols and sum(p[1] == 0 for p in filled) >= 0.6 * rows
    share = 2 if len(placed) <= 16 else 3
    return share * len(filled) >= len(placed) or (heads and rows > 3 and cols > 2)  # boxes to be ticked stay empty


def _are_cells(placed: Sequence[Placed], filled: Sequence[Placed]) -> bool:
    """Whether boxes that span many rows and columns are cells: many, most of them filled, with little in each."""
    if len(placed) < _MANY_CELLS or len(filled) < _FILLED * len(placed):
        return False
    return median(_letters(cell) for cell in filled) < _CELL_LETTERS


def without_overlaps(tables: Sequence[FoundTable]) -> list[FoundTable]:
    """Largest first, those that lie within another one left out."""
    kept: list[FoundTable] = []
    for table in sorted(tables, key=lambda t: -area(t.bbox)):  # of equal ones the first
        if all(inside_share(table.bbox, other.bbox) < 0.5 for other in kept):
            kept.append(table)
    return sorted(kept, key=lambda t: (t.bbox[1], t.bbox[0]))
