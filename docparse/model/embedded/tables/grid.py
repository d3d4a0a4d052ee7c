"""A grid of rows and columns with the edges that are drawn in it, and the cells that follow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded.tables.rules import Line


@dataclass(slots=True)
class Grid:
    """`xs` and `ys` bound columns and rows. `right[r, c]` says that cell (r, c) is closed against (r, c + 1),
    `below[r, c]` that it is closed against (r + 1, c)."""

    xs: list[float]
    ys: list[float]
    right: NDArray[np.bool_]
    below: NDArray[np.bool_]

    @property
    def rows(self) -> int:
        return len(self.ys) - 1

    @property
    def cols(self) -> int:
        return len(self.xs) - 1

    def divided(self, at: Mapping[int, Sequence[float]]) -> Grid:
        """The grid with some of its rows cut at the given heights, from side to side."""
        counts = [1 + len(at.get(row, ())) for row in range(self.rows)]
        ys = [self.ys[0]]
        for row in range(self.rows):
            ys += [*at.get(row, ()), self.ys[row + 1]]
        last = np.cumsum(counts) - 1
        below = np.ones((len(ys) - 1, self.cols), np.bool_)
        below[last] = self.below
        return Grid(self.xs, ys, np.repeat(self.right, counts, axis=0), below)

    @property
    def bbox(self) -> Box:
        return (self.xs[0], self.ys[0], self.xs[-1], self.ys[-1])

    def row_at(self, y: float) -> int:
        return min(max(bisect_right(self.ys, y) - 1, 0), self.rows - 1)

    def col_at(self, x: float) -> int:
        return min(max(bisect_right(self.xs, x) - 1, 0), self.cols - 1)


def ruled_grid(horizontal: Sequence[Line], vertical: Sequence[Line], bbox: Box, tolerance: float) -> Grid | None:
    """Grid of crossing lines within `bbox`, whose outer sides count as drawn; None below one cell."""
    xs = _positions([line.pos for line in vertical], bbox[0], bbox[2], tolerance)
    ys = _positions([line.pos for line in horizontal], bbox[1], bbox[3], tolerance)
    if len(xs) < 2 or len(ys) < 2:
        return None
    right = _drawn(vertical, xs, ys, tolerance)
    below = _drawn(horizontal, ys, xs, tolerance).T
    return Grid(xs, ys, right, below)


def _positions(values: list[float], low: float, high: float, tolerance: float) -> list[float]:
    """Sorted positions with near ones (double lines) taken together, from `low` to `high`."""
    found = [low]
    for value in sorted(values):
        if value - found[-1] > tolerance and high - value > tolerance:
            found.append(value)
    if high - found[-1] > tolerance:
        found.append(high)
    return found


def _drawn(lines: Sequence[Line], across: list[float], along: list[float], tolerance: float) -> NDArray[np.bool_]:
    """[stretch of `along`, position in `across`]: is the line at across[i + 1] drawn along that stretch?

    Written for vertical lines: across = xs, along = ys gives `right[row, col]` (the last column is closed).
    """
    cover = np.zeros((len(along) - 1, len(across) - 1))
    stretch = np.asarray(along)
    lower, upper = stretch[:-1], stretch[1:]
    inner = np.asarray(across[1:])
    pos, start, end = np.asarray(lines, np.float64).reshape(-1, 3).T[:, :, None]
    away = np.abs(inner - pos)
    near = away.argmin(axis=1)
    on = away[np.arange(len(near)), near] <= tolerance + 0.01
    lengths = np.clip(np.minimum(upper, end[on]) - np.maximum(lower, start[on]), 0, None)
    np.add.at(cover.T, near[on], lengths)
    drawn: NDArray[np.bool_] = cover >= 0.6 * (upper - lower)[:, None]
    drawn[:, -1] = True
    return drawn


def spans(grid: Grid) -> list[tuple[int, int, int, int]]:
    """Cells as (row, column, rowspan, colspan): neighbours with no edge between them, as rectangles."""
    rows, cols = grid.rows, grid.cols
    closed_right, closed_below = grid.right.tolist(), grid.below.tolist()
    taken = [[False] * cols for _ in range(rows)]

    def open_below(row: int, left: int, right: int) -> bool:
        if any(closed_below[row][left : right + 1]) or any(taken[row + 1][left : right + 1]):
            return False
        return not any(closed_right[row + 1][left:right]) and (right + 1 == cols or closed_right[row + 1][right])

    found = []
    for r in range(rows):
        for c in range(cols):
            if taken[r][c]:
                continue
            right = c
            while right + 1 < cols and not closed_right[r][right] and not taken[r][right + 1]:
                right += 1
            bottom = r
            while bottom + 1 < rows and open_below(bottom, c, right):
                bottom += 1
            for row in taken[r : bottom + 1]:
                row[c : right + 1] = [True] * (right + 1 - c)
            found.append((r, c, bottom - r + 1, right - c + 1))
    return found
