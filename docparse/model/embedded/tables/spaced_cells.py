"""Cells that have borders of their own, a little apart, as browsers print tables whose borders don't collapse."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from docparse.geometry import Box, union
from docparse.model.embedded.tables.frames import Frames
from docparse.model.embedded.tables.rules import Line, rule_lines
from docparse.schemas.page import PageImage

_APART_EM = 1.2  # between two cells, at most
_LOW_EM = 0.8  # of a cell's height, at least
_LEVEL_PT = 1.5
_ROWS = 3
_MOST_RULES = 4000
_Row = list[Box]


def with_spaced_cells(
    page: PageImage, horizontal: Sequence[Line], vertical: Sequence[Line], em: float
) -> tuple[list[Line], list[Line]]:
    """The lines, one line in place of the borders of two cells beside or over one another."""
    grids = _grids(_rows(_boxes(page, em), em), em)
    if not grids:
        return list(horizontal), list(vertical)
    bounds = [union(box for row in grid for box in row) for grid in grids]
    level = [
        line for line in horizontal if not any(_is_in((line.start, line.pos, line.end, line.pos), b) for b in bounds)
    ]
    upright = [
        line for line in vertical if not any(_is_in((line.pos, line.start, line.pos, line.end), b) for b in bounds)
    ]
    for grid, (x0, y0, x1, y1) in zip(grids, bounds, strict=True):
        between = [(upper[0][3] + lower[0][1]) / 2 for upper, lower in pairwise(grid)]
        level += [Line(y, x0, x1) for y in (y0, *between, y1)]
        beside = [(left[2] + right[0]) / 2 for left, right in pairwise(grid[0])]
        upright += [Line(x, y0, y1) for x in (x0, *beside, x1)]
    return level, upright


def _boxes(page: PageImage, em: float) -> list[Box]:
    """What has an edge at each of its four sides, as drawn."""
    if len(page.rules) > _MOST_RULES:
        return []
    level, upright = rule_lines(page)
    if min(len(level), len(upright)) < 4 * _ROWS:
        return []
    frames = Frames(upright, em)
    found = [(top.start, top.pos, top.end, end.pos) for top in level if (end := frames.below(top)) is not None]
    return [box for box in found if box[3] - box[1] > _LOW_EM * em]


def _rows(boxes: Sequence[Box], em: float) -> list[_Row]:
    """Boxes of one height beside one another, two and more, with little between them."""
    rows: list[_Row] = []
    for box in sorted(boxes, key=lambda box: (round(box[1]), box[0])):
        last = rows[-1][-1] if rows else None
        if last and max(abs(last[1] - box[1]), abs(last[3] - box[3])) < _LEVEL_PT and _follows(last[2], box[0], em):
            rows[-1].append(box)
        else:
            rows.append([box])
    return [row for row in rows if len(row) > 1]


def _grids(rows: Sequence[_Row], em: float) -> list[list[_Row]]:
    """Rows under one another whose boxes are as wide."""
    grids: list[list[_Row]] = []
    for row in rows:
        above = grids[-1][-1] if grids else None
        if (
            above
            and len(above) == len(row)
            and _follows(above[0][3], row[0][1], em)
            and all(max(abs(a[0] - b[0]), abs(a[2] - b[2])) < _LEVEL_PT for a, b in zip(above, row, strict=True))
        ):
            grids[-1].append(row)
        else:
            grids.append([row])
    return [grid for grid in grids if len(grid) >= _ROWS]


def _follows(end: float, start: float, em: float) -> bool:
    return _LEVEL_PT < start - end < _APART_EM * em


def _is_in(line: Box, box: Box) -> bool:
    return (
        box[0] - _LEVEL_PT < line[0] and line[2] < box[2] + _LEVEL_PT
        and box[1] - _LEVEL_PT < line[1] and line[3] < box[3] + _LEVEL_PT
    )  # fmt: skip
