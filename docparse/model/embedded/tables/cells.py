"""Cells with text from a grid and the words that stand in it."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence

from docparse.model.embedded.tables.grid import Grid, spans
from docparse.model.embedded.tables.text_rows import join_words, text_rows
from docparse.schemas.document import Cell
from docparse.schemas.page import Word

Placed = tuple[int, int, int, int, list[Word]]  # row, column, rowspan, colspan, words


def place(grid: Grid, words: Sequence[Word]) -> list[Placed]:
    """The grid's cells, each with the words whose middle it holds; empty thin rows and columns are dropped."""
    rectangles = spans(grid)
    owner = {}
    for index, (row, col, rowspan, colspan) in enumerate(rectangles):
        for r in range(row, row + rowspan):
            for c in range(col, col + colspan):
                owner[r, c] = index
    held: dict[int, list[Word]] = defaultdict(list)
    inner_x, inner_y = grid.xs[1:-1], grid.ys[1:-1]
    for word in words:
        x0, y0, x1, y1 = word.bbox
        held[owner[bisect_right(inner_y, (y0 + y1) / 2), bisect_right(inner_x, (x0 + x1) / 2)]].append(word)
    placed: list[Placed] = []
    for index, rectangle in enumerate(rectangles):
        placed += _per_row(grid, rectangle, held[index])
    return placed


def _per_row(grid: Grid, rectangle: tuple[int, int, int, int], words: list[Word]) -> list[Placed]:
    """A tall cell with a line of text beside (nearly) every row is a column that lacks its rules."""
    row, col, rowspan, colspan = rectangle
    if rowspan >= 5:
        lines = text_rows(words)
        rows = [grid.row_at(line.middle) for line in lines]
        if len(set(rows)) == len(rows) >= 0.75 * rowspan:
            by_row = dict(zip(rows, (line.words for line in lines), strict=True))
            return [(r, col, 1, colspan, by_row.get(r, [])) for r in range(row, row + rowspan)]
    return [(row, col, rowspan, colspan, words)]


def drop_empty(grid: Grid, placed: list[Placed], thin: float) -> tuple[Grid, list[Placed]]:
    """Without rows and columns thinner than `thin` in which no cell of their own has text (gaps of double lines)."""
    rows = _kept([(p[0], p[2], bool(p[4])) for p in placed], grid.ys, thin)
    cols = _kept([(p[1], p[3], bool(p[4])) for p in placed], grid.xs, thin)
    if len(rows) == grid.rows and len(cols) == grid.cols:
        return grid, placed
    result = []
    for row, col, rowspan, colspan, words in placed:
        inside_rows = [i for i, r in enumerate(rows) if row <= r < row + rowspan]
        inside_cols = [i for i, c in enumerate(cols) if col <= c < col + colspan]
        if inside_rows and inside_cols:
            result.append((inside_rows[0], inside_cols[0], len(inside_rows), len(inside_cols), words))
    xs = [grid.xs[c] for c in cols] + [grid.xs[-1]]
    ys = [grid.ys[r] for r in rows] + [grid.ys[-1]]
    return Grid(xs, ys, grid.right[rows][:, cols], grid.below[rows][:, cols]), result


def _kept(cells: list[tuple[int, int, bool]], bounds: list[float], thin: float) -> list[int]:
    filled = {start for start, span, has_text in cells if has_text and span == 1}
    # a cell whose every row is thin and has no text of its own would vanish with its text: its first row stays
    kept = {i for i in range(len(bounds) - 1) if i in filled or bounds[i + 1] - bounds[i] >= thin}
    for start, span, has_text in cells:
        if has_text and not kept.intersection(range(start, start + span)):
            kept.add(start)
    return sorted(kept)


def to_cells(grid: Grid, placed: list[Placed], header_rows: int) -> tuple[Cell, ...]:
    return tuple(
        Cell(
            row=row, col=col, rowspan=rowspan, colspan=colspan, text=join_words(words), header=row < header_rows,
            bbox=(grid.xs[col], grid.ys[row], grid.xs[col + colspan], grid.ys[row + rowspan]),
        )
        for row, col, rowspan, colspan, words in placed
    )  # fmt: skip
