"""Columns of running text that the layout model took into a figure or a table beside them, as it does on pages unlike
papers: known by their many full lines at even steps, which neither has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from docparse.geometry import Box, area, centre, contains_point, inside_share, union
from docparse.model.embedded.types import Region
from docparse.schemas.page import Word

_LEAST_LINES, _LEAST_LETTERS = 7, 18  # of a column, and of its lines
_EVEN, _MOSTLY = 0.12, 0.75  # stray of the steps, and their share
_STEP = 2.2  # heights of a line to the next
_EDGE = 0.8  # of the height of a line, by which its start may stray
_FULL = 0.75  # of the widest line's width, for most of them
_MUCH = 0.2  # of a figure's area
_WITHIN = 0.8
_ON_LINE, _ALIGNED = 0.25, 0.6  # of a height; share of the rows beside a column that stand on its lines: its own table
_LEAST_WORDS = 6


class _Line(NamedTuple):
    box: Box
    letters: int

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


def without_prose(regions: Sequence[Region], words: Sequence[Word]) -> list[Region]:
    """The regions without figures that are full of columns of text, and tables without the columns beside them."""
    if not any(region.kind in ("figure", "table") for region in regions):
        return list(regions)
    lines = _lines(words)
    columns = _columns(lines)
    kept: list[Region] = []
    for region in regions:
        inner = [union(line.box for line in column) for column in columns]
        inner = [box for box in inner if inside_share(box, region.bbox) > _WITHIN]
        if region.kind == "figure" and sum(map(area, inner)) > _MUCH * area(region.bbox):
            continue
        if region.kind == "table" and inner:
            kept += _beside(region, inner, lines)
        else:
            kept.append(region)
    return kept


def _beside(table: Region, columns: Sequence[Box], lines: Sequence[_Line]) -> list[Region]:
    """What is left of a table beside the columns: the table itself where its rows stand on their lines."""
    inside = [line for line in lines if contains_point(table.bbox, *centre(line.box))]
    text = [line for line in inside if any(contains_point(column, *centre(line.box)) for column in columns)]
    others = [line for line in inside if line not in text]
    level = [line for line in others if any(abs(line.middle - row.middle) < _ON_LINE * row.height for row in text)]
    if len(level) >= _ALIGNED * len(others) > 0:
        return [table]
    if len(others) < _LEAST_WORDS:
        return []
    x0, y0, x1, y1 = union(line.box for line in others)
    clear = all(x1 <= column[0] or column[2] <= x0 or y1 <= column[1] or column[3] <= y0 for column in columns)
    return [table._replace(bbox=(x0, y0, x1, y1))] if clear else []


def _lines(words: Sequence[Word]) -> list[_Line]:
    rows: dict[int, list[Word]] = {}
    for word in words:
        if word.line >= 0:
            rows.setdefault(word.line, []).append(word)
    return [_Line(union(word.bbox for word in row), sum(len(word.text) for word in row)) for row in rows.values()]


def _columns(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Lines under one another that begin at one edge, or end there as those of scripts from right to left do."""
    found: list[list[_Line]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        for column in reversed(found):
            last = column[-1]
            high = max(last.height, line.height)
            near = 0.5 * high < line.middle - last.middle < _STEP * high
            if near and min(abs(last.box[0] - line.box[0]), abs(last.box[2] - line.box[2])) < _EDGE * high:
                column.append(line)
                break
        else:
            found.append([line])
    return [column for column in found if _is_prose(column)]


def _is_prose(column: Sequence[_Line]) -> bool:
    if len(column) < _LEAST_LINES or median(line.letters for line in column) < _LEAST_LETTERS:
        return False
    widths = [line.box[2] - line.box[0] for line in column]
    if median(widths) < _FULL * max(widths):
        return False
    steps = [below.middle - above.middle for above, below in pairwise(column)]
    usual = median(steps)
    return sum(abs(step - usual) < _EVEN * usual for step in steps) >= _MOSTLY * len(steps)
