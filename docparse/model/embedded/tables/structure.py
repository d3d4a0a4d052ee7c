"""The grid of a table whose rules, if any, do not draw all of it: text says where the rest of it runs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from docparse.geometry import Box
from docparse.model.embedded.script import is_rtl_text
from docparse.model.embedded.tables.cell_spans import open_labels, over_heads_below
from docparse.model.embedded.tables.columns import (
    Corridor,
    blank_of,
    chunk_gap,
    columns_of,
    corridors,
    make_chunks,
    split_at_bounds,
    without_symbol_columns,
)
from docparse.model.embedded.tables.grid import Grid
from docparse.model.embedded.tables.header import is_number, is_year
from docparse.model.embedded.tables.row_groups import group_rows
from docparse.model.embedded.tables.rules import Line
from docparse.model.embedded.tables.stacks import joined
from docparse.model.embedded.tables.text_rows import Chunk, TextRow, is_bold, part_heads, text_rows
from docparse.schemas.page import Word

_MAX_HEADER_LINES, _FEW_LINES = 10, 4
_NEARER = 0.85  # of the distance of two rows: lines of one cell


@dataclass(slots=True)
class Area:
    """A part of the page that may be a table: its words, and the rules in it."""

    bbox: Box
    words: list[Word]
    horizontal: Sequence[Line] = ()
    vertical: Sequence[Line] = ()


def open_grid(area: Area, em: float) -> tuple[Grid, int] | None:
    """Grid from text and rules, and the number of its header rows; None when there are no two columns."""
    rows = text_rows(area.words)
    make_chunks(rows, chunk_gap(area.words, rows, em), area.vertical)
    part_heads(rows, em)
    header = _header_lines(area, rows, em)
    found = corridors(rows, header, em, blank_of(area.words, rows))
    bounds = without_symbol_columns(_bounds(area, found, em), rows)
    if not bounds:
        return None
    return _build(area, rows, header, bounds, em)


def _bounds(area: Area, found: list[Corridor], em: float) -> list[float]:
    """Inner column separators: drawn ones, and corridors that no drawn one runs along."""
    drawn = sorted(line.pos for line in area.vertical if area.bbox[0] + em < line.pos < area.bbox[2] - em)
    drawn = [pos for i, pos in enumerate(drawn) if i == 0 or pos - drawn[i - 1] > 0.5 * em]
    free = (c for c in found if not any(c.low - 0.5 * em < pos < c.high + 0.5 * em for pos in drawn))
    return sorted([*drawn, *(corridor.middle for corridor in free)])


def _build(area: Area, rows: list[TextRow], header: int, bounds: list[float], em: float) -> tuple[Grid, int]:
    bounds = split_at_bounds(rows, header, bounds, em)
    spans = [_side_by_side([columns_of(chunk, bounds) for chunk in row.chunks], row, bounds) for row in rows]
    levels = _header_levels(area, rows[:header], spans[:header], bounds, em)
    groups = group_rows(rows[header:], spans[header:], area.horizontal, em)
    body = [header + group[0] for group in groups]
    starts = [*(start for start, _ in levels), *body]
    ys = [area.bbox[1], *(_edge(rows[i - 1], rows[i]) for i in starts[1:]), area.bbox[3]]
    xs = [area.bbox[0], *bounds, area.bbox[2]]
    right = np.ones((len(ys) - 1, len(xs) - 1), bool)
    below = np.ones_like(right)
    for level, (_, closed) in enumerate(levels):
        if level + 1 < len(levels):
            below[level] = closed
    for number, is_open in enumerate(open_labels(rows, spans, body, area.horizontal), len(levels)):
        below[number, 0] = not is_open
    stops = [*starts[1:], len(rows)]
    for index, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        for line in range(start, stop):
            _open_edges(right[index], rows[line], spans[line], xs, em, alone=stop - start == 1 and index >= len(levels))
    return Grid(xs, ys, right, below), len(levels)


def _side_by_side(
    spans: list[tuple[int, int]], row: TextRow, bounds: Sequence[float]
) -> list[tuple[int, int]]:  # fmt: skip
    """The spans of a row's chunks, a column that two numbers reach into left to the one whose middle stands there."""
    for i, (left, right) in enumerate(pairwise(row.chunks)):
        (first, shared), (start, last) = spans[i], spans[i + 1]
        if shared != start or not (is_number(left.text) and is_number(right.text)):
            continue  # a text may well run on under the next head
        if start < last and bisect_right(bounds, (right.x0 + right.x1) / 2) > start:
            spans[i + 1] = (start + 1, last)
        elif first < shared and bisect_right(bounds, (left.x0 + left.x1) / 2) < shared:
            spans[i] = (first, shared - 1)
    return spans


def _edge(upper: TextRow, lower: TextRow) -> float:
    return (upper.y1 + lower.y0) / 2


def _open_edges(
    right: NDArray[np.bool_], row: TextRow, spans: list[tuple[int, int]], xs: list[float], em: float, *, alone: bool
) -> None:
    """Open the edges that a chunk of the row crosses; a lone title centred over columns takes all of them."""
    for first, last in spans:
        right[first:last] = False
    if not alone or len(spans) != 1 or is_number(row.chunks[0].text):
        return
    middle = (row.chunks[0].x0 + row.chunks[0].x1) / 2
    count = len(xs) - 1
    for first in (0, 1):
        centred = abs(middle - (xs[first] + xs[-1]) / 2) < 2 * em
        if count - first > 2 and centred and spans[0][0] >= first and spans[0][0] > 0:
            right[first : count - 1] = False
            return


def _header_lines(area: Area, rows: list[TextRow], em: float) -> int:
    """Text lines above the rule under the header, or else above the first line of data."""
    x0, x1 = min(row.x0 for row in rows), max(row.x1 for row in rows)
    for line in sorted(area.horizontal):
        if line.start > x0 + 2 * em or line.end < x1 - 2 * em:
            continue
        above = sum(row.middle < line.pos for row in rows)
        if 0 < above < len(rows):
            if _is_ruled_data(area, rows, above):
                return 0
            if above <= _MAX_HEADER_LINES and not any(
                _is_data(row) and row.x0 < x0 + 2 * em for row in rows[: above - 1]
            ):
                return above
            break
    for index, row in enumerate(rows[: _MAX_HEADER_LINES + 1]):
        if _is_data(row) or (index < _FEW_LINES and _begins_numbers(row, rows[index + 1 :])):
            count = index
            while count > 1 and len(rows[count - 1].chunks) == 1 and rows[count - 1].x1 < rows[index].chunks[1].x0:
                if _goes_on(rows[count - 2 : index + 1], count == index, area):
                    break
                count -= 1
            return count
    return 1 if len(rows) > 2 and is_bold(rows[0]) and not any(map(is_bold, rows[1:])) else 0


def _goes_on(rows: Sequence[TextRow], last: bool, area: Area) -> bool:
    """The second line is the end of a head begun in the first: nearer to it than to the rows below, without a rule."""
    head, row, below = rows[:3]
    ruled = any(head.middle < line.pos < row.middle for line in area.horizontal)
    return last and not ruled and row.middle - head.middle < _NEARER * (below.middle - row.middle)


def _is_ruled_data(area: Area, rows: list[TextRow], above: int) -> bool:
    """The line over the first rule is one of data, as is the one below, which is ruled off from the next one, too."""
    if above != 1 or len(rows) < 3 or not (_is_data(rows[0]) and _is_data(rows[1])) or is_bold(rows[0]):
        return False
    under = [line for line in area.horizontal if rows[1].middle < line.pos < rows[2].middle]
    return any(line.end - line.start > 0.9 * (area.bbox[2] - area.bbox[0]) for line in under)


def _is_data(row: TextRow) -> bool:
    numbers = [chunk.text for chunk in row.chunks[1:] if is_number(chunk.text)]
    years = [text for text in numbers if is_year(text)]
    return len(numbers) > len(years) and 2 * len(numbers) >= len(row.chunks) - 1


def _begins_numbers(row: TextRow, below: Sequence[TextRow]) -> bool:
    """The row has numbers in all its columns in which the lines below have nothing else."""
    found = 0
    for chunk in row.chunks[1:]:
        under = [is_number(c.text) for line in below for c in line.chunks if c.x0 < chunk.x1 and chunk.x0 < c.x1]
        if len(under) > 1 and all(under):
            if not is_number(chunk.text) or is_year(chunk.text):
                return False
            found += 1
    return found > 0


def _header_levels(
    area: Area, rows: list[TextRow], spans: list[list[tuple[int, int]]], bounds: list[float], em: float
) -> list[tuple[int, list[bool]]]:
    """Header rows as (first text line, columns that are closed below)."""
    if not rows:
        return []
    count = len(bounds) + 1
    xs = [area.bbox[0], *bounds, area.bbox[2]]
    for i in range(len(rows)):
        _underlined(area, rows, i, spans[i], xs, em)
    for i in reversed(range(len(rows) - 1)):
        repeated = _repeated_groups(rows, spans, i)
        spans[i][:] = repeated or [_centred(rows, spans, i, number, em) for number in range(len(spans[i]))]
    if len(rows) > 1:
        spans[0][:] = over_heads_below(spans[0], spans[1], count - 1 if _is_rtl(area.words) else 0)
    levels: list[tuple[int, list[bool]]] = []
    start = 0
    for i in range(len(rows) - 1):
        closed = [False] * count
        for first, last in spans[i]:
            if last > first and _has_children(spans[i + 1 :], first, last):
                closed[first : last + 1] = [True] * (last - first + 1)
        if any(closed):
            levels.append((start, closed))
            start = i + 1
    levels.append((start, [True] * count))
    return levels


def _is_rtl(words: Sequence[Word]) -> bool:
    return is_rtl_text([word.text for word in words], False)


def _centred(
    rows: list[TextRow], spans: list[list[tuple[int, int]]], index: int, number: int, em: float
) -> tuple[int, int]:
    """Columns over whose heads a header word is centred, where no rule shows them."""
    own = spans[index][number]
    heads = _single_heads(rows, spans, index + 1)
    if own[0] != own[1]:
        return _over_groups(rows, spans, index, number, em)
    if own[0] not in heads:
        return own
    taken = {c for first, last in spans[index] for c in range(first, last + 1)} - {own[0]}
    left = right = own[0]
    while left - 1 > 0 and left - 1 in heads and left - 1 not in taken:
        left -= 1
    while right + 1 in heads and right + 1 not in taken:
        right += 1
    chunk = rows[index].chunks[number]
    middle = (chunk.x0 + chunk.x1) / 2
    groups = [(a, b) for a in range(left, own[0] + 1) for b in range(own[0], right + 1)]
    off = {(a, b): abs(middle - (heads[a].x0 + heads[b].x1) / 2) for a, b in groups}
    best = min(groups, key=lambda group: off[group])
    return best if off[own] > 0.8 * em and off[best] < 0.4 * off[own] else own


def _single_heads(rows: list[TextRow], spans: list[list[tuple[int, int]]], start: int) -> dict[int, Chunk]:
    """The first chunk over each one column, from line `start` on."""
    heads: dict[int, Chunk] = {}
    for row, own in zip(rows[start:], spans[start:], strict=True):
        for chunk, (first, last) in zip(row.chunks, own, strict=True):
            if first == last:
                heads.setdefault(first, chunk)
    return heads


def _over_groups(
    rows: list[TextRow], spans: list[list[tuple[int, int]]], index: int, number: int, em: float
) -> tuple[int, int]:
    """The groups of columns whose heads a header word stands between, where it is centred over them."""
    own = spans[index][number]
    chunk = rows[index].chunks[number]
    below = list(zip(rows[index + 1].chunks, spans[index + 1], strict=True))
    under = [(head, span) for head, span in below if span[0] <= own[1] and own[0] <= span[1]]
    first, last = (
        min((span[0] for _, span in under), default=own[0]),
        max((span[1] for _, span in under), default=own[1]),
    )
    if first >= own[0] and last <= own[1]:
        return own
    if any(span[0] <= last and first <= span[1] for i, span in enumerate(spans[index]) if i != number):
        return own
    middle = (min(head.x0 for head, _ in under) + max(head.x1 for head, _ in under)) / 2
    return (first, last) if abs((chunk.x0 + chunk.x1) / 2 - middle) < em else own


def _repeated_groups(
    rows: list[TextRow], spans: list[list[tuple[int, int]]], index: int
) -> list[tuple[int, int]] | None:
    """Columns of a line's chunks where the heads below them repeat: "plan, actual, plan, actual" under two years."""
    heads = {column: chunk.text for column, chunk in _single_heads(rows, spans, index + 1).items()}
    count = len(spans[index])
    for start in (0, 1) if count > 1 and heads else ():
        width, rest = divmod(max(heads) + 1 - start, count)
        if rest or width < 2:
            continue
        groups = [(start + width * i, start + width * (i + 1) - 1) for i in range(count)]
        labels = [[heads.get(column) for column in range(a, b + 1)] for a, b in groups]
        within = all(a <= first and last <= b for (a, b), (first, last) in zip(groups, spans[index], strict=True))
        if within and None not in labels[0] and all(label == labels[0] for label in labels):
            return groups
    return None


def _has_children(below: list[list[tuple[int, int]]], first: int, last: int) -> bool:
    """The next line with text under columns `first` to `last` divides them."""
    for spans in below:
        under = [span for span in spans if span[0] <= last and span[1] >= first]
        if under:
            return under != [(first, last)] and all(first <= a and b <= last for a, b in under)
    return False


def _underlined(
    area: Area, rows: list[TextRow], index: int, spans: list[tuple[int, int]], xs: list[float], em: float
) -> None:
    """Rules beside or under a header word say over which columns it stands."""
    row = rows[index]
    floor = rows[index + 1].middle if index + 1 < len(rows) else row.y1 + em
    bars = [line.pos for line in area.vertical if line.start < row.middle < line.end]
    lines = [line for line in area.horizontal if row.middle < line.pos < floor]
    for number, (chunk, span) in enumerate(zip(row.chunks, spans, strict=True)):
        low = max((bar for bar in bars if bar < chunk.x0 + em), default=area.bbox[0])
        high = min((bar for bar in bars if bar > chunk.x1 - em), default=area.bbox[2])
        if not bars or any(low < other.x1 and other.x0 < high for other in row.chunks if other is not chunk):
            whole = (line for line in joined(lines, em) if _carries(line, chunk, row, em) and _over(line, chunk, em))
            under = next(whole, None) or next((line for line in lines if _carries(line, chunk, row, em)), None)
            if under is None:
                continue
            low, high = under.start, under.end
        if index and sum(low < over.x1 and over.x0 < high for over in rows[index - 1].chunks) > 1:
            continue  # what goes on below several heads stands over none
        inside = [
            c for c, (a, b) in enumerate(pairwise(xs)) if min(b, high) - max(a, low) > 0.5 * min(b - a, high - low)
        ]
        if inside and (high - low) < 0.95 * (area.bbox[2] - area.bbox[0]):
            spans[number] = (min(span[0], inside[0]), max(span[1], inside[-1]))


def _over(line: Line, chunk: Chunk, em: float) -> bool:
    """Whether the chunk is centred on the line."""
    return abs(chunk.x0 + chunk.x1 - line.start - line.end) < em


def _carries(line: Line, chunk: Chunk, row: TextRow, em: float) -> bool:
    """The line runs under this chunk and under no other one of its row."""
    over = [c for c in row.chunks if c.x1 > line.start + em and c.x0 < line.end - em]
    return over == [chunk] and line.start - em <= chunk.x0 and chunk.x1 <= line.end + em
