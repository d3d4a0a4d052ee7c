"""The grid of a table whose rules, if any, do not draw all of it: text says where the rest of it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from docparse.geometry import Box
from docparse.model.embedded.tables.columns import (
    chunk_gap,
    columns_of,
    corridors,
    make_chunks,
    without_symbol_columns,
)
from docparse.model.embedded.tables.grid import Grid
from docparse.model.embedded.tables.header import is_number
from docparse.model.embedded.tables.row_groups import group_rows
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, em_of, text_rows
from docparse.schemas.page import Word

_MAX_HEADER_LINES = 10


@dataclass(slots=True)
class Area:
    """A part of the page that may be a table: its words, and the rules in it."""

    bbox: Box
    words: list[Word]
    horizontal: Sequence[Line] = ()
    vertical: Sequence[Line] = ()


def open_grid(area: Area) -> tuple[Grid, int] | None:
    """Grid from text and rules, and the number of its header rows; None when there are no two columns."""
    em = em_of(area.words)
    rows = text_rows(area.words)
    make_chunks(rows, chunk_gap(len(rows), em), area.vertical)
    found = without_symbol_columns(corridors(rows, em), rows)
    bounds = _bounds(area, [corridor.middle for corridor in found], em)
    if not bounds:
        return None
    return _build(area, rows, bounds, em)


def _bounds(area: Area, middles: list[float], em: float) -> list[float]:
    """Inner column separators: drawn ones, and corridors that no drawn one runs along."""
    drawn = sorted(line.pos for line in area.vertical if area.bbox[0] + em < line.pos < area.bbox[2] - em)
    drawn = [pos for i, pos in enumerate(drawn) if i == 0 or pos - drawn[i - 1] > 0.5 * em]
    return sorted(drawn + [middle for middle in middles if all(abs(middle - pos) > em for pos in drawn)])


def _build(area: Area, rows: list[TextRow], bounds: list[float], em: float) -> tuple[Grid, int]:
    spans = [[columns_of(chunk, bounds) for chunk in row.chunks] for row in rows]
    header = _header_lines(area, rows, spans, em)
    levels = _header_levels(area, rows[:header], spans[:header], bounds, em)
    groups = group_rows(rows[header:], spans[header:], area.horizontal, em)
    starts = [start for start, _ in levels] + [header + group[0] for group in groups]
    ys = [area.bbox[1], *(_edge(rows[i - 1], rows[i]) for i in starts[1:]), area.bbox[3]]
    xs = [area.bbox[0], *bounds, area.bbox[2]]
    right = np.ones((len(ys) - 1, len(xs) - 1), bool)
    below = np.ones_like(right)
    for level, (_, closed) in enumerate(levels):
        if level + 1 < len(levels):
            below[level] = closed
    stops = [*starts[1:], len(rows)]
    for index, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        for line in range(start, stop):
            _open_edges(right[index], rows[line], spans[line], bounds, em, single=stop - start == 1)
    return Grid(xs, ys, right, below), len(levels)


def _edge(upper: TextRow, lower: TextRow) -> float:
    return (upper.y1 + lower.y0) / 2


def _open_edges(right, row: TextRow, spans: list[tuple[int, int]], bounds: list[float], em: float, *, single: bool) -> None:  # type: ignore[no-untyped-def]  # noqa: E501
    for first, last in spans:
        right[first:last] = False
    if single and len(spans) == 1 and spans[0][0] > 0 and spans[0][1] < len(bounds) + 1:
        _widen(right, row.chunks[0], bounds, row)


def _widen(right, chunk: Chunk, bounds: list[float], row: TextRow) -> None:  # type: ignore[no-untyped-def]
    return None


def _header_lines(area: Area, rows: list[TextRow], spans: list[list[tuple[int, int]]], em: float) -> int:
    """Text lines above the rule under the header, or else above the first line of data."""
    width = area.bbox[2] - area.bbox[0]
    for line in sorted(area.horizontal):
        if line.end - line.start < 0.8 * width:
            continue
        above = sum(row.middle < line.pos for row in rows)
        if 0 < above < len(rows):
            return above if above <= _MAX_HEADER_LINES and not any(map(_is_data, rows[: above - 1])) else 0
    for index, row in enumerate(rows[: _MAX_HEADER_LINES + 1]):
        if _is_data(row):
            count = index
            while count > 1 and len(spans[count - 1]) == 1 and spans[count - 1][0] == (0, 0):
                count -= 1
            return count
    return 0


def _is_data(row: TextRow) -> bool:
    numbers = [chunk.text for chunk in row.chunks[1:] if is_number(chunk.text)]
    years = [text for text in numbers if len(text) in (4, 7, 9) and text[:2] in ("19", "20")]
    return len(numbers) > len(years) and 2 * len(numbers) >= len(row.chunks) - 1


def _header_levels(
    area: Area, rows: list[TextRow], spans: list[list[tuple[int, int]]], bounds: list[float], em: float
) -> list[tuple[int, list[bool]]]:
    """Header rows as (first text line, columns that are closed below)."""
    if not rows:
        return []
    count = len(bounds) + 1
    xs = [area.bbox[0], *bounds, area.bbox[2]]
    for i, row in enumerate(rows):
        _underlined(area, rows, i, spans[i], xs, em)
        del row
    levels: list[tuple[int, list[bool]]] = []
    start = 0
    for i in range(len(rows) - 1):
        closed = [False] * count
        for first, last in spans[i]:
            if last > first and any(first <= c0 and c1 <= last for c0, c1 in spans[i + 1]):
                children = [s for s in spans[i + 1] if first <= s[0] and s[1] <= last]
                if children != [(first, last)]:
                    closed[first : last + 1] = [True] * (last - first + 1)
        if any(closed):
            levels.append((start, closed))
            start = i + 1
    levels.append((start, [True] * count))
    return levels


def _underlined(
    area: Area, rows: list[TextRow], index: int, spans: list[tuple[int, int]], xs: list[float], em: float
) -> None:
    """A rule under a header word, wider than it, says over which columns the word stands."""
    row = rows[index]
    floor = rows[index + 1].middle if index + 1 < len(rows) else row.y1 + em
    width = area.bbox[2] - area.bbox[0]
    for number, (chunk, (first, last)) in enumerate(zip(row.chunks, spans, strict=True)):
        for line in area.horizontal:
            if row.middle < line.pos < floor and line.end - line.start < 0.95 * width:
                if line.start - em <= chunk.x0 and chunk.x1 <= line.end + em:
                    inside = [
                        c for c, (a, b) in enumerate(pairwise(xs))
                        if min(b, line.end) - max(a, line.start) > 0.5 * min(b - a, line.end - line.start)
                    ]  # fmt: skip
                    if inside:
                        spans[number] = (min(first, inside[0]), max(last, inside[-1]))
