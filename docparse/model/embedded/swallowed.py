"""Text that the layout model took for a figure, or columns of it that it took into one or into a table beside them, as
it does on pages unlike papers: known by their many full lines at even steps, which neither has, or by no other ink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box, area, centre, contains_point, inside_share, overlap, union
from docparse.model.embedded.ink import Ink, page_ink
from docparse.model.embedded.types import FoundTable, Region
from docparse.schemas.page import PageImage, Word

_LEAST_LINES, _LEAST_LETTERS = 7, 18  # of a column, and of its lines
_EVEN, _MOSTLY = 0.12, 0.75  # stray of the steps, and their share
_STEP = 2.2  # heights of a line to the next
_EDGE = 0.8  # of the height of a line, by which its start may stray
_FULL = 0.75  # of the widest line's width, for most of them
_MUCH = 0.2  # of a figure's area
_MANY, _LINED = 10, 0.14  # long lines, and their share of a figure's area
_WHOLE = 0.85  # of what all lines take
_WITHIN = 0.8
_ON_LINE, _ALIGNED = 0.15, 0.6  # of a height; share of the rows beside a column that stand on its lines: its own table
_LEAST_WORDS = 6
_ROWS = 0.75  # of a table's width
_LEAST_ROWS, _LEGIBLE = 3, 0.96  # of what may be nothing but text; confidence of its letters: formulas are misread
_AROUND, _DOTS = 0.15, 0.4  # of the height of a line: around words, and where dots stand between them
_RULE, _THICK, _LEFT = 0.5, 0.3, 0.03  # a rule, of a figure's side and a line's height; other ink in a figure
_IN_TABLE, _NUMBERS = 3, 6  # lines of a column in a table that is none; numbers beside one that may be a table


class _Line(NamedTuple):
    box: Box
    letters: int

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def middle(self) -> float:
        return (self.box[1] + self.box[3]) / 2


def without_prose(regions: Sequence[Region], words: Sequence[Word], page: PageImage) -> list[Region]:
    """The regions without figures that are full of columns of text or nothing but text, and tables without the columns
    beside them."""
    if not any(region.kind in ("figure", "table") for region in regions):
        return list(regions)
    lines = _lines(words)
    ink = page_ink(page) if any(region.kind == "figure" for region in regions) else None
    columns = _columns(lines)
    kept: list[Region] = []
    for region in regions:
        inner = [union(line.box for line in column) for column in columns]
        inner = [box for box in inner if inside_share(box, region.bbox) > _WITHIN]
        if region.kind == "figure" and (
            sum(map(area, inner)) > _MUCH * area(region.bbox)
            or _is_text(region, lines)
            or (ink is not None and _is_nothing_else(region, words, ink))
        ):
            continue
        beside = [box for box in inner if not _spans(box, region.bbox)]
        if region.kind == "table" and beside:
            kept += _beside(region, beside, lines)
        else:
            kept.append(region)
    return kept


def beside_prose(
    tables: list[FoundTable], words: Sequence[Word], again: Callable[[Sequence[Word]], list[FoundTable]]
) -> list[FoundTable]:
    """The tables without those that took in columns of text; `again` looks for tables in the words without these."""
    lines = _lines(words)
    columns = _columns(lines)
    if not columns:
        return tables
    kept = [table for table in tables if table.ruled or not any(_takes(table, column, lines) for column in columns)]
    boxes = [union(line.box for line in column) for column in columns]
    if len(kept) == len(tables) and not _has_numbers(words, boxes, [table.bbox for table in tables]):
        return tables
    others = [word for word in words if not any(contains_point(box, *centre(word.bbox)) for box in boxes)]
    known = [table.bbox for table in kept]
    return kept + [table for table in again(others) if not any(overlap(table.bbox, box) for box in [*known, *boxes])]


def _spans(column: Box, table: Box) -> bool:
    """Whether lines are as wide as a table: they are its rows."""
    return column[2] - column[0] > _ROWS * (table[2] - table[0])


def _takes(table: FoundTable, column: Sequence[_Line], lines: Sequence[_Line]) -> bool:
    """Whether lines of a column of text stand in a table whose other rows don't stand on them."""
    if _spans(union(line.box for line in column), table.bbox):
        return False
    inside = [line for line in column if contains_point(table.bbox, *centre(line.box))]
    others = [line for line in lines if contains_point(table.bbox, *centre(line.box)) and line not in column]
    return len(inside) >= _IN_TABLE and not _is_level(others, inside)


def _is_level(others: Sequence[_Line], text: Sequence[_Line]) -> bool:
    level = [line for line in others if any(abs(line.middle - row.middle) < _ON_LINE * row.height for row in text)]
    return len(level) >= _ALIGNED * len(others) > 0


def _has_numbers(words: Sequence[Word], columns: Sequence[Box], tables: Sequence[Box]) -> bool:
    """Whether numbers that are in no table stand left or right of a column of text."""
    numbers = [word.bbox for word in words if word.text[:1].isdigit()]
    numbers = [box for box in numbers if not any(contains_point(other, *centre(box)) for other in (*columns, *tables))]
    beside = [
        box for box in numbers
        if any(y0 < box[3] and box[1] < y1 and (box[2] < x0 or x1 < box[0]) for x0, y0, x1, y1 in columns)
    ]  # fmt: skip
    return len(beside) >= _NUMBERS


def _is_text(figure: Region, lines: Sequence[_Line]) -> bool:
    """Whether many long lines stand in a figure, be they in columns or not; one round all text says nothing of it."""
    if not lines or area(figure.bbox) > _WHOLE * area(union(line.box for line in lines)):
        return False
    inside = [
        line.box for line in lines if line.letters >= _LEAST_LETTERS and contains_point(figure.bbox, *centre(line.box))
    ]
    return len(inside) >= _MANY and sum(map(area, inside)) > _LINED * area(figure.bbox)


def _is_nothing_else(figure: Region, words: Sequence[Word], ink: Ink) -> bool:
    """Whether words are all that is printed in a figure, but for dots between them, level rules and frames: contents, a
    list, a listing, an index."""
    inner = [word for word in words if contains_point(figure.bbox, *centre(word.bbox))]
    lines = _lines(inner)
    letters = sum(len(word.text) for word in inner)
    if len(lines) < _LEAST_ROWS or sum(word.confidence * len(word.text) for word in inner) < _LEGIBLE * letters:
        return False
    em = median(line.height for line in lines)
    around = _AROUND * em
    boxes = [(x0 - around, y0 - around, x1 + around, y1 + around) for x0, y0, x1, y1 in (w.bbox for w in inner)]
    for row in _rows(lines):
        x0, y0, x1, y1 = union(line.box for line in row)
        boxes.append((x0, y1 - _DOTS * (y1 - y0), x1, y1))
    dark, others = (each.dark[_slices(figure.bbox, each)] for each in (ink, ink.without(boxes)))
    level, upright = (others.mean(axis=axis) > _RULE for axis in (1, 0))
    thick = max(3, round(_THICK * em * ink.scale_y))
    if _is_thick(level, thick) or _is_thick(upright, thick):
        return False  # a photograph, a panel
    return bool(others[~level][:, ~upright].sum() < _LEFT * dark.sum())


def _is_thick(rules: NDArray[np.bool_], thick: int) -> bool:
    """Whether as many rows or columns of pixels in a row belong to rules, or there are no more than that."""
    return len(rules) < thick or bool(np.convolve(rules, np.ones(thick), "valid").max() == thick)


def _rows(lines: Sequence[_Line]) -> list[list[_Line]]:
    """Lines side by side."""
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and line.middle - rows[-1][0].middle < 0.5 * line.height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _slices(box: Box, ink: Ink) -> tuple[slice, slice]:
    x0, y0, x1, y1 = (max(0.0, side) for side in box)
    return (
        slice(round(y0 * ink.scale_y), round(y1 * ink.scale_y)), slice(round(x0 * ink.scale_x), round(x1 * ink.scale_x))
    )  # fmt: skip


def _beside(table: Region, columns: Sequence[Box], lines: Sequence[_Line]) -> list[Region]:
    """What is left of a table beside the columns: the table itself where its rows stand on their lines."""
    inside = [line for line in lines if contains_point(table.bbox, *centre(line.box))]
    text = [line for line in inside if any(contains_point(column, *centre(line.box)) for column in columns)]
    others = [line for line in inside if line not in text]
    if _is_level(others, text):
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
